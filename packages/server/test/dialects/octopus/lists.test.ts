import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type DialectServer, engines, openDialect } from "../dialect-server.ts"
import { type Holder, holderOf } from "./portal.ts"

const most = 2_147_483_647

const name = (at: number) => (at % 10 === 0 ? `Tenth ${at} & more` : `Key ${at}`)

describe.each(engines)("lists, %s", (engine) => {
  let server: DialectServer
  let admin: Holder
  let member: Holder
  beforeAll(async () => {
    server = await openDialect("octopus", { engine })
    admin = await holderOf(server, server.admin)
    member = await holderOf(server, server.member)
    const { kind, id } = server.member
    const { keyspace, system, clock } = server
    // Four in each millisecond, so that two parts of what is read at once meet within one.
    for (let at = 1; at <= 450; at++) {
      const key = { keyspaceId: keyspace.id, name: name(at), owner: { kind, id } }
      await server.keyward.authority.createKey(system, key)
      if (at % 4 === 0) clock.advance(1)
    }
  })
  afterAll(() => server.close())

  const purposes = ({ Items }: { readonly Items: readonly { readonly Purpose: string }[] }) =>
    Items.map(({ Purpose }) => Purpose)
  const newestFirst = [...Array.from({ length: 450 }, (_, at) => name(450 - at)), "First key"]

  test("a page says where it is, and leads to the next while there is one", async () => {
    const { status, json } = await member.ask(member.keys)
    expect(status).toBe(200)
    const { Items, ...rest } = json
    expect(rest).toEqual({
      ItemType: "ApiKey",
      TotalResults: 451,
      ItemsPerPage: 30,
      NumberOfPages: 16,
      LastPageNumber: 15,
      Links: {
        Self: `${member.keys}?skip=0&take=30`,
        Template: `${member.keys}{?skip,take}`,
        "Page.All": `${member.keys}?skip=0&take=${most}`,
        "Page.Next": `${member.keys}?skip=30&take=30`,
        "Page.Current": `${member.keys}?skip=0&take=30`,
        "Page.Last": `${member.keys}?skip=450&take=30`,
      },
    })
    expect(purposes(json)).toEqual(newestFirst.slice(0, 30))
  })

  test("page after page, everything is there once, the newest first", async () => {
    const found: string[] = []
    let next: string | undefined = `${member.keys}?take=100`
    let pages = 0
    while (next !== undefined) {
      const { json }: Awaited<ReturnType<Holder["ask"]>> = await member.ask(next)
      found.push(...purposes(json))
      expect(json.Links.Self).toBe(json.Links["Page.Current"])
      next = json.Links["Page.Next"]
      pages++
    }
    expect(pages).toBe(5)
    expect(found).toEqual(newestFirst)
  })

  test("everything at once, as clients ask for it", async () => {
    const { json } = await member.ask(`${member.keys}?take=${most}`)
    expect(purposes(json)).toEqual(newestFirst)
    expect(json).toMatchObject({ ItemsPerPage: most, NumberOfPages: 1, LastPageNumber: 0 })
    expect(json.Links).not.toHaveProperty("Page.Next")
  })

  test("beyond the end there is nothing, and nothing after it", async () => {
    for (const skip of [451, most]) {
      const { status, json } = await member.ask(`${member.keys}?skip=${skip}&take=${most}`)
      expect(status).toBe(200)
      expect(json).toMatchObject({ TotalResults: 451, Items: [] })
      expect(json.Links).not.toHaveProperty("Page.Next")
    }
    const { json } = await member.ask(`${member.keys}?skip=421&take=30`)
    expect(json.Items).toHaveLength(30)
    expect(json.Links).not.toHaveProperty("Page.Next")
  })

  test("a filter narrows the list, in any case, and every link carries it on", async () => {
    const { json } = await member.ask(`${member.keys}?partialPurpose=tENTH&take=20`)
    expect(json).toMatchObject({ TotalResults: 45, NumberOfPages: 3 })
    expect(json.Links["Page.Next"]).toBe(`${member.keys}?skip=20&take=20&partialPurpose=tENTH`)
    const odd = await member.ask(`${member.keys}?partialPurpose=${encodeURIComponent("0 & more")}&take=1`)
    const after = await member.ask(odd.json.Links["Page.Next"])
    expect(after.json.TotalResults).toBe(45)
    expect(purposes(after.json)).toEqual(["Tenth 440 & more"])
  })

  test.each(["SKIP=1&TAKE=2", "Skip=1&Take=2&ids=x&Nonsense=%zz", "skip=1&take=2&skip=9&take=9"])(
    "names of parameters have no case, unknown ones do not matter, the first counts: %s",
    async (query) => {
      const { json } = await member.ask(`${member.keys}?${query}`)
      expect(purposes(json)).toEqual(newestFirst.slice(1, 3))
    },
  )

  test.each([
    "skip=-1",
    "take=0",
    "take=-1",
    "take=x",
    "skip=1.5",
    "take=",
    "take=2147483648",
    "skip=0x1",
    "take=1e2",
  ])("%s is refused", async (query) => {
    const [part = ""] = query.split("=")
    for (const path of [member.keys, "/api/spaces"]) {
      expect(await member.ask(`${path}?${query}`)).toMatchObject({
        status: 400,
        json: { Errors: [expect.stringContaining(`${part} must be a whole number`)] },
      })
    }
  })

  test("users are found by name, and by id", async () => {
    const { json } = await admin.ask("/api/users?filter=MEMBER&take=1")
    expect(json).toMatchObject({ ItemType: "User", TotalResults: 2, ItemsPerPage: 1, NumberOfPages: 2 })
    expect(json.Links["Page.Next"]).toBe("/api/users?skip=1&take=1&filter=MEMBER")
    const names = ({ Items }: { Items: readonly { Username: string }[] }) =>
      Items.map((user) => user.Username)
    expect(names((await admin.ask("/api/users?filter=mia@example.com")).json)).toEqual(["mia@example.com"])
    expect((await admin.ask("/api/users?filter=nobody")).json).toMatchObject({
      TotalResults: 0,
      NumberOfPages: 1,
    })
    const ids = `users-${server.member.alias},${admin.userId}`
    expect(names((await admin.ask(`/api/users?ids=${ids}`)).json).toSorted()).toEqual([
      "admin@example.com",
      "mia@example.com",
    ])
    const everyone = await admin.ask("/api/users/all")
    expect(everyone.json.map(({ Username }: { Username: string }) => Username).toSorted()).toEqual([
      "Machine",
      "admin@example.com",
      "max@example.com",
      "mia@example.com",
      "otto@example.com",
    ])
    expect((await admin.ask(`/api/users/all?ids=${ids}`)).json).toHaveLength(2)
  })

  test("a user is printed whole", async () => {
    const { json } = await admin.ask(`/api/users/${member.userId}`)
    const self = `/api/users/${member.userId}`
    expect(json).toEqual({
      Id: member.userId,
      Username: "mia@example.com",
      DisplayName: "Mia Member",
      IsActive: true,
      IsService: false,
      EmailAddress: "mia@example.com",
      CanPasswordBeEdited: true,
      IsRequestor: false,
      Identities: [],
      Links: {
        Self: self,
        ApiKeys: `${self}/apikeys{/id}{?skip,take}`,
        Permissions: `${self}/permissions`,
        PermissionsConfiguration: `${self}/permissions/configuration`,
        Spaces: `${self}/spaces`,
        Teams: `${self}/teams{?includeSystem}`,
      },
    })
    expect((await member.ask("/api/users/me")).json).toEqual({ ...json, IsRequestor: true })
    expect((await admin.ask(`/api/users/Users-${server.service.alias}`)).json).toMatchObject({
      Username: "Machine",
      IsService: true,
      EmailAddress: null,
      CanPasswordBeEdited: false,
    })
  })

  test("there are no spaces", async () => {
    expect((await member.ask("/api/spaces?skip=0&take=10")).json).toMatchObject({
      ItemType: "Space",
      TotalResults: 0,
      Items: [],
      Links: { Self: "/api/spaces?skip=0&take=10" },
    })
    expect((await member.ask(`/api/users/${member.userId}/spaces`)).json).toEqual([])
  })
})
