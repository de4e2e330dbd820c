import type { AuditDraft } from "../audit/event.ts"
import { keyFormats } from "../key/format.ts"
import type { Key } from "../key/key.ts"
import { scheduled as scheduledRotation } from "../key/rotation-schedule.ts"
import type { Keyspace } from "../keyspace.ts"
import type { Owner } from "../owner.ts"
import type { Change } from "../store/change.ts"
import { later } from "../time.ts"
import { type Caller, ownOwner } from "./caller.ts"
import type { FindPrincipal } from "./check-key.ts"
import { demandPolicy } from "./check-policy.ts"
import { demandCreditsOf } from "./credits.ts"
import { type AuthorityDeps, commit, draft } from "./deps.ts"
import { demandGivable } from "./grants.ts"
import { demandOwner, writableKeyspace } from "./key-access.ts"
import type { NewBlindKey, NewKey } from "./key-input.ts"
import { demandOwnGrants } from "./own-grants.ts"
import { describe, patched, principalsOf } from "./patched-key.ts"
import type { Replays } from "./replays.ts"
import { issueSecret } from "./secrets.ts"

/** A key that has a new secret. */
export interface CreatedKey<Text extends string | null = string> {
  readonly key: Key
  /** The text to hand to the holder. Shown this once; null where they made it themselves. */
  readonly secret: Text
}

/** Where the secret is always drawn there is always a text to hand out. */
export type TextOf<Input extends NewKey> = Input extends NewBlindKey ? string | null : string

/**
 * @throws "not_found" (keyspace), "invalid_input", "grant_exceeds_caller", "too_many_keys", "already_exists" (name),
 *         "permission_denied"
 */
export async function createKey<Input extends NewKey>(
  deps: AuthorityDeps,
  replays: Replays,
  caller: Caller,
  input: Input,
): Promise<CreatedKey<TextOf<Input>>> {
  const keyspace = await writableKeyspace(deps, caller, input.keyspaceId)
  demandOwner(caller, keyspace, input.owner ?? defaultOwner(caller, keyspace))
  if (input.credits !== undefined) demandCreditsOf(caller, keyspace.id)
  return replays.once<CreatedKey<TextOf<Input>>>(
    caller,
    async (keep) => {
      const composed = await composeKey(deps, caller, keyspace, input, principalsOf(deps, caller))
      const { created, change, event } = composed
      await demandOwnGrants(deps, caller, keyspace, null, created.key)
      await commit(deps, caller.organizationId, [...keep(created), change], [event])
      return created
    },
    ({ key }) => demandGivable(caller, keyspace, key),
  )
}

/** A key that is about to be stored, and the event that records it. */
interface ComposedKey<Text extends string | null> {
  readonly created: CreatedKey<Text>
  readonly change: Change
  readonly event: AuditDraft
}

/** @throws "invalid_input", "grant_exceeds_caller" */
export async function composeKey<Input extends NewKey>(
  deps: AuthorityDeps,
  caller: Caller,
  keyspace: Keyspace,
  input: Input,
  findPrincipal: FindPrincipal,
): Promise<ComposedKey<TextOf<Input>>> {
  const { keyspaceId: _, digest, ...members }: NewKey & Partial<NewBlindKey> = input
  const now = deps.clock.now()
  const id = keyFormats[keyspace.format].newKeyId(now, deps.entropy)
  const { secret, text } = await issueSecret(deps, keyspace, id, 1, digest, now)
  const { defaultLifetimeSeconds } = keyspace.policy
  const blank: Key = {
    id,
    alias: await deps.store.newAlias(),
    organizationId: caller.organizationId,
    keyspaceId: keyspace.id,
    owner: defaultOwner(caller, keyspace),
    name: input.name,
    permissions: [],
    roles: [],
    tags: [],
    metadata: {},
    limits: [],
    credits: null,
    allowedAddresses: [],
    allowedOrigins: [],
    notBefore: null,
    expiresAt: defaultLifetimeSeconds === null ? null : later(now, defaultLifetimeSeconds * 1000),
    rotation: keyspace.rotation && scheduledRotation(keyspace.rotation, now),
    disabledAt: null,
    revokedAt: null,
    revocation: null,
    deleteProtected: false,
    deletedAt: null,
    createdAt: now,
    updatedAt: now,
    revision: 1,
    lastUsedAt: null,
    secrets: [secret],
  }
  const key = await patched(findPrincipal, keyspace, blank, members, now)
  await demandPolicy(deps, caller, keyspace, null, key, now)
  demandGivable(caller, keyspace, key)
  const event = draft(deps, caller, "key.created", { kind: "key", id }, describe(key))
  const change: Change = { kind: "key.insert", key, policy: keyspace.policy }
  return { created: { key, secret: text as TextOf<Input> }, change, event }
}

function defaultOwner(caller: Caller, { id }: Keyspace): Owner {
  const ofOthers = caller.holds.allows({ name: "keys.write", resource: id })
  const own = ofOthers ? null : ownOwner(caller)
  return own ?? { kind: "organization", id: caller.organizationId }
}
