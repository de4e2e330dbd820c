import fc from "fast-check"
import { expect, test } from "vitest"
import { seeds, times } from "../../../tests/effort.ts"
import { type Caller, denied } from "../src/authority/caller.ts"
import { builtInRoles } from "../src/authority/management.ts"
import type { RemovalPolicy } from "../src/authority/removal.ts"
import { runTask } from "../src/authority/run-task.ts"
import { creatorOf } from "../src/authority/task-creator.ts"
import { AuthorityError } from "../src/failure.ts"
import type { Key } from "../src/key/key.ts"
import type { Keyspace } from "../src/keyspace.ts"
import type { Owner } from "../src/owner.ts"
import { type Holder, PermissionSet } from "../src/permission/set.ts"
import type { Principal } from "../src/principal.ts"
import type { Task, TaskAction, TaskFilter } from "../src/task.ts"
import { heldPermissions, rolePermissions } from "../src/verification/subject.ts"
import { callerAs, callerBy, callerWith, type House, newUser, openHouse } from "./authority-fixture.ts"
import { managementPowers, type Powers, powersOf, type World, worldOf } from "./powers.ts"

/**
 * Nobody raises themselves or grants more than they hold: after each step of any sequence, whatever anybody holds more
 * than before, the one who took the step held before it. The owner, who holds everything, is who all of it comes from;
 * what the owner grants in between is granted from above. Numbers choose among what there is at that moment.
 */
type Step = Readonly<{ by: number; verb: Verb; on: number; to: number; roles: number[]; grants: number[] }>

const verbs = [
  "create user",
  "create service account",
  "give roles",
  "suspend",
  "resume",
  "remove",
  "create role",
  "change role",
  "delete role",
  "create key",
  "give key grants",
  "give key roles",
  "give key away",
  "rename key",
  "revoke key",
  "delete key",
  "change keyspace",
  "ask for a task on keys",
  "work on a task on keys",
] as const
type Verb = (typeof verbs)[number]

const customRoles = ["desk", "brake", "spare"]
const roleNames = [...builtInRoles.map(({ name }) => name), ...customRoles]

/** What the model knows: the world after the last step, and so who may grant what in the next one. */
interface Model {
  world: World
}

/** One try to do something. It may be refused; what it must not is give away what was not the caller's. */
class Try implements fc.AsyncCommand<Model, House> {
  readonly #step: Step
  readonly #tally: Map<string, number>

  constructor(step: Step, tally: Map<string, number>) {
    this.#step = step
    this.#tally = tally
  }

  check(): boolean {
    return true
  }

