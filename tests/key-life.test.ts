import { openMemoryStore } from "@keyward/core"
import fc from "fast-check"
import { describe, expect, onTestFinished, test } from "vitest"
import { openStore } from "../packages/server/src/stores/open.ts"
import { openNative } from "../packages/server/test/http/native-server.ts"
import { postgresUrl } from "../packages/server/test/postgres/database.ts"
import { freshPath } from "../packages/server/test/stores/places.ts"
import { seeds, times } from "./effort.ts"
import { Model } from "./key-life/model.ts"
import type { Tally } from "./key-life/step.ts"
import { steps } from "./key-life/steps.ts"
import { leave, newWorld, strangersOf } from "./key-life/world.ts"

// Random lives of keys, led over the native API on each store and in a small model. After every step all that can be seen
// of the keys is as the model says: state, secrets, revision, and of every secret there ever was the verdict and what
// is left of the limits and credits.

/** Of lives that go everywhere, so that a run that has to pass is the same each time. */
const wellTravelled = { seed: 23, lives: 20 }
/** How many others there are, with each of the seeds. */
const lives = times({ quick: 2, proof: 15 })

const stores = {
  memory: async () => openMemoryStore(),
  sqlite: async () => openStore(`sqlite:${freshPath()}`),
  postgres: async () => openStore(await postgresUrl()),
}

describe.each(Object.entries(stores))("lives of keys on %s", (_engine, open) => {
  /** @returns how often each kind of step came to each outcome */
  async function lead(seed: number, numRuns: number): Promise<Tally> {
    const tally: Tally = new Map()
    const server = await openNative({ store: await open(), cacheKeys: 5 })
    onTestFinished(() => server.close())
    const strangers = await strangersOf(server)
    const { ofAll, ofUse, ofTime } = steps(tally)
    const life = (of: typeof ofTime) => fc.commands(of, { maxCommands: 120, size: "max" })
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.oneof(life(ofAll), life(ofUse), life(ofTime)),
        async (recoverable, steps) => {
          const real = await newWorld(server, strangers, recoverable)
          const model = new Model(server.clock.now(), recoverable)
          await fc.asyncModelRun(async () => ({ model, real }), steps)
          await leave(model, real)
        },
      ),
      // What fails is made as short as the time allows.
      { seed, numRuns, interruptAfterTimeLimit: patience(numRuns) - 30_000, markInterruptAsFailure: true },
    )
    return tally
  }

  test("are as the model says", { timeout: patience(wellTravelled.lives) }, async () => {
    const came = [...(await lead(wellTravelled.seed, wellTravelled.lives)).keys()]
    // Those lives went somewhere: every kind of step succeeded, and every verdict and refusal came about.
    const succeeded = came.filter((name) => name.endsWith(": ok")).map((name) => name.split(":")[0])
    expect(succeeded).toEqual(expect.arrayContaining(kinds))
    expect(came).toEqual(expect.arrayContaining(byItself))
    const outcomes = new Set(came.map((name) => name.split(": ")[1]))
    expect([...outcomes]).toEqual(expect.arrayContaining([...verdicts, ...refusals]))
  })

  test.each(seeds)(
    "are as the model says, whatever they are (seed %i)",
    {
      timeout: patience(lives),
    },
    async (seed) => {
      await lead(seed, lives)
    },
  )
})

/** Milliseconds that so many lives may take, and to find out why one of them failed. */
function patience(lives: number): number {
  return 180_000 + lives * 10_000
}

const kinds = [
  ...["create", "update", "enable", "disable", "transfer", "revoke", "delete", "restore", "add credits"],
  ...["rotate", "finish", "cancel", "extend", "set keyspace", "suspend machine", "resume machine"],
  ...["task", "dry run"],
]

/** What the model waits for. */
const byItself = ["wait: refilled", "job: rotated", "job: told"]

const verdicts = [
  ...["VALID", "NOT_FOUND", "DISABLED", "REVOKED", "EXPIRED", "NOT_YET_VALID", "OWNER_SUSPENDED"],
  ...["IP_NOT_ALLOWED", "ORIGIN_NOT_ALLOWED", "INSUFFICIENT_PERMISSIONS", "RATE_LIMITED", "USAGE_EXCEEDED"],
]

const refusals = [
  ...["not_found", "key_revoked", "invalid_input", "too_many_keys", "already_exists", "delete_protected"],
  ...["rotation_under_way", "no_rotation"],
]
