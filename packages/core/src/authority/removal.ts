import { fail } from "../failure.ts"
import type { JsonObject } from "../json.ts"
import type { Key } from "../key/key.ts"
import type { KeyCaps, Keyspace } from "../keyspace.ts"
import type { Owner } from "../owner.ts"
import type { Principal, PrincipalKind } from "../principal.ts"
import type { Change } from "../store/change.ts"
import { type Instant, later } from "../time.ts"
import { type Caller, demand, demandHandover, denied, mayWithKey } from "./caller.ts"
import { type AuthorityDeps, retried } from "./deps.ts"
import { demandGivable } from "./grants.ts"
import { managementKeyspace } from "./organizations.ts"
import { changePrincipal, demandRoles, findPrincipal, signOut } from "./principals.ts"

/** What becomes of the keys of someone who is removed. */
export type RemovalPolicy =
  | { readonly kind: "transfer"; readonly owner: Owner }
  /** They are disabled. */
  | { readonly kind: "freeze" }
  /** They expire after so many days, or when they would have anyway. 0 or more. */
  | { readonly kind: "expire"; readonly days: number }

/** Most keys that one removal deals with: more are transferred or revoked first. */
export const removalMaximum = 10_000

/** What a removal does, told beforehand. */
export interface RemovalPreview {
  readonly principal: Principal
  /** The keys that the policy changes, as they are now. */
  readonly keys: readonly Key[]
  /** Those of them that the caller may read. */
  readonly readable: readonly Key[]
}

/** @throws as `removePrincipal`; nothing is changed */
export async function previewRemoval(
  deps: AuthorityDeps,
  caller: Caller,
  kind: PrincipalKind,
  id: string,
  policy: RemovalPolicy,
): Promise<RemovalPreview> {
  demand(caller, "members.write", null)
  return retried(null, async () => {
    const principal = await findPrincipal(deps, caller, kind, id)
    const management = await managementKeyspace(deps, caller.organizationId)
    demandRoles(caller, principal, management)
    await refuseLastOwner(deps, principal)
    const owned = await keysOwnedBy(deps, principal)
    const keys = await alteredKeys(deps, caller, principal, owned, policy, management)
    // Only a new owner can have too many keys, or one of the same name.
    if (policy.kind === "transfer") {
      const changes = await keyChanges(deps, owned, keys, policy, deps.clock.now())
      await deps.store.rehearse({ organizationId: caller.organizationId, changes, events: [] })
    }
    return { principal, keys, readable: keys.filter((key) => mayWithKey(caller, "read", key)) }
  })
}

/**
 * Removes a user or service account, with their keys dealt with in the same commit.
 * @throws "not_found", "invalid_input" (who cannot take the keys over; more keys than `removalMaximum`), "last_owner",
 *         "too_many_keys" and "already_exists" (name) where a keyspace's policy does not allow the new owner the keys,
 *         "grant_exceeds_caller", "permission_denied"
 */
export async function removePrincipal(
  deps: AuthorityDeps,
  caller: Caller,
  kind: PrincipalKind,
  id: string,
  policy: RemovalPolicy,
): Promise<void> {
  await changePrincipal(deps, caller, kind, id, null, async (before, now, management) => {
    const owned = await keysOwnedBy(deps, before)
    const altered = await alteredKeys(deps, caller, before, owned, policy, management)
    const changes = await keyChanges(deps, owned, altered, policy, now)
    const keys = altered.map((key) => key.id)
    return {
      principal: { ...before, removedAt: now },
      action: `${before.kind}.removed`,
      details: { policy: describePolicy(policy), keys },
      changes: [...changes, ...signOut(before)],
      ownedKeys: owned.length,
    }
  })
}

/** What the store will refuse, told beforehand. @throws "last_owner" */
async function refuseLastOwner(deps: AuthorityDeps, principal: Principal): Promise<void> {
  if (principal.kind !== "user" || principal.suspendedAt !== null || !principal.roles.includes("owner"))
    return
  const owners = await deps.store.activeUsersWithRole(principal.organizationId, "owner", 2)
  if (owners < 2) fail({ code: "last_owner" })
}

