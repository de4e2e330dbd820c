import {
  type Circumstances,
  compileSubject,
  decide,
  type Instant,
  type Key,
  type Keyspace,
  type Subject,
} from "@keyward/core"
import fc from "fast-check"
import { beforeAll, expect, test } from "vitest"
import { printVerification, verificationJson } from "../../src/http/native/print.ts"
import type { Verification } from "../../src/verification/verifier.ts"
import { openTestKeyward } from "../test-keyward.ts"

let key: Key
let keyspace: Keyspace

beforeAll(async () => {
  const { keyward, created, system } = await openTestKeyward()
  keyspace = created.managementKeyspace
  const named = { keyspaceId: keyspace.id, name: "Key" }
  key = (await keyward.authority.createKey(system, named)).key
})

function subjectOf(policy: Partial<Key>): Subject {
  return compileSubject({ key: { ...key, ...policy }, secretVersion: 1, owner: null }, keyspace)
}

const limit = fc.record({
  name: fc.stringMatching(/^[a-z0-9_-]{1,64}$/),
  count: fc.integer({ min: 1, max: 1_000_000 }),
  windowSeconds: fc.integer({ min: 1, max: 31 * 86_400 }),
})
const policy = fc.record({
  name: fc.string({ unit: "binary" }),
  owner: fc.record({ kind: fc.constant("external" as const), id: fc.string({ unit: "binary" }) }),
  permissions: fc.constantFrom<string[]>([], ["keys.*", "!keys.read:a/b"]),
  expiresAt: fc.option(fc.integer({ min: 1, max: 4e12 }).map((at) => at as Instant)),
  limits: fc.uniqueArray(limit, { maxLength: 3, selector: ({ name }) => name }),
})

test("the JSON of a verification is that of what is printed, whatever the key and its limits", () => {
  fc.assert(
    fc.property(policy, fc.array(fc.nat({ max: 2_000_000 }), { maxLength: 4 }), (stored, uses) => {
      const subject = subjectOf(stored)
      const consumed = new Map<string, number>()
      let now = 0
      for (const wait of uses) {
        now += wait
        const asked: Circumstances = {
          now: now as Instant,
          permissions: null,
          clientIp: null,
          origin: null,
          cost: 1,
          consumed: ({ name }) => consumed.get(name) ?? null,
        }
        const decision = decide(subject, asked)
        for (const { status, tat } of decision.consume) consumed.set(status.name, tat)
        const retryAfterMs = decision.outcome === "RATE_LIMITED" ? 1 : null
        const verification: Verification = { ...decision, subject, retryAfterMs, credits: null, trace: null }
        expect(verificationJson(verification)).toBe(JSON.stringify(printVerification(verification)))
      }
    }),
  )
})

test("an explained one, one of a key that was not found, and one that tells of credits, too", () => {
  const explained: Verification = {
    outcome: "VALID",
    subject: subjectOf({}),
    missingPermissions: [],
    limits: [],
    credits: null,
    retryAfterMs: null,
    trace: [{ check: "state", result: "passed", detail: "The key is active." }],
  }
  const unknown: Verification = { ...explained, outcome: "NOT_FOUND", subject: null, trace: null }
  const credits = { remaining: 5, refillsAt: 1_800_000_000_000 as Instant }
  const counted: Verification = { ...explained, credits, trace: null }
  for (const verification of [explained, unknown, counted])
    expect(verificationJson(verification)).toBe(JSON.stringify(printVerification(verification)))
})
