import { setTimeout as after } from "node:timers/promises"
import type { Key } from "@keyward/contract"
import { describe, expect, test } from "vitest"
import { expectAuditVerified, expectWholeChain } from "./audit-chain.ts"
import { Chance } from "./chance.ts"
import { seeds, times } from "./effort.ts"
import { expectRecorded, Ledger } from "./ledger.ts"
import { type EngineName, install, type RunningServer } from "./server.ts"

// A server is killed at random moments while clients create, change and revoke. What it acknowledged is there when it
// comes back, and what it did not acknowledge was done whole or not at all. The seed chooses the moments and operations.

const hands = 12
/** How many operations are acknowledged before a kill, and how many milliseconds it then takes; the least, and the range. */
const operations = { least: 20, range: 120 }
const delayMs = { least: 0, range: 20 }

describe.each<{ engine: EngineName; kills: number }>([
  { engine: "sqlite", kills: times({ quick: 1, proof: 5 }) },
  { engine: "postgres", kills: times({ quick: 1, proof: 3 }) },
])("a server on $engine", ({ engine, kills }) => {
  test.each(seeds)(
    `keeps its word through ${kills} kills (seed %i)`,
    {
      timeout: kills * 20_000 + 20_000,
    },
    async (seed) => {
      const chance = new Chance(seed)
      const installation = await install(engine)
      let server = await installation.start()
      const { id: keyspaceId } = await server
        .client()
        .keyspaces.create({ name: "Crashes", prefix: "crash", permissions: Ledger.permissions })
      const ledger = new Ledger()

      for (let kill = 0; kill < kills; kill++) {
        await workUntilKilled(server, keyspaceId, ledger, chance)
        server = await installation.start()
        expect(server.firstStart).toBe(false)
        const present = await keysOf(server, keyspaceId)
        ledger.expectKept(present)
        await ledger.expectDecided(server.client())
        expectRecorded(present, await expectWholeChain(server.client(), installation))
      }
      await expectAuditVerified(installation)
      expect(Math.min(...Object.values(ledger.acknowledged))).toBeGreaterThan(kills)
      expect(ledger.unanswered).toBeGreaterThan(kills)
    },
  )
})

async function workUntilKilled(
  server: RunningServer,
  keyspaceId: string,
  ledger: Ledger,
  chance: Chance,
): Promise<void> {
  let left = operations.least + chance.below(operations.range)
  const delay = delayMs.least + chance.below(delayMs.range)
  const enough = Promise.withResolvers<void>()
  const working = Array.from({ length: hands }, () => {
    const own = new Chance(chance.below(1 << 24))
    return ledger.hand(server.client(), keyspaceId, own, () => {
      if (--left === 0) enough.resolve()
    })
  })
  // Hands that end before the kill have failed, and say why.
  await Promise.race([enough.promise, Promise.all(working)])
  await after(delay)
  await server.end("SIGKILL")
  await Promise.all(working)
}

async function keysOf(server: RunningServer, keyspaceId: string): Promise<readonly Key[]> {
  const keys: Key[] = []
  for await (const key of server.client().keys.each({ keyspace_id: keyspaceId, limit: 200 })) keys.push(key)
  return keys
}