  async run(model: Model, house: House): Promise<void> {
    const { world } = model
    const caller = await callerOf(house, world, this.#step)
    const fromAbove = caller === house.admin
    const before = powersOf(caller, world)
    const target = targetOf(world, this.#step)
    const management = world.keyspaces.find(({ kind }) => kind === "management")
    try {
      await take(house, world, caller, this.#step)
    } catch (error) {
      if (!(error instanceof AuthorityError)) throw error
      this.#count(`refused: ${error.failure.code}`)
      expect(error.failure.code).not.toBe("revision_conflict")
      return
    } finally {
      model.world = await worldOf(house)
    }
    this.#count(this.#step.verb)
    const owners = await house.deps.store.activeUsersWithRole(caller.organizationId, "owner", 1)
    expect(owners).toBe(1)
    if (fromAbove) return

    const gains: string[] = []
    const after = await worldOf(house, world.keys)
    for (const [holder, powers] of after.held) {
      for (const power of powers) {
        if (world.held.get(holder)?.has(power) || before.has(power)) continue
        if (this.#givesOwnership(holder, power, world, before)) continue
        gains.push(`${holder}: ${power}`)
      }
    }
    expect(gains).toEqual([])
    // Nor is anyone touched who may do more.
    if (management && target) {
      const touched = managementPowers(grantedTo(target, management), world.keyspaces)
      expect([...touched].filter((power) => !before.has(power))).toEqual([])
    }
  }

  /**
   * Whoever may give roles gives `own_keys` permissions as such: what the other one may then do with keys that were
   * theirs before, or hand on of what those have, is not the caller's. Where the step is about a key or its owner, that
   * would be too little.
   */
  #givesOwnership(holder: string, power: string, { keys, keyspaces }: World, before: Powers): boolean {
    if (/key|remove/.test(this.#step.verb)) return false
    const givesOwn = (permission: string, keyspaceId: string) =>
      before.has(`own_keys.${permission} at ${keyspaceId}`)
    const [, permission, keyId] = /^(read|write|reveal) key (.+)$/.exec(power) ?? []
    const key = keys.find(({ id }) => id === keyId)
    if (permission && key) {
      return (permission === "read" ? ["read", "write"] : [permission]).some((name) =>
        givesOwn(name, key.keyspaceId),
      )
    }
    const [, name, keyspaceId] = /^(.+) in (.+)$/.exec(power) ?? []
    const keyspace = keyspaces.find(({ id }) => id === keyspaceId)
    if (!name || !keyspace || !givesOwn("write", keyspace.id)) return false
    const owner = keys.find(({ id }) => id === holder)?.owner.id ?? holder
    return keys.some(
      (own) =>
        own.owner.id === owner &&
        own.keyspaceId === keyspace.id &&
        heldPermissions(own, keyspace).allows({ name, resource: null }),
    )
  }

  toString(): string {
    return JSON.stringify(this.#step)
  }

  #count(what: string): void {
    this.#tally.set(what, (this.#tally.get(what) ?? 0) + 1)
  }
}

/** What the target was granted; nothing of it, for a key of another keyspace, is a management permission. */
function grantedTo(target: Target, management: Keyspace): Holder {
  if (target.kind === "principal") return rolePermissions(target.principal.roles, management)
  const { key } = target
  return key.keyspaceId === management.id ? heldPermissions(key, management) : new PermissionSet([])
}

function pick<Item>(from: readonly Item[], at: number): Item {
  const item = from[at % from.length]
  if (item === undefined) throw new RangeError("There is nothing to choose from.")
  return item
}

const sorted = <Item extends { readonly id: string }>(items: readonly Item[]) =>
  items.toSorted((a, b) => (a.id < b.id ? -1 : 1))

/**
 * The owner now and then; otherwise one of the others by their roles, or by a management key. What a task does is done by
 * who created it, maybe long ago.
 */
async function callerOf(house: House, { principals, keys }: World, { verb, by, on }: Step): Promise<Caller> {
  if (verb === "work on a task on keys") {
    const task = await taskOf(house, on)
    if (task?.createdBy.kind === "system") return house.admin
    return (task && (await creatorOf(house.deps, task))) ?? callerWith(house)
  }
  if (by % 8 === 0) return house.admin
  const people = sorted(principals).filter(({ id }) => id !== house.acme.admin.id)
  const presented = sorted(keys).filter(
    ({ keyspaceId, id, revokedAt }) =>
      keyspaceId === house.acme.managementKeyspace.id &&
      id !== house.acme.adminKey.key.id &&
      revokedAt === null,
  )
  const chosen = pick<Principal | Key>([...people, ...presented], by)
  return "keyspaceId" in chosen ? callerBy(house, chosen) : callerAs(house, chosen)
}

/** One of those that are running; null: none is. */
async function taskOf({ deps, admin }: House, on: number): Promise<Task | null> {
  const page = { limit: 100, after: null }
  const { items } = await deps.store.tasks(admin.organizationId, { state: "running" }, page)
  return items.length === 0 ? null : pick(sorted(items), on)
}

type Target =
  | { readonly kind: "principal"; readonly principal: Principal }
  | { readonly kind: "key"; readonly key: Key }

/** Whom or what the step changes, where somebody else holds something through it. */
function targetOf(world: World, { verb, on }: Step): Target | null {
  switch (verb) {
    case "give roles":
    case "suspend":
    case "resume":
    case "remove":
      return { kind: "principal", principal: pick(sorted(world.principals), on) }
    case "give key grants":
    case "give key roles":
    case "give key away":
    case "rename key":
    case "revoke key":
    case "delete key":
      return { kind: "key", key: pick(sorted(world.keys), on) }
    default:
      return null
  }
}

async function take(house: House, world: World, caller: Caller, step: Step): Promise<unknown> {
  const { authority } = house
  const { verb, on, to } = step
  const principal = pick(sorted(world.principals), on)
  const key = pick(sorted(world.keys), on)
  const keyspace = pick(sorted(world.keyspaces), to)
  const custom = pick(customRoles, on)
  const roles = step.roles.map((at) => pick(roleNames, at))
  const owners: Owner[] = [
    ...sorted(world.principals).map(({ kind, id }) => ({ kind, id })),
    { kind: "organization", id: caller.organizationId },
    { kind: "external", id: "customer" },
  ]
  const owner = pick(owners, to)
  const texts = managementGrants(world.keyspaces)
  const management = step.grants.map((at) => pick(texts, at))
  const catalog = step.grants.map((at) => pick(catalogGrants, at))
  const grantsIn = ({ kind }: Keyspace) => (kind === "management" ? management : catalog)
  const ofKey = (id: string) => world.keyspaces.find((each) => each.id === id) ?? keyspace
  const rolesIn = ({ roles: known }: Keyspace) =>
    known.length === 0 ? [] : step.roles.map((at) => pick(known, at).name)

  switch (verb) {
    case "create user":
      return newUserBy(house, caller, roles)
    case "create service account":
      return authority.createServiceAccount(caller, { displayName: "Robot", roles })
    case "give roles":
      return authority.updateMember(caller, principal.id, roles, null)
    case "suspend":
      return authority.suspend(caller, principal.kind, principal.id)
    case "resume":
      return authority.resume(caller, principal.kind, principal.id)
    case "remove": {
      const policies: RemovalPolicy[] = [
        { kind: "transfer", owner },
        { kind: "freeze" },
        { kind: "expire", days: 30 },
      ]
      return authority.remove(caller, principal.kind, principal.id, pick(policies, step.grants.length))
    }
    case "create role":
      return authority.createRole(caller, { name: custom, description: "", permissions: management })
    case "change role":
      return authority.updateRole(caller, custom, { permissions: management })
    case "delete role":
      return authority.deleteRole(caller, custom)
    case "create key":
      return authority.createKey(caller, {
        keyspaceId: keyspace.id,
        name: "Key",
        permissions: grantsIn(keyspace),
        roles: rolesIn(keyspace),
        ...(on % 2 === 0 ? {} : { owner: pick(owners, on >> 1) }),
      })
    case "give key grants":
      return authority.updateKey(caller, key.id, { permissions: grantsIn(ofKey(key.keyspaceId)) }, null)
    case "give key roles":
      return authority.updateKey(caller, key.id, { roles: rolesIn(ofKey(key.keyspaceId)) }, null)
    case "give key away":
      return authority.updateKey(caller, key.id, { owner }, null)
    case "rename key":
      return authority.updateKey(caller, key.id, { name: "Renamed" }, null)
    case "revoke key":
      return authority.revokeKey(caller, key.id, { reason: "unspecified", note: null })
    case "delete key":
      return authority.deleteKey(caller, key.id, null)
    case "change keyspace": {
      const reader = { name: "reader", description: "", permissions: catalog }
      return authority.updateKeyspace(caller, keyspace.id, { roles: [reader] }, null)
    }
    case "ask for a task on keys": {
      const filters: TaskFilter[] = [
        { namePrefix: "" },
        { keyspaceId: keyspace.id },
        { owner: pick(owners, on >> 1) },
      ]
      const actions: TaskAction[] = [
        { kind: "transfer", owner },
        { kind: "enable" },
        { kind: "tag", add: ["x"], remove: [] },
        { kind: "disable" },
        { kind: "set_expiry", expiresAt: null },
      ]
      const [filter, action] = [pick(filters, on), pick(actions, to)]
      return authority.createTask(caller, { filter, action, dryRun: false })
    }
    case "work on a task on keys": {
      const task = await taskOf(house, on)
      if (!task) return denied("keys.write")
      await runTask(house.deps, task.organizationId, task.id)
      const { changed } = (await house.deps.store.task(task.organizationId, task.id))?.counts ?? {
        changed: 0,
      }
      return changed > 0 ? changed : denied("keys.write")
    }
  }
}

let born = 0
function newUserBy(house: House, caller: Caller, roles: string[]): Promise<unknown> {
  born++
  return house.authority.createUser(caller, { email: `born-${born}@acme.test`, displayName: "Born", roles })
}

function managementGrants(keyspaces: readonly Keyspace[]): string[] {
  const names = [
    "*",
    "keys.*",
    "keys.read",
    "keys.write",
    "keys.reveal",
    "own_keys.*",
    "own_keys.reveal",
    "own_keys.write",
    "members.*",
    "members.write",
    "roles.*",
    "roles.write",
    "keyspaces.write",
    "audit.read",
  ]
  const bound = keyspaces.flatMap(({ id }) => [`keys.write:${id}`, `own_keys.*:${id}`])
  return [...names, ...bound, "!keys.reveal", "!own_keys.reveal", "!*", "!members.write", "!roles.*"]
}

const catalogGrants = [
  "invoices.read",
  "invoices.*",
  "payments.read",
  "*",
  "!invoices.write",
  "!payments.read",
]

const number = fc.nat(1000)
const numbers = fc.array(number, { maxLength: 3 })

/** An organization with someone of each kind, keys of theirs, and management keys that are limited. */
async function openWorld(chosen: readonly number[]): Promise<House> {
  const house = await openHouse()
  const { authority, admin } = house
  const management = house.acme.managementKeyspace
  const texts = managementGrants([management, house.keyspace, house.recoverable])
  const grants = (from: number) => chosen.slice(from, from + 3).map((at) => pick(texts, at))
  await authority.createRole(admin, { name: "desk", description: "", permissions: grants(0) })
  await authority.createRole(admin, {
    name: "brake",
    description: "",
    permissions: ["!keys.reveal", "!roles.write"],
  })
  const people = [
    await newUser(house, "member"),
    await newUser(house, "admin"),
    await newUser(house, "admin", "brake"),
    await newUser(house, "auditor"),
    await newUser(house, "member", "desk"),
    await newUser(house, "desk"),
  ]
  const key = (keyspaceId: string, owner: Owner | undefined, permissions: readonly string[]) =>
    authority.createKey(admin, { keyspaceId, name: "Key", owner, permissions })
  for (const { kind, id } of people) {
    await key(house.recoverable.id, { kind, id }, ["invoices.read"])
    await key(management.id, { kind, id }, grants(3))
  }
  await key(management.id, undefined, ["keys.write", ...grants(6)])
  await key(management.id, undefined, ["members.*", "own_keys.*", ...grants(6)])
  return house
}

test.each(seeds)(
  "no sequence of calls ends with anyone holding what nobody above granted (seed %i)",
  async (seed) => {
    const tally = new Map<string, number>()
    const step = fc
      .record<Step>({
        by: number,
        verb: fc.constantFrom(...verbs),
        on: number,
        to: number,
        roles: numbers,
        grants: numbers,
      })
      .map((one) => new Try(one, tally))
    await fc.assert(
      fc.asyncProperty(
        fc.array(number, { minLength: 9, maxLength: 9 }),
        fc.commands([step], { maxCommands: 40, size: "+1" }),
        async (chosen, commands) => {
          await fc.asyncModelRun(async () => {
            const house = await openWorld(chosen)
            return { model: { world: await worldOf(house) }, real: house }
          }, commands)
        },
      ),
      { numRuns: times({ quick: 120, proof: 600 }), seed },
    )
    // Each kind of step was taken, and not only refused.
    for (const verb of verbs) expect(tally.get(verb) ?? 0, verb).toBeGreaterThan(0)
  },
  600_000,
)
