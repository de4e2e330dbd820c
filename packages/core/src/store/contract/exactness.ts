import { describe, expect, test } from "vitest"
import type { Store } from "../store.ts"
import {
  commit,
  found,
  insertKeys,
  insertPrincipals,
  nextId,
  noon,
  sampleKey,
  sampleKeyspace,
  sampleSecret,
  sampleServiceAccount,
  sampleSession,
  sampleUser,
} from "./sample.ts"

/** Texts that a lenient comparison takes for one another. A collation that does so is a way into another tenant's data. */
const lookalikes = [
  "Straße",
  "strasse",
  "STRASSE",
  "straße",
  "Straße ",
  " Straße",
  "cafe\u0301",
  "caf\u00e9",
  "ﬁ",
  "fi",
  "Å",
  "\u212b",
  "🔑",
  "🔐",
  "0",
  "00",
  "%",
  "_",
  "",
  "'",
  "\\",
]

export function exactnessContract(store: () => Store): void {
  describe("exact comparison", () => {
    test("names of keyspaces", async () => {
      const { organization } = await found(store())
      const keyspaces = lookalikes.map((name) => sampleKeyspace(organization.id, { name }))
      const inserts = keyspaces.map((keyspace) => ({ kind: "keyspace.insert", keyspace }) as const)
      await commit(store(), organization.id, ...inserts)
      for (const keyspace of keyspaces) {
        expect(await store().keyspaceByName(organization.id, keyspace.name)).toEqual(keyspace)
      }
    })

    test("e-mail addresses, user names and roles", async () => {
      const { organization } = await found(store())
      const users = lookalikes.map((text) =>
        sampleUser(organization.id, { email: text, userName: text, roles: [text] }),
      )
      const inserts = users.map((principal) => ({ kind: "principal.insert", principal }) as const)
      await commit(store(), organization.id, ...inserts)
      for (const user of users) {
        const [role = ""] = user.roles
        expect(await store().userByEmail(organization.id, user.email)).toEqual(user)
        expect(await store().userWasRemoved(organization.id, user.email)).toBe(false)
        expect(await store().activeUsersWithRole(organization.id, role, 2)).toBe(1)
        const page = await store().principals(organization.id, { role }, { limit: 10, after: null })
        expect(page.items).toEqual([user])
      }
    })

    test("names of throttles", async () => {
      const id = nextId()
      const names = lookalikes.map((text) => `${id} ${text}`)
      const tats = new Map(names.map((name, at) => [name, noon + 1 + at]))
      await store().pushThrottles(tats, noon)
      expect(await store().throttles(names)).toEqual(tats)
      for (const [name, tat] of tats) expect(await store().throttles([name])).toEqual(new Map([[name, tat]]))
    })

    test("owners, tags and names of keys", async () => {
      const founded = await found(store())
      const organizationId = founded.organization.id
      const keys = lookalikes.map((text) =>
        sampleKey(founded, { name: `${text}|`, tags: [text], owner: { kind: "external", id: text } }),
      )
      await insertKeys(store(), ...keys)
      for (const key of keys) {
        const filters = [{ owner: key.owner }, { tag: key.tags[0] ?? "" }, { namePrefix: key.name }]
        for (const filter of filters) {
          const page = await store().keys(organizationId, filter, noon, { limit: 10, after: null })
          expect(page.items, JSON.stringify(filter)).toEqual([key])
        }
      }
    })

    test("owners of one id and different kinds are different owners", async () => {
      const founded = await found(store())
      const principals = [sampleUser(founded.organization.id), sampleServiceAccount(founded.organization.id)]
      await insertPrincipals(store(), ...principals)
      const keys = principals.flatMap(({ kind, id }) =>
        [kind, "organization" as const, "external" as const].map((kind) =>
          sampleKey(founded, { owner: { kind, id } }),
        ),
      )
      await insertKeys(store(), ...keys)
      for (const key of keys) {
        const page = await store().keys(founded.organization.id, { owner: key.owner }, noon, {
          limit: 10,
          after: null,
        })
        expect(page.items).toEqual([key])
      }
    })

    test("ids, digests and settings", async () => {
      const founded = await found(store())
      const id = `Id ${nextId()}`
      await insertKeys(
        store(),
        sampleKey(founded, { id, secrets: [sampleSecret({ digest: `Digest ${id}` })] }),
      )
      for (const other of [id.toLowerCase(), id.toUpperCase(), `${id} `]) {
        expect(await store().key(founded.organization.id, other)).toBeNull()
        expect(await store().subject([{ pepperVersion: 1, digest: `Digest ${other}` }])).toBeNull()
        expect(await store().subject([{ pepperVersion: 1, digest: `digest ${other}` }])).toBeNull()
      }
      const user = sampleUser(founded.organization.id)
      const session = sampleSession(user, { digest: `Session ${id}` })
      await insertPrincipals(store(), user)
      await commit(store(), founded.organization.id, { kind: "session.insert", session })
      expect((await store().sessionByDigest([session]))?.session).toEqual(session)
      expect(await store().sessionByDigest([{ pepperVersion: 1, digest: `session ${id}` }])).toBeNull()
      expect(await store().ensureSetting(id, "a")).toBe("a")
      expect(await store().ensureSetting(id.toLowerCase(), "b")).toBe("b")
    })

    test("names are in the order of their code points, which is not that of JavaScript's strings", async () => {
      const founded = await found(store())
      const names = [
        "",
        " ",
        "A",
        "B",
        "a",
        "b",
        "e\u0301",
        "\u00e9",
        "\ud7ff",
        "\ue000",
        "\uff21",
        "\u{1f511}",
        "\u{10ffff}",
      ]
      await insertKeys(store(), ...names.toReversed().map((name) => sampleKey(founded, { name })))
      const page = await store().keys(founded.organization.id, { namePrefix: "" }, noon, {
        limit: 50,
        after: null,
      })
      expect(page.items.map(({ name }) => name)).toEqual(names)
      expect(names.toSorted()).not.toEqual(names)
    })
  })
}
