import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { type KeyState, keyStates, secretIsLive, stateAt } from "../src/key/lifecycle.ts"
import type { Instant } from "../src/time.ts"
import { vectors } from "./vectors.ts"

const { cases } = vectors<{
  cases: {
    not_before: Instant | null
    expires_at: Instant | null
    disabled_at: Instant | null
    revoked_at: Instant | null
    now: Instant
    state: KeyState
    reason: string
  }[]
}>("lifecycle")

const instant = fc.integer({ min: 0, max: 20 }).map((ms) => ms as Instant)
const anyKey = fc.record({
  notBefore: fc.option(instant),
  expiresAt: fc.option(instant),
  disabledAt: fc.option(instant),
  revokedAt: fc.option(instant),
})
const twoInstants = fc
  .tuple(instant, instant)
  .map(([a, b]) => (a <= b ? [a, b] : [b, a]) as [Instant, Instant])

describe("a key's state", () => {
  test.each(cases)("$state: $reason", (given) => {
    const key = {
      notBefore: given.not_before,
      expiresAt: given.expires_at,
      disabledAt: given.disabled_at,
      revokedAt: given.revoked_at,
    }
    expect(stateAt(key, given.now)).toBe(given.state)
  })
  test("every state has a case", () => {
    expect(new Set(cases.map(({ state }) => state))).toEqual(new Set(keyStates))
  })

  test("once revoked, revoked at every later instant, and at every earlier one that is asked of", () => {
    fc.assert(
      fc.property(anyKey, instant, (key, now) => {
        expect(stateAt(key, now) === "revoked").toBe(key.revokedAt !== null)
      }),
    )
  })
  test("once expired, never active again; once active, never not yet valid again", () => {
    fc.assert(
      fc.property(anyKey, twoInstants, (key, [earlier, later]) => {
        const [before, after] = [stateAt(key, earlier), stateAt(key, later)]
        if (before === "expired") expect(after).toBe("expired")
        if (before === "active") expect(after).not.toBe("not_yet_valid")
      }),
    )
  })
})

test("a version of the secret is live until the millisecond before it expires", () => {
  const secret = { expiresAt: 1000 as Instant }
  expect(secretIsLive(secret, 999 as Instant)).toBe(true)
  expect(secretIsLive(secret, 1000 as Instant)).toBe(false)
  expect(secretIsLive({ expiresAt: null }, Number.MAX_SAFE_INTEGER as Instant)).toBe(true)
})
