import { fail, type InputError } from "../failure.ts"
import type { Key } from "../key/key.ts"
import type { Keyspace } from "../keyspace.ts"
import { isSameOwner } from "../owner.ts"
import type { Principal } from "../principal.ts"
import type { Instant } from "../time.ts"
import { isAddressRange, isOriginPattern } from "../verification/source.ts"
import { checkCredits } from "./check-credits.ts"
import { checkLimits } from "./check-limits.ts"
import { checkRotation } from "./check-rotation.ts"
import { checkGrants } from "./grants.ts"

/** A user or service account of the key's organization; null: unknown, or removed. */
export type FindPrincipal = (id: string) => Promise<Principal | null>

/**
 * Refuses a key that contradicts its keyspace or itself. What did not change is not held against a change: a key that
 * has expired can still be renamed.
 * @param before the key as it is; for a new one, the blank it is made from
 * @throws "invalid_input", naming every member that is wrong
 */
export async function checkKey(
  findPrincipal: FindPrincipal,
  keyspace: Keyspace,
  before: Key,
  key: Key,
  now: Instant,
): Promise<void> {
  const errors: InputError[] = []
  if (key.permissions !== before.permissions) {
    errors.push(...checkGrants(key.permissions, keyspace.permissions, "/permissions"))
  }
  if (key.roles !== before.roles) {
    key.roles.forEach((role, at) => {
      if (keyspace.roles.some(({ name }) => name === role)) return
      errors.push({
        member: `/roles/${at}`,
        message: `The keyspace has no role "${role}".`,
        fix: "Use a role of the keyspace, or add it there first.",
      })
    })
  }
  if (key.limits !== before.limits) errors.push(...checkLimits(key.limits, "/limits"))
  if (key.rotation !== before.rotation) {
    errors.push(...checkRotation(key.rotation, keyspace.policy, "/rotation"))
  }
  if (key.credits !== before.credits && key.credits !== null) errors.push(...checkCredits(key.credits))
  key.allowedAddresses.forEach((range, at) => {
    if (isAddressRange(range)) return
    errors.push({
      member: `/allowed_addresses/${at}`,
      message: "This is neither an IP address nor a CIDR range.",
      fix: "Use a form such as 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32.",
    })
  })
  key.allowedOrigins.forEach((origin, at) => {
    if (isOriginPattern(origin)) return
    errors.push({
      member: `/allowed_origins/${at}`,
      message:
        "This is not an origin: scheme and host in lower case, a port where it is not the scheme's own, nothing else.",
      fix: "Use a form such as https://app.example.com or https://*.example.com.",
    })
  })
  if (key.expiresAt !== before.expiresAt && key.expiresAt !== null && key.expiresAt <= now) {
    errors.push({
      member: "/expires_at",
      message: "The instant of expiry is not in the future.",
      fix: "Use a later instant, null for a key that does not expire, or revoke the key.",
    })
  }
  if (key.notBefore !== null && key.expiresAt !== null && key.notBefore >= key.expiresAt) {
    errors.push({
      member: "/not_before",
      message: "The key would expire before it becomes valid.",
      fix: "Use an instant before expires_at.",
    })
  }
  if (!isSameOwner(key.owner, before.owner)) {
    errors.push(...(await ownerErrors(findPrincipal, key, "/owner/id")))
  }
  if (errors.length > 0) fail({ code: "invalid_input", errors })
}

/**
 * What is wrong with whom a key is given to.
 * @param member the JSON Pointer of the owner's id
 */
export async function ownerErrors(
  findPrincipal: FindPrincipal,
  { organizationId, owner }: Pick<Key, "organizationId" | "owner">,
  member: string,
): Promise<InputError[]> {
  switch (owner.kind) {
    case "external":
      return []
    case "organization":
      return owner.id === organizationId
        ? []
        : [unknownOwner(member, "The organization owns only its own keys.")]
    case "user":
    case "service_account": {
      const principal = await findPrincipal(owner.id)
      if (principal?.kind === owner.kind) return []
      return [unknownOwner(member, `There is no such ${owner.kind.replace("_", " ")}.`)]
    }
  }
}

function unknownOwner(member: string, message: string): InputError {
  return {
    member,
    message,
    fix: 'Name one that exists, or use the kind "external" for an id of your own.',
  }
}
