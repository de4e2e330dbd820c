import fc from "fast-check"
import { describe, expect, test } from "vitest"
import {
  type BrokenLink,
  type ChainHead,
  ChainVerifier,
  chainEvent,
  emptyChain,
  printAuditEvent,
} from "../src/audit/chain.ts"
import type { AuditDraft } from "../src/audit/event.ts"
import { canonicalJson, type JsonObject } from "../src/json.ts"
import type { Instant } from "../src/time.ts"
import { vectors } from "./vectors.ts"

const { chain, cases } = vectors<{
  chain: JsonObject[]
  cases: { events: (number | JsonObject)[]; head: ChainHead; broken_at: number | null; reason: string }[]
}>("audit-chains")

function follow(events: readonly JsonObject[], head: ChainHead): BrokenLink | null {
  const verifier = new ChainVerifier()
  for (const event of events) verifier.next(event)
  return verifier.end(head)
}

describe("vectors", () => {
  test.each(cases)("$reason: broken at $broken_at", ({ events, head, broken_at }) => {
    const written = events.map((event) => (typeof event === "number" ? chain[event - 1] : event))
    expect(
      follow(
        written.filter((event) => event !== undefined),
        head,
      )?.sequence ?? null,
    ).toBe(broken_at)
  })
})

const draft = fc.record<AuditDraft>({
  id: fc.uuid(),
  organizationId: fc.constant("01981d3a-7c00-7000-8000-0000000000aa"),
  at: fc.integer({ min: 0, max: 4e12 }).map((ms) => ms as Instant),
  action: fc.constantFrom("key.created", "key.updated", "key.revoked"),
  actor: fc.record({
    kind: fc.constantFrom("user", "system"),
    id: fc.string(),
    credential: fc.option(fc.record({ kind: fc.constantFrom("key", "session", "token"), id: fc.string() })),
    address: fc.option(fc.ipV4()),
    userAgent: fc.option(fc.string({ unit: "grapheme" })),
  }),
  target: fc.record({ kind: fc.constantFrom("key", "keyspace"), id: fc.uuid() }),
  details: fc.dictionary(
    fc.string({ unit: "grapheme" }),
    fc.jsonValue({ maxDepth: 2 }),
  ) as fc.Arbitrary<JsonObject>,
  requestId: fc.option(fc.string()),
})

function written(drafts: readonly AuditDraft[]): { lines: string[]; head: ChainHead } {
  let head = emptyChain
  const lines = drafts.map((one) => {
    const event = chainEvent(head, one)
    head = { sequence: event.sequence, hash: event.hash }
    return canonicalJson(printAuditEvent(event))
  })
  return { lines, head }
}

describe("a chain", () => {
  test("what was written follows, printed and read back", () => {
    fc.assert(
      fc.property(fc.array(draft, { maxLength: 5 }), (drafts) => {
        const { lines, head } = written(drafts)
        expect(
          follow(
            lines.map((line) => JSON.parse(line)),
            head,
          ),
        ).toBeNull()
      }),
    )
  })

  test("any one byte changed in any event is found, and named or before its place", () => {
    const drafts = fc.array(draft, { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(drafts, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (given, n, m, flip) => {
        const { lines, head } = written(given)
        const at = n % lines.length
        const bytes = Buffer.from(lines[at] ?? "")
        const position = m % bytes.length
        bytes.writeUInt8(bytes.readUInt8(position) ^ flip, position)
        let changed: JsonObject
        try {
          changed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes))
        } catch {
          return // It is not even JSON any more.
        }
        // JSON has several spellings of one value ("1E3", "1e3"); the value is what the chain vouches for.
        if (JSON.stringify(changed) === JSON.stringify(JSON.parse(lines[at] ?? ""))) return
        const events = lines.map((line, index) => (index === at ? changed : JSON.parse(line)))
        expect(follow(events, head)?.sequence).toBe(at + 1)
      }),
      { numRuns: 400 },
    )
  })

  test.each([
    ['{"sequence":1,"previous_hash":"PREVIOUS","hash":"x","details":1e999}', "an infinity"],
    ['{"sequence":1,"previous_hash":"PREVIOUS","hash":"x","details":"\\ud800"}', "half a surrogate pair"],
    ['{"sequence":1,"previous_hash":"PREVIOUS","hash":null}', "no hash"],
    ["{}", "nothing"],
  ])("%s is a broken link, not an exception: %s", (text) => {
    const event = JSON.parse(text.replace("PREVIOUS", emptyChain.hash))
    expect(new ChainVerifier().next(event)?.sequence).toBe(1)
  })

  test("the first broken link stays the answer", () => {
    const verifier = new ChainVerifier()
    const [first = {}, second = {}] = chain
    const broken = verifier.next(second)
    expect(broken?.sequence).toBe(1)
    expect(verifier.next(first)).toBe(broken)
    expect(verifier.end(emptyChain)).toBe(broken)
    expect(verifier.head).toEqual(emptyChain)
  })

  test("verification can go on from a head that was noted before", () => {
    const [first, second, third = {}] = chain
    const verifier = new ChainVerifier({ sequence: 2, hash: String(second?.["hash"]) })
    expect(verifier.next(third)).toBeNull()
    const elsewhere = new ChainVerifier({ sequence: 2, hash: String(first?.["hash"]) })
    expect(elsewhere.next(third)?.sequence).toBe(3)
  })
})
