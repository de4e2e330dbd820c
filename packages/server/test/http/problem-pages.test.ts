import { problemCodes, problemPage } from "@keyward/contract"
import { afterEach, beforeEach, expect, test } from "vitest"
import { type NativeServer, openNative } from "./native-server.ts"

let server: NativeServer
beforeEach(async () => {
  server = await openNative()
})
afterEach(() => server.close())

test("the type of a problem leads to the page about it, without a credential", async () => {
  const { json } = await server.refused("/v1/keys/unknown", "not_found")
  const page = await server.app.inject(json.type)
  expect(page.statusCode).toBe(200)
  expect(page.headers["content-type"]).toBe("text/plain; charset=utf-8")
  expect(page.body).toBe(problemPage("not_found"))
  expect(page.body).toContain("# Not found\n")
})

test("each code has its page, and what is no code has none", async () => {
  for (const code of problemCodes) {
    expect((await server.app.inject(`/problems/${code}`)).body, code).toContain(`\`${code}\``)
  }
  const { statusCode, headers } = await server.app.inject("/problems/unheard_of")
  expect([statusCode, headers["content-type"]]).toEqual([404, "application/problem+json"])
})
