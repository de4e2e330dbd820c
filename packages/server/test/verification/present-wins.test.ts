import { openMemoryStore } from "@keyward/core"
import fc from "fast-check"
import { expect, test } from "vitest"
import { interceptedStore, storeUnavailable } from "../intercepted-store.ts"
import { openTestKeyward } from "../test-keyward.ts"

/**
 * DESIGN §3.3 and §3.4, as one property: one writer changes a key, its keyspace and its owner while others verify, and the store
 * delays its answers, before and after it has looked, in every order. Each verification answers as the key was at some
 * moment between the verification's own beginning and end, never as it was before.
 */
interface World {
  readonly deleted: boolean
  readonly revoked: boolean
  readonly disabled: boolean
  readonly elsewhere: boolean
  /** Whether the key was handed on to the heir, who is another user. */
  readonly handedOn: boolean
  readonly ownerSuspended: boolean
  readonly heirSuspended: boolean
  /** Whether the first owner was removed, and their keys frozen. */
  readonly removed: boolean
  /** Whether the key, its role and the catalog have the permission that is asked for. */
  readonly granted: boolean
  readonly inRole: boolean
  readonly inCatalog: boolean
}

const start: World = {
  deleted: false,
  revoked: false,
  disabled: false,
  elsewhere: false,
  handedOn: false,
  ownerSuspended: false,
  heirSuspended: false,
  removed: false,
  granted: false,
  inRole: true,
  inCatalog: true,
}

function outcomeIn(world: World): string {
  if (world.deleted) return "NOT_FOUND"
  if (world.revoked) return "REVOKED"
  if (world.disabled || (world.removed && !world.handedOn)) return "DISABLED"
  if (world.handedOn ? world.heirSuspended : world.ownerSuspended) return "OWNER_SUSPENDED"
  if (world.elsewhere) return "IP_NOT_ALLOWED"
  return world.inCatalog && (world.granted || world.inRole) ? "VALID" : "INSUFFICIENT_PERMISSIONS"
}

type Change = Partial<World>

const change = fc.constantFrom<Change>(
  { disabled: true },
  { disabled: false },
  { elsewhere: true },
  { elsewhere: false },
  { handedOn: true },
  { handedOn: false },
  { ownerSuspended: true },
  { ownerSuspended: false },
  { heirSuspended: true },
  { heirSuspended: false },
  { granted: true },
  { granted: false },
  { inRole: true },
  { inRole: false },
  { inRole: false, inCatalog: false },
  { inCatalog: true, inRole: true },
)
const ending = fc.constantFrom<readonly Change[]>(
  [],
  [{ revoked: true }],
  [{ deleted: true }],
  [{ removed: true }],
)
/** How a commit ends: as it should, not made at all, or made by a store that could not say so any more. */
type Fate = "made" | "lost" | "made, unsaid"
const fate = fc.constantFrom<Fate>("made", "made", "made", "lost", "made, unsaid")

const changes = fc
  .tuple(fc.array(fc.tuple(change, fate), { maxLength: 5 }), fc.tuple(ending, fate))
  .map(([some, [last, lastFate]]) => [...some, ...last.map((one): [Change, Fate] => [one, lastFate])])

