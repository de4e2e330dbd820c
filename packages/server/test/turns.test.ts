import { isFailure } from "@keyward/core"
import { expect, test } from "vitest"
import { Turns } from "../src/turns.ts"

/** Work that goes on until it is told to end. */
function workshop(turns: Turns) {
  const begun: number[] = []
  const ends = new Map<number, { done(): void; fail(): void }>()
  return {
    begun,
    ask: (name: number) =>
      turns.take(
        () =>
          new Promise<number>((resolve, reject) => {
            begun.push(name)
            ends.set(name, { done: () => resolve(name), fail: () => reject(new Error("broken")) })
          }),
      ),
    end: (name: number, how: "done" | "fail" = "done") => ends.get(name)?.[how](),
  }
}

test("so many at a time, so many waiting, and the rest is refused at once", async () => {
  const { ask, begun, end } = workshop(new Turns({ concurrency: 2, waiting: 2 }))
  const [first, second, third, fourth] = [ask(1), ask(2), ask(3), ask(4)]
  const refused = await ask(5).catch((error: unknown) => error)
  expect(isFailure(refused, "overloaded")).toBe(true)
  expect(begun).toEqual([1, 2])
  end(2)
  expect(await second).toBe(2)
  expect(begun).toEqual([1, 2, 3])
  // The place of the second went to the third; one may wait again, and no more.
  const sixth = ask(6)
  expect(isFailure(await ask(7).catch((error: unknown) => error), "overloaded")).toBe(true)
  for (const [name, asked] of [
    [1, first],
    [3, third],
    [4, fourth],
    [6, sixth],
  ] as const) {
    end(name)
    expect(await asked).toBe(name)
  }
  expect(begun).toEqual([1, 2, 3, 4, 6])
})

test("work that fails hands its turn on", async () => {
  const { ask, begun, end } = workshop(new Turns({ concurrency: 1, waiting: 5 }))
  const asked = [ask(1), ask(2), ask(3)]
  end(1, "fail")
  await expect(asked[0]).rejects.toThrow("broken")
  end(2)
  await asked[1]
  end(3)
  await asked[2]
  expect(begun).toEqual([1, 2, 3])
  const alone = ask(4)
  end(4)
  expect(await alone).toBe(4)
})
