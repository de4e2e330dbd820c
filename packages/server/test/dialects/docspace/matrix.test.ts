import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { engines } from "../dialect-server.ts"
import { bearer, type Credential, keysPath, nobody, openPortal, type Portal, refusal } from "./portal.ts"

/** What each operation comes to: a status; `false` where it is 200 and the answer is that nothing was changed. */
interface Row {
  readonly create: number
  readonly list: number
  readonly permissions: number
  readonly self: number
  readonly update: number | false
  readonly delete: number | false
}

const everything = { create: 200, list: 200, permissions: 200, self: 400, update: 200, delete: 200 } as const
const refused = { create: 401, list: 401, permissions: 401, self: 401, update: 401, delete: 401 } as const

describe.each(engines)("who may do what, %s", (engine) => {
  let portal: Portal
  beforeAll(async () => {
    portal = await openPortal({ engine })
  })
  afterAll(() => portal.close())

  /** @param whose key the update and the deletion are about; default: the caller's own, where there is one */
  async function rowOf(who: Credential, whose?: Credential): Promise<Row> {
    const make = async () =>
      (await portal.create(whose ?? who)).json?.response.id ?? (await portal.key(portal.admin)).id
    const changed = async (id: string, path: "update" | "delete") => {
      const { status, json } = await portal[path](who, id)
      return status === 200 && json.response === false ? (false as const) : status
    }
    return {
      create: (await portal.create(who)).status,
      list: (await portal.list(who)).status,
      permissions: (await portal.permissions(who)).status,
      self: (await portal.self(who)).status,
      update: await changed(await make(), "update"),
      delete: await changed(await make(), "delete"),
    }
  }

  test("people, on their own keys", async () => {
    expect(await rowOf(portal.admin)).toEqual(everything)
    expect(await rowOf((await portal.someone("admin")).credential)).toEqual(everything)
    expect(await rowOf(portal.member)).toEqual(everything)
  })

  test("people, on the keys of others", async () => {
    expect(await rowOf(portal.admin, portal.member)).toEqual(everything)
    expect(await rowOf((await portal.someone("admin")).credential, portal.member)).toEqual(everything)
    const foreign = { ...everything, update: false, delete: false }
    expect(await rowOf(portal.member2, portal.member)).toEqual(foreign)
    expect(await rowOf(portal.member, portal.admin)).toEqual(foreign)
  })

  test("guests, who are all that may create no keys", async () => {
    const guest = { ...everything, create: 403, update: 403, delete: 403 }
    expect(await rowOf(portal.auditor, portal.member)).toEqual(guest)
    const { credential } = await portal.someone()
    expect(await rowOf(credential, portal.member)).toEqual({ ...guest, list: 403 })
    const { status, json } = await portal.create(portal.auditor)
    expect([status, json]).toEqual([403, refusal(403, "Access denied")])
    // What is asked for is not looked at before who asks.
    expect((await portal.create(portal.auditor, { name: "K", permissions: ["x"] })).status).toBe(403)
    expect((await portal.create(portal.auditor, { name: "" })).status).toBe(400)
  })

  test("whoever may only read and write their own keys by a role of the organization's is a user", async () => {
    const { keyward, system } = portal.server
    await keyward.authority.createRole(system, {
      name: "key-desk",
      description: "",
      permissions: ["keys.read", "own_keys.*"],
    })
    const { credential } = await portal.someone("key-desk")
    expect(await rowOf(credential)).toEqual(everything)
    expect(await rowOf(credential, portal.member)).toEqual({ ...everything, update: false, delete: false })
  })

  test.each([
    [[], { ...everything, self: 200 }],
    [["*:write"], { ...everything, self: 200 }],
    [["*:read"], { create: 403, list: 200, permissions: 200, self: 200, update: 403, delete: 403 }],
    ...["accounts", "accounts.self", "files", "rooms"].flatMap((section): [string[], Row][] =>
      ["read", "write"].map((how) => [
        [`${section}:${how}`],
        { create: 403, list: 403, permissions: 403, self: 200, update: 403, delete: 403 },
      ]),
    ),
    [
      ["files:read", "*:read"],
      { create: 403, list: 200, permissions: 200, self: 200, update: 403, delete: 403 },
    ],
  ] as [string[], Row][])("a key with the scopes %j", async (scopes, row) => {
    const { credential } = await portal.key(portal.member, ...scopes)
    expect(await rowOf(credential, portal.member)).toEqual(row)
    if (row.list === 403) {
      // A scope that does not reach is told without a body, before the body is looked at.
      for (const reply of [await portal.list(credential), await portal.create(credential, { name: "" })]) {
        expect([reply.status, reply.text]).toEqual([403, ""])
      }
    }
  })

  test("a key acts as its creator, and no further than they may now", async () => {
    const theirs = await portal.key(portal.member)
    const { credential } = await portal.key(portal.admin)
    expect((await portal.update(credential, theirs.id, { name: "Checked" })).json.response).toBe(true)
    const mine = await portal.key(portal.member2)
    expect((await portal.update(mine.credential, theirs.id, { name: "No" })).json.response).toBe(false)

    const { principal, credential: password } = await portal.someone("admin")
    const promoted = await portal.key(password)
    expect((await portal.update(promoted.credential, theirs.id)).json.response).toBe(true)
    const { authority } = portal.server.keyward
    await authority.updateUser(portal.server.system, principal.id, { roles: ["member"] }, null)
    expect((await portal.update(promoted.credential, theirs.id)).json.response).toBe(false)
    await authority.updateUser(portal.server.system, principal.id, { roles: [] }, null)
    expect((await portal.create(promoted.credential)).status).toBe(403)
  })

  test("a key makes keys with more scopes than its own only where it is unrestricted", async () => {
    const { credential } = await portal.key(portal.member, "*:write")
    const made = await portal.key(credential, "accounts:write")
    expect((await portal.self(made.credential)).json.response.createBy.id).toBe(portal.server.member.id)
  })

  test("keys that are disabled, revoked, expired or deleted, and no credential", async () => {
    expect(await rowOf(nobody, portal.member)).toEqual(refused)
    const disabled = await portal.key(portal.member)
    await portal.update(portal.member, disabled.id, { isActive: false })
    expect(await rowOf(disabled.credential, portal.member)).toEqual(refused)
    const revoked = await portal.key(portal.member)
    await portal.server.native("POST", `/v1/keys/${revoked.id}/revoke`, {})
    expect(await rowOf(revoked.credential, portal.member)).toEqual(refused)
    const deleted = await portal.key(portal.member)
    await portal.delete(portal.member, deleted.id)
    expect(await rowOf(deleted.credential, portal.member)).toEqual(refused)
    const short = await portal.create(portal.member, { name: "Short", expiresInDays: 1 })
    portal.server.advance(24 * 60 * 60)
    expect(await rowOf(bearer(short.json.response.key), portal.member)).toEqual(refused)
  })

  test("keys of another organization are unknown, to its own administrator too", async () => {
    const { other } = portal.server
    const theirs = bearer(String((await other.issue(other.admin))["api_key"]))
    expect(await rowOf(theirs, portal.member)).toEqual(refused)
    const { id } = await portal.key(portal.member)
    for (const method of ["PUT", "DELETE"]) {
      const reply = await other.ask(`${keysPath}/${id}`, {
        method,
        headers: theirs,
        ...(method === "PUT" ? { body: {} } : {}),
      })
      expect(reply.status).toBe(404)
    }
    const { json } = await other.ask(keysPath, { headers: theirs })
    expect(json.response.map((key: { id: string }) => key.id)).not.toContain(id)
  })
})
