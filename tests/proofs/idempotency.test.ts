import process from "node:process"
import { setTimeout as pause } from "node:timers/promises"
import { KeywardClient, KeywardProblem, KeywardUnreachable } from "@keyward/sdk"
import { describe, expect, test } from "vitest"
import { expectAuditVerified, expectWholeChain } from "../audit-chain.ts"
import { Chance } from "../chance.ts"
import { storedReplays } from "../database.ts"
import { seeds, times } from "../effort.ts"
import { type EngineName, type Installation, install, type RunningServer } from "../server.ts"
import { witnessedFetch } from "../witness.ts"
import { Intents, lossy } from "./intents.ts"

// Clients repeat every creating call until it is answered, and some of them once more, over a network that loses requests
// and answers, while the servers are killed and started again at random moments. What each of them intends is there once,
// and whoever was answered holds the secret. The seed chooses the moments and losses.

const hands = 8
/** How many intents are met before each kill; the least, and the range. */
const met = { least: 15, range: 25 }

const kills = times({ quick: 1, proof: 3 })

describe.each<{ engine: EngineName; nodes: number }>([
  { engine: "sqlite", nodes: 1 },
  { engine: "postgres", nodes: 2 },
])("$nodes server(s) on $engine", ({ engine, nodes }) => {
  test.each(seeds)(
    `do what each client intends once, through ${kills} kills (seed %i)`,
    {
      timeout: kills * 30_000 + 60_000,
    },
    async (seed) => {
      const chance = new Chance(seed)
      const installation = await install(engine)
      const servers = new Servers(installation)
      await servers.start(nodes)
      const { id: keyspaceId } = await servers.any(chance).client().keyspaces.create({
        name: "Chaos",
        prefix: "chaos",
      })
      const intents = new Intents(keyspaceId)
      const { admin } = await installation.credentials()

      let working = true
      const work = Array.from({ length: hands }, async () => {
        const own = new Chance(chance.below(1 << 24))
        while (working) {
          await pause(own.below(40))
          const intent = intents.next(own)
          intent.answers.push(
            await untilAnswered(servers, own, admin.api_key, (client) =>
              intent.ask(client, { idempotencyKey: intent.idempotencyKey }),
            ),
          )
        }
      })
      const worked = Promise.all(work)
      for (let kill = 0; kill < kills; kill++) {
        const enough = intents.met + met.least + chance.below(met.range)
        await Promise.race([
          worked,
          expect.poll(() => intents.met, { timeout: 30_000 }).toBeGreaterThan(enough),
        ])
        await pause(chance.below(20))
        await servers.kill(chance)
      }
      working = false
      await worked

      const client = servers.any(chance).client()
      const keys = []
      for await (const key of client.keys.each({ keyspace_id: keyspaceId, limit: 200 })) keys.push(key)
      const accounts = []
      for await (const account of client.serviceAccounts.each({ limit: 200 })) accounts.push(account)
      intents.expectOneAnswerEach()
      intents.expectOnceEach(keys, accounts, await expectWholeChain(client, installation))
      await intents.expectVerified(client)
      await intents.expectLinksGood(client, 3)
      await expectAuditVerified(installation)
      const stored = await storedReplays(installation.databaseUrl)
      expect(stored.length).toBeGreaterThanOrEqual(intents.met)
      for (const secret of intents.secrets) expect(stored.some((text) => text.includes(secret))).toBe(false)
      expect(intents.repeated).toBeGreaterThan(kills)
      process.stdout.write(
        `${engine}: ${intents.met} intents, ${intents.repeated} asked for again when met\n`,
      )
    },
  )
})

/** Asks until there is an answer, as a client does that remembers what it wants. */
async function untilAnswered<Answer>(
  servers: Servers,
  chance: Chance,
  apiKey: string,
  ask: (client: KeywardClient) => Promise<Answer>,
): Promise<Answer> {
  for (;;) {
    const { baseUrl } = servers.any(chance)
    const client = new KeywardClient({
      baseUrl,
      apiKey,
      fetch: lossy(witnessedFetch, chance),
      // Some have the SDK repeat it first, at once.
      retries: chance.below(3),
      delay: () => pause(chance.below(10)),
    })
    try {
      return await ask(client)
    } catch (error) {
      if (!isWorthRepeating(error)) throw error
      await pause(chance.below(30))
    }
  }
}

function isWorthRepeating(error: unknown): boolean {
  if (error instanceof KeywardUnreachable) return true
  return (
    error instanceof KeywardProblem && ["idempotency_in_progress", "store_unavailable"].includes(error.code)
  )
}

/** The servers of an installation, of which each may go away at any moment, and come back elsewhere. */
class Servers {
  readonly #installation: Installation
  #running: RunningServer[] = []

  constructor(installation: Installation) {
    this.#installation = installation
  }

  async start(count: number): Promise<void> {
    this.#running.push(await this.#installation.start())
    while (this.#running.length < count) this.#running.push(await this.#installation.start("serve"))
  }

  any(chance: Chance): RunningServer {
    return chance.oneOf(this.#running)
  }

  /** Kills one of them; it is back when this returns. */
  async kill(chance: Chance): Promise<void> {
    const at = chance.below(this.#running.length)
    await this.#running[at]?.end("SIGKILL")
    const again = await this.#installation.start(at === 0 ? "dev" : "serve")
    this.#running = this.#running.with(at, again)
  }
}