async function keysOwnedBy(deps: AuthorityDeps, { organizationId, kind, id }: Principal): Promise<Key[]> {
  const keys: Key[] = []
  let after = null
  do {
    const page = { limit: 200, after }
    const { items, next } = await deps.store.keys(
      organizationId,
      { owner: { kind, id } },
      deps.clock.now(),
      page,
    )
    keys.push(...items)
    after = next
  } while (after !== null && keys.length <= removalMaximum)
  if (keys.length <= removalMaximum) return keys
  const message = `They own more than ${removalMaximum} keys, which is more than one removal deals with.`
  return fail({
    code: "invalid_input",
    errors: [{ member: "/policy", message, fix: "Transfer, revoke or delete some of the keys first." }],
  })
}

/**
 * All are written, also those that stay as they are: were one of them deleted and another created meanwhile, their
 * number would be the same, and the new key would outlast its owner.
 */
async function keyChanges(
  deps: AuthorityDeps,
  owned: readonly Key[],
  altered: readonly Key[],
  policy: RemovalPolicy,
  now: Instant,
): Promise<Change[]> {
  const caps = await capsOf(deps, owned)
  const alter = new Set(altered)
  return owned.map((key) => {
    const next = alter.has(key) ? { ...applied(policy, key, now), updatedAt: now } : key
    const held = caps.get(key.keyspaceId) ?? fail({ code: "not_found", resource: "keyspace" })
    return { kind: "key.update", key: { ...next, revision: key.revision + 1 }, policy: held }
  })
}

/** What the keys are held to, by keyspace. */
async function capsOf(deps: AuthorityDeps, keys: readonly Key[]): Promise<ReadonlyMap<string, KeyCaps>> {
  const caps = new Map<string, KeyCaps>()
  for (const { organizationId, keyspaceId } of keys) {
    if (caps.has(keyspaceId)) continue
    const keyspace = await deps.store.keyspace(organizationId, keyspaceId)
    if (keyspace) caps.set(keyspaceId, keyspace.policy)
  }
  return caps
}

/** The keys that the policy changes: what is already over stays as it is, unless it is given to someone else. */
async function alteredKeys(
  deps: AuthorityDeps,
  caller: Caller,
  principal: Principal,
  owned: readonly Key[],
  policy: RemovalPolicy,
  management: Keyspace,
): Promise<Key[]> {
  if (policy.kind === "transfer") await demandHeir(deps, caller, principal, owned, policy.owner, management)
  return policy.kind === "transfer" ? [...owned] : owned.filter((key) => key.revokedAt === null)
}

/**
 * @throws "invalid_input" unless the new owner is there; "permission_denied" when the caller may not change a key;
 *         "grant_exceeds_caller" when a key may do more than the caller
 */
async function demandHeir(
  deps: AuthorityDeps,
  caller: Caller,
  { organizationId, id }: Principal,
  owned: readonly Key[],
  owner: Owner,
  management: Keyspace,
): Promise<void> {
  const refuse = (message: string, fix: string): never =>
    fail({ code: "invalid_input", errors: [{ member: "/policy/owner/id", message, fix }] })
  if (owner.id === id) refuse("They cannot take over their own keys.", "Name another owner.")
  if (owner.kind === "organization" && owner.id !== organizationId) {
    refuse("The organization owns only its own keys.", "Name this organization.")
  }
  if (owner.kind === "user" || owner.kind === "service_account") {
    const heir = await deps.store.principal(organizationId, owner.id)
    if (heir?.kind !== owner.kind)
      return refuse("There is no such user or service account.", "Name one that exists.")
    if (heir.suspendedAt !== null)
      refuse("The new owner is suspended.", "Resume them first, or name another owner.")
  }
  // A management key does what its owner may do too: under another owner that can be more than it was. And whoever
  // could not give a key to another owner by itself cannot do so by removing its owner.
  for (const key of owned) {
    if (!mayWithKey(caller, "write", key)) denied("keys.write")
    demandHandover(caller, key)
    if (key.keyspaceId === management.id) demandGivable(caller, management, { ...key, owner })
  }
}

function applied(policy: RemovalPolicy, key: Key, now: Instant): Key {
  switch (policy.kind) {
    case "transfer":
      return { ...key, owner: policy.owner }
    case "freeze":
      return { ...key, disabledAt: key.disabledAt ?? now }
    case "expire": {
      const end = later(now, policy.days * 86_400_000)
      return { ...key, expiresAt: key.expiresAt === null || key.expiresAt > end ? end : key.expiresAt }
    }
  }
}

function describePolicy(policy: RemovalPolicy): JsonObject {
  return policy.kind === "transfer"
    ? { kind: policy.kind, owner: { kind: policy.owner.kind, id: policy.owner.id } }
    : { ...policy }
}
