import type { JsonObject } from "../json.ts"
import type { Key } from "../key/key.ts"
import { rescheduled } from "../key/rotation-schedule.ts"
import type { Keyspace } from "../keyspace.ts"
import { patchedWith } from "../patch.ts"
import { type Instant, printTimestamp } from "../time.ts"
import type { Caller } from "./caller.ts"
import { checkKey, type FindPrincipal } from "./check-key.ts"
import { describeCredits, givenCredits, scheduled } from "./credits.ts"
import type { AuthorityDeps } from "./deps.ts"
import { spelledOnce } from "./grants.ts"
import type { KeyPatch } from "./key-input.ts"
import { describeRotation } from "./keyspaces.ts"

/** `key` with what `patch` names, checked as a whole. */
export async function patched(
  findPrincipal: FindPrincipal,
  keyspace: Keyspace,
  key: Key,
  { enabled, credits, rotation, ...members }: KeyPatch,
  now: Instant,
): Promise<Key> {
  const disabledAt = enabled === undefined ? key.disabledAt : enabled ? null : (key.disabledAt ?? now)
  const next = {
    ...patchedWith<Key>(key, members),
    disabledAt,
    rotation: rotation === undefined ? key.rotation : rescheduled(key, rotation),
    credits: credits === undefined ? key.credits : givenCredits(key.credits, credits),
  }
  await checkKey(findPrincipal, keyspace, key, next, now)
  return {
    ...next,
    credits: credits === undefined ? key.credits : scheduled(next.credits, now),
    permissions: spelledOnce(next.permissions),
    roles: [...new Set(next.roles)],
    tags: [...new Set(next.tags)],
  }
}

export function principalsOf(deps: AuthorityDeps, { organizationId }: Caller): FindPrincipal {
  return (id) => deps.store.principal(organizationId, id)
}

/** What the audit trail keeps of a key, named as the native API names it. */
export function describe(key: Key): JsonObject {
  return {
    keyspace_id: key.keyspaceId,
    owner: { kind: key.owner.kind, id: key.owner.id },
    name: key.name,
    permissions: key.permissions,
    roles: key.roles,
    tags: key.tags,
    metadata: key.metadata,
    limits: key.limits.map(({ name, count, windowSeconds }) => ({
      name,
      count,
      window_seconds: windowSeconds,
    })),
    credits: describeCredits(key.credits),
    allowed_addresses: key.allowedAddresses,
    allowed_origins: key.allowedOrigins,
    not_before: key.notBefore === null ? null : printTimestamp(key.notBefore),
    expires_at: key.expiresAt === null ? null : printTimestamp(key.expiresAt),
    rotation: describeRotation(key.rotation),
    enabled: key.disabledAt === null,
    delete_protected: key.deleteProtected,
  }
}
