import { AsyncResource, executionAsyncResource } from "node:async_hooks"
import { expect, test } from "vitest"
import { keptTick } from "../../src/http/kept-tick.ts"

test("what is kept is a tick of the queue, and of no other kind", async () => {
  const another = await new Promise<object>((resolve) =>
    process.nextTick(() => resolve(executionAsyncResource())),
  )
  const kept = await keptTick
  expect(kept).not.toBeInstanceOf(AsyncResource)
  expect(Reflect.ownKeys(kept)).toEqual(Reflect.ownKeys(another))
  expect(Object.keys(kept)).toEqual(["callback", "args"])
})
