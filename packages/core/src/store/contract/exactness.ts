import { describe, expect, test } from "vitest"
import type { Store } from "../store.ts"
import {
  commit,
  found,
  insertKeys,
  nextId,
  noon,
  sampleKey,
  sampleKeyspace,
  sampleSecret,
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

    test("e-mail addresses", async () => {
      const { organization } = await found(store())
      const users = lookalikes.map((email) => sampleUser(organization.id, { email }))
      await commit(store(), organization.id, ...users.map((user) => ({ kind: "user.insert", user }) as const))
      for (const user of users) {
        expect(await store().userByEmail(organization.id, user.email)).toEqual(user)
      }
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
      const kinds = ["user", "service_account", "external"] as const
      const keys = kinds.map((kind) => sampleKey(founded, { owner: { kind, id: "same" } }))
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
