import type { ApiKeyCreatedResource, ApiKeyResource, NewApiKey } from "@keyward/contract/octopus"
import { type CreatedKey, currentSecret, type Key, type NewKey, type Principal } from "@keyward/core"
import { printKeyId, printUserId } from "./ids.ts"
import { parseDate, printDate } from "./timestamp.ts"

/** The key to create for a request. */
export function newKey(
  keyspaceId: string,
  { kind, id }: Principal,
  { Purpose, Expires = null }: NewApiKey,
): NewKey {
  return {
    keyspaceId,
    name: Purpose,
    owner: { kind, id },
    expiresAt: Expires === null ? null : parseDate(Expires),
  }
}

/** A key as it is read and listed. */
export function printApiKey(key: Key, owner: Principal): ApiKeyResource {
  const Hint = currentSecret(key)?.hint.start ?? ""
  return { ...printMembers(key, owner), ApiKey: { HasValue: true, NewValue: null, Hint } }
}

/** A key as it is created: its secret is shown this once. */
export function printCreatedKey({ key, secret }: CreatedKey, owner: Principal): ApiKeyCreatedResource {
  return { ...printMembers(key, owner), ApiKey: secret }
}

function printMembers(key: Key, { alias }: Principal) {
  const Id = printKeyId(key.id)
  const UserId = printUserId(alias)
  return {
    Id,
    Purpose: key.name,
    UserId,
    Created: printDate(key.createdAt),
    Expires: key.expiresAt === null ? null : printDate(key.expiresAt),
    Links: { Self: `${keysPath(UserId)}/${Id}` },
  }
}

/** Where the keys of a user are. */
export function keysPath(userId: string): string {
  return `/api/users/${userId}/apikeys`
}
