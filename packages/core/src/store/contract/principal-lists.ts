import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { Principal, User } from "../../principal.ts"
import { later } from "../../time.ts"
import { principalMatches, principalPositionOf } from "../filter.ts"
import { keyScanMaximum, type PrincipalFilter, type PrincipalPosition, principalOrder } from "../list.ts"
import { compareText, compareValues } from "../order.ts"
import type { Store } from "../store.ts"
import {
  commit,
  everyPage,
  expectFailure,
  found,
  insertPrincipals,
  minute,
  noon,
  sampleServiceAccount,
  sampleUser,
  updatePrincipal,
} from "./sample.ts"

export function principalListContract(store: () => Store): void {
  describe("lists of users and service accounts", () => {
    test("each filter, alone and with others, finds what matches it and nothing else, in its order", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(members, { minLength: 20, maxLength: 40 }),
          fc.array(filters, { minLength: 20, maxLength: 20 }),
          fc.integer({ min: 1, max: 9 }),
          async (population, asked, limit) => {
            const { organization } = await found(store())
            const principals = await populate(store(), organization.id, population)
            for (const filter of asked) {
              const listed = await everyPage((after: PrincipalPosition | null) =>
                store().principals(organization.id, filter, { limit, after }),
              )
              expect(listed, JSON.stringify(filter)).toEqual(expected(principals, filter))
            }
          },
        ),
        { numRuns: 12 },
      )
    })

    test.each(Object.entries(singleFilters))("the filter %s alone", async (_name, filter) => {
      const { organization } = await found(store())
      const population = fc.sample(members, { numRuns: 60, seed: 7 })
      const principals = await populate(store(), organization.id, population)
      const matching = expected(principals, filter)
      expect(matching.length).toBeGreaterThan(0)
      expect(matching.length).toBeLessThan(principals.length)
      const page = await store().principals(organization.id, filter, { limit: 100, after: null })
      expect(page).toEqual({ items: matching, next: null })
    })

    test("changed roles, addresses and states are found under the new and not under the old", async () => {
      const { organization } = await found(store())
      const user = sampleUser(organization.id, { email: "old@example.com", roles: ["old", "kept"] })
      await insertPrincipals(store(), user)
      await updatePrincipal(store(), user, {
        email: "new@example.com",
        roles: ["kept", "new"],
        suspendedAt: noon,
      })
      const count = async (filter: PrincipalFilter) =>
        (await store().principals(organization.id, filter, { limit: 5, after: null })).items.length
      expect(await count({ role: "old" })).toBe(0)
      expect(await count({ role: "kept" })).toBe(1)
      expect(await count({ role: "new" })).toBe(1)
      expect(await count({ emailPrefix: "old" })).toBe(0)
      expect(await count({ emailPrefix: "new" })).toBe(1)
      expect(await count({ suspended: false })).toBe(0)
      expect(await count({ suspended: true, role: "new" })).toBe(1)
    })

    test.each(Object.entries(orders))(
      "by %s: those who come and go between two pages move no other",
      async (_order, order) => {
        const { organization } = await found(store())
        const { filter, at } = order
        const users = [2, 4, 6, 8, 10].map((place) => sampleUser(organization.id, at(place)))
        await insertPrincipals(store(), ...users)
        const all = await store().principals(organization.id, filter, { limit: 10, after: null })
        const first = await store().principals(organization.id, filter, { limit: 3, after: null })
        expect(first.items).toEqual(all.items.slice(0, 3))
        const ends = [at(1), at(11)].map((place) => sampleUser(organization.id, place))
        await insertPrincipals(store(), ...ends)
        for (const gone of [first.items[0], first.items[2]]) {
          if (gone) await updatePrincipal<Principal>(store(), gone, { removedAt: noon })
        }
        const rest = await everyPage((after: PrincipalPosition | null) =>
          store().principals(organization.id, filter, { limit: 1, after: after ?? first.next }),
        )
        const ids = rest.map(({ id }) => id)
        expect(ids.slice(0, 2)).toEqual(all.items.slice(3).map(({ id }) => id))
        expect(ids).toHaveLength(3)
        expect(ends.map(({ id }) => id)).toContain(ids[2])
      },
    )

    test("a filter that matches one in many finds them, whatever a page looks at", async () => {
      const { organization } = await found(store())
      const suspended = sampleUser(organization.id, { suspendedAt: noon, createdAt: later(noon, -minute) })
      const others = Array.from({ length: keyScanMaximum + 100 }, () => sampleUser(organization.id))
      const inserts = [suspended, ...others].map(
        (principal) => ({ kind: "principal.insert", principal }) as const,
      )
      await commit(store(), organization.id, ...inserts)
      const list = (after: PrincipalPosition | null) =>
        store().principals(organization.id, { suspended: true }, { limit: 10, after })
      expect(await everyPage(list)).toEqual([suspended])
    })

    test("a position of a list with another order is refused", async () => {
      const { organization } = await found(store())
      const after = principalPositionOf(sampleUser(organization.id), "created_at")
      const list = store().principals(organization.id, { emailPrefix: "" }, { limit: 5, after })
      await expectFailure(list, expect.objectContaining({ code: "invalid_input" }))
    })
  })
}

