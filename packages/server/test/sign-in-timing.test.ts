import { performance } from "node:perf_hooks"
import {
  createAuthority,
  openMemoryStore,
  type PasswordHasher,
  systemCaller,
  systemEntropy,
} from "@keyward/core"
import { expect, test } from "vitest"
import { Passwords } from "../src/passwords.ts"
import { cheapPasswords, openTestKeyward } from "./test-keyward.ts"

// Does the time of a refusal tell whether an account exists?
//
// Two samples of n = 100 refusals each, of a known account with a wrong password and of an unknown account, taken in pairs
// whose order alternates, so that whatever the machine does meanwhile falls on both alike. The Mann-Whitney U test (ranks
// only: one slow attempt weighs no more than any other; two-sided, normal approximation with a correction for ties) is asked
// whether they come from one distribution, at alpha = 10⁻⁶: if they do, one run in a million says otherwise. Whether it
// would notice a difference at all is tested too: without the decoy the samples hardly overlap, and p is about 10⁻³⁰.
// How much work is done is counted besides, which no machine can blur.

const n = 100
const alpha = 1e-6

/** How long refusals of known and of unknown accounts take, milliseconds, and how often a password was verified for them. */
async function samples(hasherOf: (passwords: Passwords) => PasswordHasher) {
  const { keyward, clock, created } = await openTestKeyward({ store: openMemoryStore() })
  // Cheap enough to be done two hundred times, and still most of what a refusal costs.
  const cost = { memoryKib: 4096, passes: 1, lanes: 1 }
  const hasher = hasherOf(new Passwords(systemEntropy, { ...cheapPasswords, cost }))
  const calls = { known: 0, unknown: 0 }
  let now: keyof typeof calls = "known"
  const passwords: PasswordHasher = {
    hash: (password) => hasher.hash(password),
    isOutdated: (stored) => hasher.isOutdated(stored),
    verify(stored, password) {
      calls[now]++
      return hasher.verify(stored, password)
    },
  }
  const authority = createAuthority({ ...keyward.deps, passwords })
  const system = systemCaller(created.organization.id)
  const visit = { address: "203.0.113.7", userAgent: null, requestId: null }
  const user = await authority.createUser(system, { email: "known@example.com", displayName: "Known" })
  const { token } = await authority.offerLink(system, user.id, "invitation")
  await authority.acceptLink(token, "correct horse battery", visit)

  async function refusal(of: keyof typeof calls): Promise<number> {
    now = of
    // Past every limit, so that no attempt is refused before it is tried.
    clock.advance(60 * 60 * 1000)
    const attempt = { organizationId: null, email: `${of}@example.com`, password: "wrong password", visit }
    const begun = performance.now()
    await expect(authority.signIn(attempt)).rejects.toThrow("sign_in_refused")
    return performance.now() - begun
  }

  for (let warming = 0; warming < 10; warming++) {
    await refusal("known")
    await refusal("unknown")
  }
  const known: number[] = []
  const unknown: number[] = []
  for (let pair = 0; pair < n; pair++) {
    if (pair % 2 === 0) known.push(await refusal("known"))
    unknown.push(await refusal("unknown"))
    if (pair % 2 === 1) known.push(await refusal("known"))
  }
  await keyward.close()
  return { known, unknown, calls }
}

test("refusing an unknown account takes as long as refusing a wrong password", async () => {
  const { known, unknown, calls } = await samples((passwords) => passwords)
  expect(calls).toEqual({ known: n + 10, unknown: n + 10 })
  expect(mannWhitney(known, unknown)).toBeGreaterThan(alpha)
})

test("which the test would notice if it did not", async () => {
  const { known, unknown } = await samples((passwords) => ({
    hash: (password) => passwords.hash(password),
    isOutdated: (stored) => passwords.isOutdated(stored),
    verify: async (stored, password) => stored !== null && passwords.verify(stored, password),
  }))
  expect(mannWhitney(known, unknown)).toBeLessThan(alpha)
})

test("the statistic is the one of the textbooks", () => {
  // Disjoint samples of 10: U = 0, z = -50 / √(10·10·21/12) = -3.780, p = 1.57·10⁻⁴ (without continuity correction).
  const low = Array.from({ length: 10 }, (_, at) => at)
  const high = low.map((value) => value + 100)
  expect(mannWhitney(low, high)).toBeCloseTo(1.57e-4, 6)
  expect(mannWhitney(high, low)).toBeCloseTo(1.57e-4, 6)
  expect(mannWhitney(low, low)).toBeCloseTo(1, 6)
})

/** The two-sided p-value of the Mann-Whitney U test (Mann and Whitney 1947), by the normal approximation. */
function mannWhitney(a: readonly number[], b: readonly number[]): number {
  const all = [...a.map((value) => ({ value, ofA: true })), ...b.map((value) => ({ value, ofA: false }))]
  all.sort((one, other) => one.value - other.value)
  let rankSum = 0
  let ties = 0
  for (let from = 0; from < all.length; ) {
    let to = from
    while (to < all.length && all[to]?.value === all[from]?.value) to++
    // Equal values share the mean of the ranks that they take up.
    const rank = (from + 1 + to) / 2
    rankSum += rank * all.slice(from, to).filter(({ ofA }) => ofA).length
    ties += (to - from) ** 3 - (to - from)
    from = to
  }
  const size = all.length
  const u = rankSum - (a.length * (a.length + 1)) / 2
  const variance = ((a.length * b.length) / 12) * (size + 1 - ties / (size * (size - 1)))
  const z = (u - (a.length * b.length) / 2) / Math.sqrt(variance)
  return erfc(Math.abs(z) / Math.SQRT2)
}

/** The complementary error function, to within a relative 1.2·10⁻⁷ (Numerical Recipes in C, 2nd edition, §6.2). */
function erfc(x: number): number {
  const t = 1 / (1 + x / 2)
  const coefficients = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
    -0.82215223, 0.17087277,
  ]
  const series = coefficients.reduceRight((sum, coefficient) => sum * t + coefficient, 0)
  return t * Math.exp(-x * x + series)
}
