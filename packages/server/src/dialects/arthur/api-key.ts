import { type ApiKeyResponse, arthurDefaultRoles, type NewApiKeyRequest } from "@keyward/contract/arthur"
import { type Instant, type Key, type NewKey, printTimestamp, stateAt } from "@keyward/core"

/**
 * What the vendor knows of a key and ours has no place for. A description may be null, empty or longer than a name, and
 * roles may repeat; both are to be given back as they came, so the key's metadata keeps them.
 */
const descriptionMember = "arthur_description"
const rolesMember = "arthur_roles"

/** Longest name of a key, in characters. */
const nameMaximum = 255

/** The key to create for a request. */
export function newKey(keyspaceId: string, { description = null, roles }: NewApiKeyRequest): NewKey {
  const given = roles === undefined ? arthurDefaultRoles : (roles ?? [])
  return {
    keyspaceId,
    name: [...(description ?? "")].slice(0, nameMaximum).join("") || "Arthur key",
    roles: given,
    metadata: { [descriptionMember]: description, [rolesMember]: given },
  }
}

/** A key as the vendor prints it: what is null is left out. */
export function printApiKey(
  key: Key,
  now: Instant,
  issued: { readonly key?: string; readonly message: string } = { message: "" },
): ApiKeyResponse {
  const description = descriptionOf(key)
  const deactivatedAt = deactivationOf(key, now)
  return {
    id: key.id,
    ...(issued.key === undefined ? {} : { key: issued.key }),
    ...(description === null ? {} : { description }),
    is_active: stateAt(key, now) === "active",
    created_at: printNaive(key.createdAt),
    ...(deactivatedAt === null ? {} : { deactivated_at: printNaive(deactivatedAt) }),
    message: issued.message,
    roles: rolesOf(key),
  }
}

/** The name stands in for a key that was created through another API. */
function descriptionOf({ metadata, name }: Key): string | null {
  const kept = metadata[descriptionMember]
  return kept === null || typeof kept === "string" ? kept : name
}

/** As they were given, unless the key's roles have been changed through another API since. */
function rolesOf({ metadata, roles }: Key): string[] {
  const kept = metadata[rolesMember]
  if (!Array.isArray(kept)) return [...roles]
  const given: string[] = kept.map(String)
  return [...new Set(given)].join() === roles.join() ? given : [...roles]
}

/** The earliest of the instants that made the key inactive; null for one that is active or not yet valid. */
function deactivationOf({ revokedAt, disabledAt, expiresAt }: Key, now: Instant): Instant | null {
  const instants = [revokedAt, disabledAt, expiresAt].filter(
    (instant): instant is Instant => instant !== null && instant <= now,
  )
  return instants.length === 0 ? null : (Math.min(...instants) as Instant)
}

/** `2026-07-01T23:30:49.068000`: UTC without a zone, and six digits, as the vendor's clients expect. */
function printNaive(instant: Instant): string {
  return printTimestamp(instant).replace("Z", "000")
}
