import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { AuthorityError } from "../src/failure.ts"
import type { Key } from "../src/key/key.ts"
import { type Holder, PermissionSet } from "../src/permission/set.ts"
import { callerBy, callerWith, failureOf, openHouse } from "./authority-fixture.ts"

const permissions = ["keys.read", "keys.write", "keys.reveal", "audit.read"]
const grantTexts = (management: string) => [
  ...permissions,
  "keys.*",
  "*",
  `keys.write:${management}`,
  `keys.*:${management}`,
  "!keys.reveal",
  "!audit.read",
  `!keys.read:${management}`,
  "!*",
]

type Step =
  | { readonly kind: "create"; readonly by: number; readonly grants: readonly number[] }
  | { readonly kind: "grant"; readonly by: number; readonly on: number; readonly grants: readonly number[] }
  | {
      readonly kind: "rename" | "disable" | "revoke" | "delete" | "reveal"
      readonly by: number
      readonly on: number
    }

const index = fc.nat(20)
const grants = fc.array(fc.nat(11), { maxLength: 3 })
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("create" as const), by: index, grants }) },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant("grant" as const), by: index, on: index, grants }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom("rename", "disable", "revoke", "delete", "reveal"),
        by: index,
        on: index,
      }),
    },
  ),
  { minLength: 4, maxLength: 25 },
)

describe("in the management keyspace", () => {
  test("whatever limited callers do, no key holds what its root was not granted, and none stronger is touched", async () => {
    let worked = 0
    await fc.assert(
      fc.asyncProperty(grants, steps, async (rootGrants, sequence) => {
        const house = await openHouse()
        const keyspaceId = house.acme.managementKeyspace.id
        const texts = grantTexts(keyspaceId)
        const chosen = (numbers: readonly number[]) =>
          numbers.map((number) => texts[number]).filter((text) => text !== undefined)
        // The root: one who may write keys, and whatever else comes up. All others descend from it.
        const root = await house.authority.createKey(house.admin, {
          keyspaceId,
          name: "root",
          permissions: ["keys.write", ...chosen(rootGrants)],
        })
        const rootHolds = new PermissionSet(root.key.permissions)
        const ids = [root.key.id]
        const needs = permissions.flatMap((name) =>
          [null, keyspaceId, house.keyspace.id].map((resource) => ({ name, resource })),
        )
        const within = (key: Key, holds: Holder) =>
          needs.filter((need) => new PermissionSet(key.permissions).allows(need) && !holds.allows(need))

        for (const step of sequence) {
          const by = await house.deps.store.key(house.admin.organizationId, ids[step.by % ids.length] ?? "")
          if (!by || by.revokedAt !== null || by.disabledAt !== null) continue
          const caller = await callerBy(house, by)
          const onId = step.kind === "create" ? null : (ids[step.on % ids.length] ?? "")
          const before = onId === null ? null : await house.deps.store.key(house.admin.organizationId, onId)
          try {
            if (step.kind === "create") {
              const input = { keyspaceId, name: "k", permissions: chosen(step.grants) }
              const { key } = await house.authority.createKey(caller, input)
              ids.push(key.id)
            } else if (onId !== null) {
              if (step.kind === "grant") {
                await house.authority.updateKey(caller, onId, { permissions: chosen(step.grants) }, null)
              } else if (step.kind === "rename") {
                await house.authority.updateKey(caller, onId, { name: "renamed" }, null)
              } else if (step.kind === "disable") {
                await house.authority.updateKey(caller, onId, { enabled: false }, null)
              } else if (step.kind === "revoke") {
                await house.authority.revokeKey(caller, onId, { reason: "unspecified", note: null })
              } else if (step.kind === "delete") {
                await house.authority.deleteKey(caller, onId, null)
              } else {
                await house.authority.revealKey(caller, onId, "a test")
              }
            }
          } catch (error) {
            if (error instanceof AuthorityError) continue
            throw error
          }
          worked++
          // It was permitted: then the caller held all that the key held before.
          if (before) expect(within(before, caller.holds)).toEqual([])
        }
        for (const id of ids) {
          const key = await house.deps.store.key(house.admin.organizationId, id)
          if (key) expect(within(key, rootHolds)).toEqual([])
        }
      }),
      { numRuns: 120 },
    )
    expect(worked).toBeGreaterThan(100)
  })

  test.each([
    ["create", "audit.read", ["keys.write", "audit.read"]],
    ["create with a wildcard", "*", ["*"]],
    ["create unbound what is held bound", "keys.write", ["keys.write"]],
  ])("%s: refused, and named: %s", async (_, missing, permissions) => {
    const house = await openHouse()
    const keyspaceId = house.acme.managementKeyspace.id
    const weak = callerWith(house, `keys.write:${keyspaceId}`)
    const failure = await failureOf(house.authority.createKey(weak, { keyspaceId, name: "x", permissions }))
    expect(failure.code).toBe("grant_exceeds_caller")
    expect(failure).toMatchObject({ missing: expect.arrayContaining([missing]) })
  })

  test("a weaker caller can neither rename, disable, narrow, transfer, revoke, delete nor reveal a stronger key", async () => {
    const house = await openHouse()
    const { id } = house.acme.adminKey.key
    const weak = callerWith(house, "keys.read", "keys.write", "keys.reveal")
    const { authority } = house
    const attempts = [
      authority.updateKey(weak, id, { name: "mine" }, null),
      authority.updateKey(weak, id, { enabled: false }, null),
      authority.updateKey(weak, id, { permissions: [] }, null),
      authority.updateKey(weak, id, { owner: { kind: "external", id: "me" } }, null),
      authority.revokeKey(weak, id, { reason: "compromised", note: null }),
      authority.deleteKey(weak, id, null),
      authority.revealKey(weak, id, "curious"),
    ]
    for (const attempt of attempts) {
      expect(await failureOf(attempt)).toEqual({ code: "grant_exceeds_caller", missing: ["*"] })
    }
    expect(await authority.key(weak, id)).toEqual(house.acme.adminKey.key)
  })

  test("a caller under a denial can give away neither what is denied nor a key without the denial", async () => {
    const house = await openHouse()
    const keyspaceId = house.acme.managementKeyspace.id
    const caller = callerWith(house, "*", "!keys.reveal")
    const create = (...permissions: string[]) =>
      house.authority.createKey(caller, { keyspaceId, name: "x", permissions })
    expect((await failureOf(create("keys.*"))).code).toBe("grant_exceeds_caller")
    const { key } = await create("keys.*", "!keys.reveal")
    expect(
      (await failureOf(house.authority.updateKey(caller, key.id, { permissions: ["keys.*"] }, null))).code,
    ).toBe("grant_exceeds_caller")
  })

  test("in a keyspace of the organization's own, the catalog is another: nothing there is held by a caller", async () => {
    const house = await openHouse()
    const caller = callerWith(house, `keys.write:${house.keyspace.id}`)
    const { key } = await house.authority.createKey(caller, {
      keyspaceId: house.keyspace.id,
      name: "x",
      permissions: ["*"],
    })
    expect(key.permissions).toEqual(["*"])
  })
})
