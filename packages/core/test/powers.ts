import { type Caller, keyPermissions, mayWithKey } from "../src/authority/caller.ts"
import { managementPermissions } from "../src/authority/management.ts"
import type { Key } from "../src/key/key.ts"
import type { Keyspace } from "../src/keyspace.ts"
import type { Holder } from "../src/permission/set.ts"
import type { Principal } from "../src/principal.ts"
import { heldPermissions } from "../src/verification/subject.ts"
import { callerAs, callerBy, type House } from "./authority-fixture.ts"

/**
 * What somebody can do, each thing by a name of its own: a management permission at a keyspace or as such
 * (`keys.read at *`), something with one key (`reveal key …`), or a permission of a keyspace's catalog through a key
 * of theirs (`invoices.read in …`).
 */
export type Powers = ReadonlySet<string>

/** All that there is in acme at one moment, and who holds what: users, service accounts and keys by their ids. */
export interface World {
  readonly keyspaces: readonly Keyspace[]
  readonly keys: readonly Key[]
  readonly principals: readonly Principal[]
  readonly held: ReadonlyMap<string, Powers>
}

/** @param known the keys that powers over single keys are about; default: all that there are */
export async function worldOf(house: House, known?: readonly Key[]): Promise<World> {
  const { store } = house.deps
  const organizationId = house.admin.organizationId
  const page = { limit: 10_000, after: null }
  const keyspaces = (await store.keyspaces(organizationId, page)).items
  const keys = (await store.keys(organizationId, {}, house.clock.now(), page)).items
  const principals = (await store.principals(organizationId, {}, page)).items
  const world = { keyspaces, keys, principals }
  const held = new Map<string, Powers>()
  for (const principal of principals) {
    held.set(principal.id, powersOf(await callerAs(house, principal), world, known))
  }
  for (const key of keys.filter(({ revokedAt }) => revokedAt === null)) {
    const keyspace = keyspaces.find(({ id }) => id === key.keyspaceId)
    if (keyspace?.kind === "management") {
      held.set(key.id, powersOf(await callerBy(house, key), world, known))
    } else if (keyspace) {
      held.set(key.id, new Set(catalogPowers(keyspace, heldPermissions(key, keyspace))))
    }
  }
  return { ...world, held }
}

/** A suspension, a disabled key and an expiry are passed over: whoever can end them has what they hold back. */
export function powersOf(
  caller: Caller,
  { keyspaces, keys }: Pick<World, "keyspaces" | "keys">,
  known: readonly Key[] = keys,
): Powers {
  const powers = managementPowers(caller.holds, keyspaces)
  for (const key of known) {
    const current = keys.find(({ id }) => id === key.id)
    if (!current) continue
    for (const permission of keyPermissions) {
      if (permission === "reveal" && current.secrets.every(({ sealed }) => sealed === null)) continue
      // Whoever may change a key is answered with all of it but the secret.
      const may =
        mayWithKey(caller, permission, current) ||
        (permission === "read" && mayWithKey(caller, "write", current))
      if (may) powers.add(`${permission} key ${key.id}`)
    }
  }
  for (const keyspace of keyspaces) {
    const all =
      caller.holds.allows({ name: "keys.write", resource: keyspace.id }) ||
      caller.holds.allows({ name: "keyspaces.write", resource: keyspace.id })
    if (all) for (const power of catalogPowers(keyspace, everything)) powers.add(power)
    for (const key of keys) {
      if (key.keyspaceId !== keyspace.id || key.revokedAt !== null) continue
      const { kind, id } = caller.actor
      if (key.owner.kind !== kind || key.owner.id !== id || !mayWithKey(caller, "write", key)) continue
      for (const power of catalogPowers(keyspace, heldPermissions(key, keyspace))) powers.add(power)
    }
  }
  return powers
}

/** What a set of management permissions allows, by name. */
export function managementPowers(holder: Holder, keyspaces: readonly Keyspace[]): Set<string> {
  const powers = new Set<string>()
  for (const { name } of managementPermissions) {
    for (const resource of [null, ...keyspaces.map(({ id }) => id)]) {
      if (holder.allows({ name, resource })) powers.add(`${name} at ${resource ?? "*"}`)
    }
  }
  return powers
}

const everything: Holder = { allows: () => true }

function catalogPowers({ id, kind, permissions }: Keyspace, holder: Holder): string[] {
  if (kind === "management") return []
  return permissions
    .filter(({ name }) => holder.allows({ name, resource: null }))
    .map(({ name }) => `${name} in ${id}`)
}