test("a verification never answers from before it began, whatever reads and changes are under way", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      changes,
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      async (scheduler, script, verifiers, warm) => {
        let scheduled = false
        let next: Fate = "made"
        const later = (label: string) =>
          scheduled ? scheduler.schedule(Promise.resolve(), label) : Promise.resolve()
        const store = interceptedStore(openMemoryStore(), async (method, call) => {
          if (method === "commit") {
            const ends = next
            await later("commit begins")
            if (ends === "lost") return storeUnavailable()
            await call()
            await later("commit returns")
            return ends === "made" ? undefined : storeUnavailable()
          }
          if (method !== "subject" && method !== "keyspace") return call()
          await later(`${method} begins`)
          const found = await call()
          await later(`${method} returns`)
          return found
        })
        const { keyward, system } = await openTestKeyward({ store })
        const { authority, verifier } = keyward
        const role = (has: boolean) => ({
          name: "reader",
          description: "",
          permissions: has ? ["invoices.read"] : [],
        })
        const catalog = (has: boolean) =>
          ["invoices.write", ...(has ? ["invoices.read"] : [])].map((name) => ({ name, description: "" }))
        const keyspace = await authority.createKeyspace(system, {
          name: "Invoices",
          prefix: "inv",
          permissions: catalog(true),
          roles: [role(true)],
        })
        const user = (name: string) =>
          authority.createUser(system, { email: `${name}@example.com`, displayName: name })
        const [owner, heir] = [await user("owner"), await user("heir")]
        const { key, secret } = await authority.createKey(system, {
          keyspaceId: keyspace.id,
          name: "Key",
          roles: ["reader"],
          owner: { kind: "user", id: owner.id },
        })
        const verify = async () =>
          verifier.verify({
            text: secret,
            visible: () => true,
            guesser: null,
            clientIp: "192.0.2.1",
            permissions: { kind: "need", need: { name: "invoices.read", resource: null } },
          })
        if (warm) await verify()

        const worlds = [start]
        let settled = 0
        const make = async (what: Change, how: Fate) => {
          const world = { ...(worlds.at(-1) ?? start), ...what }
          next = how
          // Both worlds are possible until the call returns.
          if (how !== "lost") worlds.push(world)
          const done = apply(what)
          if (how === "made") await done
          else await expect(done).rejects.toThrow("store_unavailable")
          settled = worlds.length - 1
        }
        const apply = async (what: Change): Promise<unknown> => {
          if (what.deleted) return authority.deleteKey(system, key.id, null)
          if (what.revoked) return authority.revokeKey(system, key.id, { reason: "compromised", note: null })
          if (what.removed) return authority.remove(system, "user", owner.id, { kind: "freeze" })
          if (what.ownerSuspended !== undefined) {
            return authority[what.ownerSuspended ? "suspend" : "resume"](system, "user", owner.id)
          }
          if (what.heirSuspended !== undefined) {
            return authority[what.heirSuspended ? "suspend" : "resume"](system, "user", heir.id)
          }
          if (what.inRole !== undefined || what.inCatalog !== undefined) {
            const now = worlds.at(-1) ?? start
            const inCatalog = what.inCatalog ?? now.inCatalog
            const inRole = (what.inRole ?? now.inRole) && inCatalog
            return authority.updateKeyspace(
              system,
              keyspace.id,
              { permissions: catalog(inCatalog), roles: [role(inRole)] },
              null,
            )
          }
          return authority.updateKey(
            system,
            key.id,
            {
              ...(what.disabled === undefined ? {} : { enabled: !what.disabled }),
              ...(what.elsewhere === undefined
                ? {}
                : { allowedAddresses: what.elsewhere ? ["198.51.100.0/24"] : [] }),
              ...(what.handedOn === undefined
                ? {}
                : { owner: { kind: "user" as const, id: what.handedOn ? heir.id : owner.id } }),
              ...(what.granted === undefined
                ? {}
                : { permissions: what.granted ? ["invoices.*"] : ["invoices.write"] }),
            },
            null,
          )
        }

        scheduled = true
        const writer = (async () => {
          for (const [what, how] of script) {
            const world = worlds.at(-1) ?? start
            if (changesNothing(what, world)) continue
            await make(consistent(what, world), how)
          }
        })()
        const readers = verifiers.map(async (times) => {
          for (let time = 0; time < times; time++) {
            await later("verification begins")
            const began = settled
            const { outcome } = await verify()
            const possible = worlds.slice(began).map(outcomeIn)
            expect(possible).toContain(outcome)
          }
        })
        await scheduler.waitFor(Promise.all([writer, ...readers]))
        scheduled = false
        expect((await verify()).outcome).toBe(outcomeIn(worlds.at(-1) ?? start))
      },
    ),
    { numRuns: 400 },
  )
})

/** Whoever is suspended already is not suspended again: nothing is written. */
function changesNothing({ ownerSuspended, heirSuspended }: Change, world: World): boolean {
  return ownerSuspended === world.ownerSuspended || heirSuspended === world.heirSuspended
}

/** A role cannot name what the catalog does not have. */
function consistent(what: Change, world: World): Change {
  return what.inRole && !world.inCatalog && what.inCatalog === undefined ? { inRole: false } : what
}
