import { arthurRoles } from "@keyward/contract/arthur"
import { type Caller, Holdings, managementHoldings, PermissionSet, type Subject } from "@keyward/core"
import type { FastifyRequest } from "fastify"
import type { Verification } from "../../verification/verifier.ts"
import type { DialectContext } from "../dialect.ts"
import { catalog, managementPermission, masterKey, outcomes, rolePermissions, texts } from "./mapping.ts"
import { Refusal } from "./refusal.ts"
import { presentedToken } from "./token.ts"

/** Most characters of a User-Agent that are recorded. */
const userAgentMaximum = 500

/** Who calls, in the vendor's words and in ours. */
export interface ArthurCaller {
  /** `key`: one that was issued here; `management`: a management key, such as the master key. */
  readonly by: "key" | "management"
  readonly userId: string
  readonly roles: readonly string[]
  /** Holds at most `keys.read` and `keys.write`, and only in the dialect's keyspace: other keys do not exist to it. */
  readonly caller: Caller
}

/**
 * Verifies the presented token.
 * @param unrecognized the text of the 401 for a token that is no live key of this organization's
 * @throws Refusal 401, or 429 when the source or the key is over its limit
 * @throws AuthorityError "store_unavailable"
 */
export async function authenticate(
  context: DialectContext,
  request: FastifyRequest,
  unrecognized: string,
): Promise<ArthurCaller> {
  const { verifier, keyspace } = context
  const verification = await verifier.verify({
    text: presentedToken(request.headers),
    visible: (subject) =>
      subject.key.organizationId === keyspace.organizationId &&
      (subject.keyspace.id === keyspace.id || subject.keyspace.kind === "management"),
    guesser: request.ip,
    clientIp: request.ip,
    origin: request.headers.origin ?? null,
  })
  const subject = recognized(verification, unrecognized)
  const { key } = subject
  const by = key.keyspaceId === keyspace.id ? "key" : "management"
  const held = catalog.map(({ name }) => name).filter((name) => mayUse(subject, name, by, keyspace.id))
  const isMaster = by === "management" && held.length === catalog.length
  const ownRoles = by === "key" ? key.roles : rolesThatHold(held)
  return {
    by,
    userId: isMaster ? masterKey.id : key.id,
    roles: isMaster ? [masterKey.role] : ownRoles,
    caller: {
      organizationId: keyspace.organizationId,
      actor: {
        kind: key.owner.kind,
        id: key.owner.id,
        credential: { kind: "key", id: key.id },
        address: request.ip,
        userAgent: request.headers["user-agent"]?.slice(0, userAgentMaximum) ?? null,
      },
      holds: new Holdings([
        new PermissionSet(held.map((name) => `${managementPermission[name]}:${keyspace.id}`)),
      ]),
      requestId: request.id,
    },
  }
}

function recognized({ outcome, subject, retryAfterMs }: Verification, unrecognized: string): Subject {
  if (outcomes[outcome] === "too many attempts") {
    throw new Refusal(429, texts.tooManyAttempts, Math.ceil((retryAfterMs ?? 1000) / 1000))
  }
  if (outcomes[outcome] === "unrecognized" || !subject) throw new Refusal(401, unrecognized)
  return subject
}

type ArthurPermission = (typeof catalog)[number]["name"]

/** An issued key holds the catalog's permissions themselves; a management key, ours in the keyspace, as its owner does. */
function mayUse(
  subject: Subject,
  permission: ArthurPermission,
  by: ArthurCaller["by"],
  keyspaceId: string,
): boolean {
  return by === "key"
    ? subject.holds.allows({ name: permission, resource: null })
    : managementHoldings(subject).allows({ name: managementPermission[permission], resource: keyspaceId })
}

/** What a management key that is not the master key would be called: the roles that hold just as much, if anything. */
function rolesThatHold(held: readonly ArthurPermission[]): string[] {
  if (held.length === 0) return []
  return arthurRoles.filter((role) => rolePermissions[role].join() === held.join())
}
