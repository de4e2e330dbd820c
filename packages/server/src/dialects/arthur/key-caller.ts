import { arthurRoles } from "@keyward/contract/arthur"
import {
  type Caller,
  confined,
  Holdings,
  managementHoldings,
  PermissionSet,
  type Subject,
} from "@keyward/core"
import type { FastifyRequest } from "fastify"
import type { Verification } from "../../verification/verifier.ts"
import { visitOf } from "../../visit.ts"
import type { DialectContext } from "../dialect.ts"
import type { ArthurCaller } from "./caller.ts"
import {
  type ArthurPermission,
  catalog,
  managementPermission,
  masterKey,
  outcomes,
  rolePermissions,
  texts,
} from "./mapping.ts"
import { Refusal, secondsOf } from "./refusal.ts"

/**
 * The caller with this key: an issued one, or a management key of the organization.
 * @param unrecognized the text of the 401
 * @throws Refusal 401, or 429 when the source or the key is over its limit
 * @throws AuthorityError "store_unavailable"
 */
export async function callerByKey(
  { verifier, keyspace }: DialectContext,
  text: string,
  request: FastifyRequest,
  unrecognized: string,
): Promise<ArthurCaller> {
  const verification = await verifier.verify({
    text,
    visible: (subject) =>
      subject.key.organizationId === keyspace.organizationId &&
      (subject.keyspace.id === keyspace.id || subject.keyspace.kind === "management"),
    guesser: request.ip,
    clientIp: request.ip,
    origin: request.headers.origin ?? null,
  })
  const subject = recognized(verification, unrecognized)
  const { key } = subject
  const { address, userAgent, requestId } = visitOf(request)
  const by = key.keyspaceId === keyspace.id ? "key" : "management"
  const caller = confined(
    {
      organizationId: keyspace.organizationId,
      actor: {
        kind: key.owner.kind,
        id: key.owner.id,
        credential: { kind: "key", id: key.id },
        address,
        userAgent,
      },
      holds: by === "key" ? issuedHoldings(subject) : managementHoldings(subject),
      requestId,
    },
    keyspace.id,
    { keys: Object.values(managementPermission), organization: [] },
  )
  if (by === "key") return { by, userId: key.id, roles: key.roles, caller }
  const held = catalog.map(({ name }) => name).filter((name) => holds(caller, name, keyspace.id))
  return held.length === catalog.length
    ? { by, userId: masterKey.id, roles: [masterKey.role], caller }
    : { by, userId: key.id, roles: rolesThatHold(held), caller }
}

function recognized({ outcome, subject, retryAfterMs }: Verification, unrecognized: string): Subject {
  if (outcomes[outcome] === "too many attempts") {
    throw new Refusal(429, texts.tooManyAttempts, secondsOf(retryAfterMs ?? 1000))
  }
  if (outcomes[outcome] === "unrecognized" || !subject) throw new Refusal(401, unrecognized)
  return subject
}

/** An issued key holds permissions of the keyspace's catalog; ours are what they amount to. */
function issuedHoldings({ holds, keyspace }: Subject): Holdings {
  const held = catalog.filter(({ name }) => holds.allows({ name, resource: null }))
  return new Holdings([
    new PermissionSet(held.map(({ name }) => `${managementPermission[name]}:${keyspace.id}`)),
  ])
}

function holds({ holds }: Caller, permission: ArthurPermission, keyspaceId: string): boolean {
  return holds.allows({ name: managementPermission[permission], resource: keyspaceId })
}

/** What a management key that is not the master key would be called: the roles that hold just as much, if anything. */
function rolesThatHold(held: readonly ArthurPermission[]): string[] {
  if (held.length === 0) return []
  return arthurRoles.filter((role) => rolePermissions[role].join() === held.join())
}
