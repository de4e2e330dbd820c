import { expect, test } from "vitest"
import { KeywardClient } from "../src/index.ts"
import { json, loopback } from "./loopback.ts"

const apiKey = "keyward_0123456789abcdefghijABCDEFGHIJ01234567"

const running = { id: "t1", state: "running", counts: { changed: 0, unchanged: 0, refused: 0 } }
const counts = { changed: 3, unchanged: 0, refused: 1 }

function clientOf(baseUrl: string) {
  const waits: number[] = []
  const delay = async (ms: number, signal: AbortSignal | undefined) => {
    signal?.throwIfAborted()
    waits.push(ms)
  }
  return { client: new KeywardClient({ baseUrl, apiKey, delay }), waits }
}

test.each(["finished", "cancelled", "stopped"])("a task is waited for until it is %s", async (state) => {
  const half = { ...running, counts: { ...running.counts, changed: 2 } }
  const ended = { ...running, state, counts }
  const { baseUrl, asked } = await loopback(json(200, running), json(200, half), json(200, ended))
  const { client, waits } = clientOf(baseUrl)
  const seen: unknown[] = []
  const task = await client.tasks.wait("t1", { pollMs: 250, onProgress: (one) => seen.push(one) })
  expect(task).toEqual(ended)
  expect(seen).toEqual([running, half])
  expect(waits).toEqual([250, 250])
  expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual(Array(3).fill("GET /v1/tasks/t1"))
})

test("the waiting ends with the signal's reason", async () => {
  const { baseUrl, asked } = await loopback(json(200, running))
  const { client, waits } = clientOf(baseUrl)
  const stop = new AbortController()
  const waiting = client.tasks.wait("t1", {
    signal: stop.signal,
    onProgress: () => waits.length === 2 && stop.abort(new Error("No longer.")),
  })
  await expect(waiting).rejects.toThrow("No longer.")
  expect(waits).toEqual([1000, 1000])
  expect(asked).toHaveLength(3)
})

test("results are followed to the end, with the same filter", async () => {
  const refused = (key_id: string) => ({ key_id, result: "refused", problem: null, at: "" })
  const { baseUrl, asked } = await loopback(
    json(200, { items: [refused("1")], next_cursor: "a" }),
    json(200, { items: [refused("2")], next_cursor: null }),
  )
  const keys: string[] = []
  for await (const { key_id } of clientOf(baseUrl).client.tasks.eachResult("t1", { result: "refused" })) {
    keys.push(key_id)
  }
  expect(keys).toEqual(["1", "2"])
  expect(asked.map(({ url }) => url)).toEqual([
    "/v1/tasks/t1/results?result=refused",
    "/v1/tasks/t1/results?result=refused&cursor=a",
  ])
})
