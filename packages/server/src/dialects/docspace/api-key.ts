import {
  type ApiKeyResponseDto,
  type CreateApiKeyRequestDto,
  type DocSpaceScope,
  docspaceScopes,
  type UpdateApiKeyRequest,
} from "@keyward/contract/docspace"
import {
  currentSecret,
  type Instant,
  type Key,
  type KeyPatch,
  later,
  type NewKey,
  type Owner,
  type Principal,
} from "@keyward/core"
import type { Conformance } from "../dialect.ts"
import { printEmployee } from "./employee.ts"
import { texts } from "./mapping.ts"
import { Refusal } from "./refusal.ts"
import { printInstant } from "./time.ts"

/**
 * The scopes as they were given, in their order and with repeats; null: an update made the key unrestricted. They count
 * as long as they name what the key has.
 */
const scopesMember = "docspace_permissions"

const dayMs = 24 * 60 * 60 * 1000

/** How long after its expiry a key is shown as active: so often the vendor's server looks for keys that have expired. */
const sweepMs = 10 * 60 * 1000

/** Most scopes that one request can name, repeats included: there are eleven. */
const mostScopes = 100

/** The key to create for a request. @throws Refusal 400 for what is no scope */
export function newKey(
  keyspaceId: string,
  owner: Owner,
  { name, permissions, expiresInDays }: CreateApiKeyRequestDto,
  now: Instant,
): NewKey {
  const given = checkedScopes(permissions ?? [])
  return {
    keyspaceId,
    owner,
    name,
    ...granted(given.includes("*") ? [] : given),
    expiresAt: typeof expiresInDays === "number" ? later(now, expiresInDays * dayMs) : null,
  }
}

/** What of a key a request changes; null: nothing. @throws Refusal 400 for what is no scope */
export function keyPatch(
  { metadata }: Key,
  { name, permissions, isActive }: UpdateApiKeyRequest,
): KeyPatch | null {
  const patch = {
    ...(name ? { name } : {}),
    ...(typeof isActive === "boolean" ? { enabled: isActive } : {}),
    ...(permissions && permissions.length > 0 ? regranted(metadata, checkedScopes(permissions)) : {}),
  }
  return Object.keys(patch).length === 0 ? null : patch
}

function regranted(metadata: Key["metadata"], given: readonly DocSpaceScope[]) {
  const { metadata: kept, ...grants } = granted(given.join() === "*" ? null : given)
  return { ...grants, metadata: { ...metadata, ...kept } }
}

/**
 * What of a key says that it has these scopes.
 * @param given empty or null: unrestricted
 */
export function granted(given: readonly DocSpaceScope[] | null) {
  return { ...grantsOf(given), metadata: { [scopesMember]: given } }
}

function grantsOf(given: readonly string[] | null): Pick<Key, "permissions" | "roles"> {
  return given === null || given.length === 0
    ? { permissions: ["*"], roles: [] }
    : { permissions: [], roles: [...new Set(given)] }
}

/** @throws Refusal 400 for what is no scope */
export function checkedScopes(given: readonly (string | null)[]): readonly DocSpaceScope[] {
  if (given.length > mostScopes || !given.every(isScope)) throw new Refusal(400, texts.unknownScopes)
  return given
}

export function isScope(text: unknown): text is DocSpaceScope {
  return docspaceScopes.some((scope) => scope === text)
}

/** What is to be told of a key beside what it is. */
export interface Telling {
  readonly now: Instant
  readonly conformance: Conformance
  /** Whoever owns the key; null: nobody who acts. */
  readonly creator: Principal | null
  /** Its text, where it is shown. */
  readonly secret?: string
  /** Whether this very request was made with it. */
  readonly presented?: boolean
}

/** A key as the vendor prints it: what is null is left out. */
export function printApiKey(key: Key, telling: Telling): ApiKeyResponseDto {
  const { now, creator, secret, presented } = telling
  const { id, name, createdAt, expiresAt } = key
  const end = currentSecret(key)?.hint.end ?? ""
  const lastUsedAt = presented ? now : key.lastUsedAt
  const permissions = printScopes(key, telling.conformance)
  return {
    id,
    name,
    key: secret ?? `sk-***${end}`,
    keyPostfix: end,
    ...(permissions ? { permissions } : {}),
    ...(lastUsedAt === null ? {} : { lastUsed: printInstant(lastUsedAt) }),
    createOn: printInstant(createdAt),
    ...(creator ? { createBy: printEmployee(creator) } : {}),
    ...(expiresAt === null ? {} : { expiresAt: printInstant(expiresAt) }),
    isActive: isActive(key, now),
  }
}

/**
 * As they were given, unless the key's grants were changed through another API since: then the scopes it has as roles, and
 * grants that are no scopes as Keyward writes them. No scopes at all would mean all of them, so a key that may do nothing
 * says `none`, which is no scope.
 */
function printScopes({ metadata, permissions, roles }: Key, conformance: Conformance): string[] | undefined {
  const kept = metadata[scopesMember]
  const given = kept === null ? null : Array.isArray(kept) ? kept.map(String) : undefined
  if (given !== undefined) {
    const grants = grantsOf(given)
    if (grants.permissions.join() === permissions.join() && grants.roles.join() === roles.join()) {
      return given ?? (conformance === "observed" ? undefined : [])
    }
  }
  if (permissions.join() === "*") return []
  const shown = [...roles, ...permissions]
  return shown.length === 0 ? ["none"] : shown
}

function isActive({ disabledAt, revokedAt, expiresAt }: Key, now: Instant): boolean {
  if (disabledAt !== null || revokedAt !== null) return false
  return expiresAt === null || now < later(expiresAt, sweepMs)
}
