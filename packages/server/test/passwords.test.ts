import { isFailure, systemEntropy } from "@keyward/core"
import { parseOptions } from "@node-rs/argon2"
import { describe, expect, test } from "vitest"
import { Passwords } from "../src/passwords.ts"
import { cheapPasswords } from "./test-keyward.ts"

const passwords = new Passwords(systemEntropy, cheapPasswords)

describe("passwords", () => {
  test("are hashed with argon2id at OWASP's cost unless something else is set", async () => {
    const stored = await new Passwords(systemEntropy).hash("correct horse")
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(parseOptions(stored)).toMatchObject({ saltLen: 16, outputLen: 32 })
  })

  test("are told from all others, however they were typed", async () => {
    const stored = await passwords.hash("correct hörse")
    expect(await passwords.hash("correct hörse")).not.toBe(stored)
    const presented = ["correct hörse", "correct ho\u0308rse", "correct horse", "Correct hörse", ""]
    const answers = await Promise.all(presented.map((text) => passwords.verify(stored, text)))
    expect(answers).toEqual([true, true, false, false, false])
  })

  test("match nothing where there is no hash, or none of argon2", async () => {
    for (const stored of [null, "", "unused", "$argon2id$", "$2b$10$abcdefghijklmnopqrstuv"]) {
      expect(await passwords.verify(stored, "unused")).toBe(false)
    }
  })

  test("are hashed anew when the cost has changed", async () => {
    const stored = await passwords.hash("correct horse")
    expect(passwords.isOutdated(stored)).toBe(false)
    for (const change of [{ memoryKib: 128 }, { passes: 2 }]) {
      const other = new Passwords(systemEntropy, {
        ...cheapPasswords,
        cost: { ...cheapPasswords.cost, ...change },
      })
      expect(other.isOutdated(stored)).toBe(true)
      expect(await other.verify(stored, "correct horse")).toBe(true)
    }
  })
})

test("are hashed in turns: whoever comes when too many wait is refused", async () => {
  const bounded = new Passwords(systemEntropy, { ...cheapPasswords, turns: { concurrency: 2, waiting: 3 } })
  const asked = Array.from({ length: 12 }, (_, at) =>
    at % 2 === 0 ? bounded.hash("correct horse") : bounded.verify(null, "correct horse"),
  )
  const outcomes = await Promise.allSettled(asked)
  expect(outcomes.map(({ status }) => status)).toEqual([
    ...Array(5).fill("fulfilled"),
    ...Array(7).fill("rejected"),
  ])
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") expect(isFailure(outcome.reason, "overloaded")).toBe(true)
  }
})

test("the server's other work goes on while passwords are hashed", async () => {
  const real = new Passwords(systemEntropy)
  const hashing = [real.hash("correct horse"), real.hash("correct horse")]
  let over = false
  const all = Promise.all(hashing).then(() => {
    over = true
  })
  let turns = 0
  while (!over) {
    await new Promise<void>((resolve) => setImmediate(resolve))
    turns++
  }
  await all
  // On the main thread the event loop would have turned once or twice.
  expect(turns).toBeGreaterThan(20)
})
