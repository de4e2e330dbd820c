import { compileSubject, type KeyUsage, type LastUse, type Outcome, type Subject } from "@keyward/core"
import fc from "fast-check"
import { expect, test } from "vitest"
import { UsageRecorder } from "../../src/verification/usage-recorder.ts"
import { testClock } from "../test-clock.ts"
import { openTestKeyward } from "../test-keyward.ts"

const hourMs = 3_600_000

async function subjects(count: number): Promise<Subject[]> {
  const { keyward, created, system } = await openTestKeyward()
  return Promise.all(
    Array.from({ length: count }, async (_, at) => {
      const { key } = await keyward.authority.createKey(system, {
        keyspaceId: created.managementKeyspace.id,
        name: `Key ${at}`,
      })
      return compileSubject({ key, secretVersion: 1, owner: null }, created.managementKeyspace)
    }),
  )
}

const all = await subjects(3)

/** Adds up what a store was given: `key outcome hour` to the count, and the last use of each key, with its address. */
function ledger() {
  const counts = new Map<string, number>()
  const lastUsed = new Map<string, LastUse>()
  return {
    counts,
    lastUsed,
    add(usage: readonly KeyUsage[]) {
      for (const one of usage) {
        for (const { hour, outcome, count } of one.counts) {
          const name = `${one.keyId} ${outcome} ${hour}`
          counts.set(name, (counts.get(name) ?? 0) + count)
        }
        for (const use of one.lastUsed.values()) {
          if (use.at > (lastUsed.get(one.keyId)?.at ?? 0)) lastUsed.set(one.keyId, use)
        }
      }
    },
  }
}

test("what is written is what was recorded, over hours, failed flushes and flushes under way", async () => {
  const step = fc.oneof(
    fc.record({
      verify: fc.nat({ max: 2 }),
      outcome: fc.constantFrom<Outcome>("VALID", "VALID", "EXPIRED", "RATE_LIMITED"),
      from: fc.constantFrom("192.0.2.1", "2001:db8::1", null),
    }),
    fc.record({ advance: fc.integer({ min: -hourMs, max: 3 * hourMs }) }),
    fc.record({ flush: fc.boolean() }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const clock = testClock()
      const written = ledger()
      const recorded = ledger()
      const failures: unknown[] = []
      let works = true
      const recorder = new UsageRecorder(
        {
          async recordUsage(usage) {
            const fails = !works
            // A write takes its time, in which more is recorded.
            await Promise.resolve()
            if (fails) throw new Error("unavailable")
            written.add(usage)
          },
        },
        (error) => failures.push(error),
      )
      const flushes: Promise<void>[] = []
      for (const one of steps) {
        if ("advance" in one) clock.advance(one.advance)
        else if ("flush" in one) {
          works = one.flush
          flushes.push(recorder.flush())
          await Promise.resolve()
        } else {
          const subject = all[one.verify]
          if (!subject) throw new Error("no such subject")
          const now = clock.now()
          recorder.record(subject, one.outcome, now, one.from)
          recorded.add([
            {
              organizationId: subject.key.organizationId,
              keyId: subject.key.id,
              lastUsed: one.outcome === "VALID" ? new Map([[1, { at: now, from: one.from }]]) : new Map(),
              counts: [
                {
                  hour: (Math.floor(now / hourMs) * hourMs) as typeof now,
                  outcome: one.outcome,
                  count: 1,
                },
              ],
            },
          ])
        }
      }
      await Promise.all(flushes)
      works = true
      await recorder.flush()
      expect(written.counts).toEqual(recorded.counts)
      expect(written.lastUsed).toEqual(recorded.lastUsed)
    }),
    { numRuns: 300 },
  )
})

test("two flushes never write at once, and nothing is written when there is nothing", async () => {
  let underWay = 0
  let writes = 0
  const recorder = new UsageRecorder(
    {
      async recordUsage() {
        writes++
        expect(++underWay).toBe(1)
        await Promise.resolve()
        underWay--
      },
    },
    (error) => {
      throw error
    },
  )
  const { now } = testClock()
  await recorder.flush()
  expect(writes).toBe(0)
  const [subject] = all
  if (!subject) throw new Error("no subject")
  const flushes = [0, 1, 2].map(() => {
    recorder.record(subject, "VALID", now(), null)
    return recorder.flush()
  })
  await Promise.all(flushes)
  expect(writes).toBeGreaterThan(0)
})
