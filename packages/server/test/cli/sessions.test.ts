import type { AddressInfo } from "node:net"
import { KeywardClient } from "@keyward/sdk"
import { afterAll, beforeAll, expect, test } from "vitest"
import { type NativeServer, openNative } from "../http/native-server.ts"
import { newFolder, run } from "./program.ts"

let server: NativeServer
let settings: Record<string, string>
let anybody: KeywardClient
const removals: (() => Promise<void>)[] = []

beforeAll(async () => {
  server = await openNative()
  await server.app.listen({ host: "127.0.0.1", port: 0 })
  const { port } = server.app.server.address() as AddressInfo
  const baseUrl = `http://127.0.0.1:${port}`
  anybody = new KeywardClient({ baseUrl, apiKey: null })
  settings = {
    KEYWARD_URL: baseUrl,
    KEYWARD_API_KEY: server.admin,
    KEYWARD_DATA_DIR: await newFolder((remove) => removals.push(remove)),
  }
})
afterAll(async () => {
  await server.close()
  await Promise.all(removals.map((remove) => remove()))
})

/** What a command that succeeds prints. */
async function said(args: readonly string[], apiKey = server.admin): Promise<string> {
  const { code, stdout, stderr } = await run(args, { ...settings, KEYWARD_API_KEY: apiKey })
  expect(code, stderr).toBe(0)
  return stdout
}

test("an administrator invites a user, who signs in; and sees and ends their sessions", async () => {
  const email = "jane@example.com"
  const { id } = JSON.parse(
    await said(["users", "create", "--email", email, "--display-name", "Jane", "--json"]),
  )

  const invited = await said(["users", "invite", id])
  const token = /^token +(kwl_\S{43})$/m.exec(invited)?.[1] ?? ""
  expect(invited).toMatch(new RegExp(`^path +/set-password#${token}$`, "m"))
  await anybody.links.accept({ token, password: "correct horse battery" })

  const signIn = () => anybody.sessions.signIn({ email, password: "correct horse battery" })
  const [first, second, third] = [await signIn(), await signIn(), await signIn()]
  const listed = await said(["sessions", "list", "--user", id, "--all"])
  expect(listed).toMatch(/^ID +CURRENT +LAST SEEN +EXPIRES +ADDRESS +USER AGENT\n/)
  for (const { session } of [first, second, third]) {
    expect(listed).toMatch(new RegExp(`^${session.id} +false +.+ 127\\.0\\.0\\.1 +node$`, "m"))
  }

  // With the token of a session in place of the key, they are one's own.
  const own = await said(["sessions", "list"], String(second.token))
  expect(own).toMatch(new RegExp(`^${second.session.id} +true`, "m"))
  expect(await said(["sessions", "end", first.session.id])).toBe(`Ended ${first.session.id}.\n`)
  expect(await said(["sessions", "end-all"], String(second.token))).toBe("Ended all other sessions.\n")
  const left = JSON.parse(await said(["sessions", "list", "--user", id, "--json"]))
  expect(left.items).toMatchObject([{ id: second.session.id }])

  const { token: reset } = JSON.parse(await said(["users", "reset-password", id, "--json"]))
  await anybody.links.accept({ token: reset, password: "a newer password" })
  expect(await said(["sessions", "list", "--user", id])).toBe("None.\n")
  await anybody.sessions.signIn({ email, password: "a newer password" })
  const ended = JSON.parse(await said(["sessions", "end-all", "--user", id, "--json"]))
  expect(ended).toEqual({ user_id: id, ended: true })
})

test("what cannot be done is said with the problem's fix", async () => {
  const { code, stderr } = await run(["sessions", "list", "--json"], settings)
  expect(code).toBe(3)
  expect(JSON.parse(stderr)).toMatchObject({ code: "session_required", status: 403 })
})