type Members = typeof members extends fc.Arbitrary<infer Member> ? Member : never
type OrderCase = { readonly filter: PrincipalFilter; readonly at: (place: number) => Partial<User> }

async function populate(
  store: Store,
  organizationId: string,
  population: readonly Members[],
): Promise<Principal[]> {
  const principals = population.map(({ kind, common, email }, at): Principal => {
    if (kind === "service_account") return sampleServiceAccount(organizationId, common)
    return sampleUser(organizationId, { ...common, email: `${email} ${at}` })
  })
  const inserts = principals.map((principal) => ({ kind: "principal.insert", principal }) as const)
  await commit(store, organizationId, ...inserts)
  return principals
}

/** What a list must hold: the model that every store is compared with. */
function expected(principals: readonly Principal[], filter: PrincipalFilter): Principal[] {
  const order = principalOrder(filter)
  const direction = order === "created_at" ? -1 : 1
  return principals
    .filter((principal) => principal.removedAt === null && principalMatches(principal, filter))
    .sort((a, b) => {
      const [left, right] = [principalPositionOf(a, order), principalPositionOf(b, order)]
      return direction * (compareValues(left.value, right.value) || compareText(a.id, b.id))
    })
}

const emails = ["a", "A", "a b", "ab", "é", "e\u0301", "\u{1f511}", "\uff21", "a\u{10ffff}", "a%", "a_b"]
const prefixes = ["", "a", "A", "a%", "a_", "e", "é", "\uff21", "\u{1f511}", "a\u{10ffff}", "zz"]
const roles = ["owner", "admin", "Admin", "é", "e\u0301"]

const instant = fc.integer({ min: -3, max: 3 }).map((minutes) => later(noon, minutes * minute))
const rarely = fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: instant })

const members = fc.record({
  kind: fc.constantFrom("user", "service_account"),
  common: fc.record({
    roles: fc.uniqueArray(fc.constantFrom(...roles), { maxLength: 3 }),
    suspendedAt: rarely,
    removedAt: rarely,
    createdAt: instant,
  }),
  email: fc.constantFrom(...emails),
})

const filters: fc.Arbitrary<PrincipalFilter> = fc.record(
  {
    kind: fc.constantFrom("user" as const, "service_account" as const),
    role: fc.constantFrom(...roles),
    suspended: fc.boolean(),
    emailPrefix: fc.constantFrom(...prefixes),
  },
  { requiredKeys: [] },
)

const singleFilters: Readonly<Record<string, PrincipalFilter>> = {
  "kind user": { kind: "user" },
  "kind service_account": { kind: "service_account" },
  role: { role: "admin" },
  "suspended true": { suspended: true },
  "suspended false": { suspended: false },
  emailPrefix: { emailPrefix: "a" },
}

/** A filter of each order and lead, and what puts a user at a place of it. */
const orders: Readonly<Record<string, OrderCase>> = {
  created_at: { filter: {}, at: (place) => ({ createdAt: later(noon, place * minute) }) },
  "created_at, by kind": {
    filter: { kind: "user" },
    at: (place) => ({ createdAt: later(noon, place * minute) }),
  },
  "created_at, by role": {
    filter: { role: "clerk" },
    at: (place) => ({ roles: ["clerk"], createdAt: later(noon, place * minute) }),
  },
  email: {
    filter: { emailPrefix: "ada" },
    at: (place) => ({ email: `ada.${String(place).padStart(2, "0")}@example.com` }),
  },
}
