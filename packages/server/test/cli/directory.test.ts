import type { AddressInfo } from "node:net"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type NativeServer, openNative } from "../http/native-server.ts"
import { newFolder, run } from "./program.ts"

let server: NativeServer
let settings: Record<string, string>
const removals: (() => Promise<void>)[] = []

beforeAll(async () => {
  server = await openNative()
  await server.app.listen({ host: "127.0.0.1", port: 0 })
  const { port } = server.app.server.address() as AddressInfo
  settings = {
    KEYWARD_URL: `http://127.0.0.1:${port}`,
    KEYWARD_API_KEY: server.admin,
    KEYWARD_DATA_DIR: await newFolder((remove) => removals.push(remove)),
  }
})
afterAll(async () => {
  await server.close()
  await Promise.all(removals.map((remove) => remove()))
})

/** What a command that succeeds prints. */
async function said(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(args, settings)
  expect(code, stderr).toBe(0)
  return stdout
}

// biome-ignore lint/suspicious/noExplicitAny: what the command said; the tests say what it must be.
async function json(...args: string[]): Promise<any> {
  return JSON.parse(await said(...args, "--json"))
}

/** How a command that does not succeed ended. */
async function refused(...args: string[]) {
  const { code, stdout, stderr } = await run([...args, "--json"], settings)
  expect(stdout).toBe("")
  return { exit: code, ...JSON.parse(stderr) }
}

describe("users", () => {
  test("are created, listed, changed, suspended, resumed and removed", async () => {
    const created = await said(
      ...["users", "create", "--email", "Jane@Example.com", "--display-name", "Jane Doe"],
      ...["--first-name", "Jane", "--role", "member", "--role", "auditor"],
    )
    expect(created).toMatch(/^email +jane@example\.com$/m)
    expect(created).toMatch(/^roles +member, auditor$/m)
    expect(created).toMatch(/^has password +false$/m)
    const id = /^id +(\S+)$/m.exec(created)?.[1] ?? ""

    const listed = await said("users", "list", "--email-prefix", "jane", "--active", "--role", "auditor")
    expect(listed).toMatch(/^ID +STATE +EMAIL +ROLES +NAME\n/)
    expect(listed).toContain(`${id}  active  jane@example.com  member,auditor  Jane Doe`)
    expect(await said("users", "list", "--suspended")).toBe("None.\n")

    const changed = await json(
      ...["users", "update", id, "--display-name", "J. Doe", "--clear", "first-name", "--if-revision", "1"],
    )
    expect(changed).toMatchObject({ display_name: "J. Doe", first_name: null, revision: 2 })
    expect(await refused("users", "update", id, "--display-name", "x", "--if-revision", "1")).toMatchObject({
      exit: 3,
      code: "revision_conflict",
    })

    expect((await json("users", "suspend", id)).state).toBe("suspended")
    expect(await said("users", "list", "--suspended")).toContain(id)
    expect((await json("users", "resume", id)).state).toBe("active")
    expect((await json("users", "show", id)).revision).toBe(4)

    expect(await said("users", "remove", id, "--freeze")).toBe(`Removed ${id}.\n`)
    expect(await refused("users", "show", id)).toMatchObject({ exit: 3, code: "not_found" })
  })

  test("are removed only when it is said what becomes of their keys", async () => {
    const id = server.created.admin.id
    expect(await refused("users", "remove", id)).toMatchObject({ exit: 2, code: "usage" })
    const both = await refused("users", "remove", id, "--freeze", "--expire-days", "3")
    expect(both.exit).toBe(2)
    const last = await refused("users", "remove", id, "--freeze")
    expect(last).toMatchObject({ exit: 3, code: "last_owner" })
  })
})

test("a removal is shown first, and then moves the keys", async () => {
  const heir = await json("service-accounts", "create", "--display-name", "Heir")
  const account = await json(
    ...["service-accounts", "create", "--display-name", "Robot", "--description", "Builds."],
  )
  const keyspace = await server.keyward.authority.createKeyspace(server.system, { name: "A", prefix: "a" })
  const owner = `service_account:${account.id}`
  const key = await json("keys", "create", "--keyspace", keyspace.id, "--name", "CI", "--owner", owner)

  const policy = ["--transfer-to", `service_account:${heir.id}`]
  const preview = await said("service-accounts", "remove", account.id, ...policy, "--dry-run")
  expect(preview).toContain(`${key.id}  active  ${keyspace.id}  CI`)
  expect(preview).toContain("Keys that would be changed: 1 (1 active).")
  expect((await json("keys", "show", key.id)).owner.id).toBe(account.id)

  const removed = await json("service-accounts", "remove", account.id, ...policy)
  expect(removed).toEqual({ id: account.id, removed: true })
  expect((await json("keys", "show", key.id)).owner).toEqual({ kind: "service_account", id: heir.id })
  const listed = await json("service-accounts", "list", "--active")
  expect(listed.items.map((one: { id: string }) => one.id)).toEqual([heir.id])
})

test("members are listed, and their roles are set whole", async () => {
  const account = await json("service-accounts", "create", "--display-name", "Auditor", "--role", "auditor")
  const listed = await said("members", "list", "--kind", "service_account", "--role", "auditor")
  expect(listed).toContain(`${account.id}  service_account  active  auditor  Auditor`)
  expect((await json("members", "set-roles", account.id, "member", "auditor")).roles).toEqual([
    "member",
    "auditor",
  ])
  expect((await json("members", "set-roles", account.id)).roles).toEqual([])
  expect(await said("members", "show", account.id)).toMatch(/^roles +-$/m)
  const unknown = await refused("members", "set-roles", account.id, "emperor")
  expect(unknown).toMatchObject({ exit: 3, code: "invalid_input", errors: [{ member: "/roles/0" }] })
})

test("roles are made, shown, changed and deleted; the built-in ones are not", async () => {
  const created = await json(
    "roles",
    "create",
    "key-desk",
    "--permission",
    "keys.*",
    "--permission",
    "!keys.reveal",
  )
  expect(created).toEqual({
    name: "key-desk",
    description: "",
    permissions: ["keys.*", "!keys.reveal"],
    built_in: false,
  })
  const listed = await said("roles", "list")
  expect(listed).toMatch(/^owner +true +Everything/m)
  expect(listed).toMatch(/^key-desk +false +-$/m)
  const changed = await json("roles", "update", "key-desk", "--description", "Keys.", "--clear", "permission")
  expect(changed).toMatchObject({ description: "Keys.", permissions: [] })
  expect(await said("roles", "show", "key-desk")).toMatch(/^description +Keys\.$/m)
  expect(await refused("roles", "update", "member", "--permission", "*")).toMatchObject({
    exit: 3,
    code: "built_in_role",
  })
  expect(await said("roles", "delete", "key-desk")).toBe("Deleted key-desk.\n")
})

test("the organization is shown without its id, and renamed", async () => {
  const { id } = server.created.organization
  expect(await said("organizations", "show")).toMatch(new RegExp(`^id +${id}$`, "m"))
  expect((await json("organizations", "update", id, "--name", "Renamed")).revision).toBe(2)
  expect(await said("organizations", "list")).toMatch(/Renamed$/m)
})
