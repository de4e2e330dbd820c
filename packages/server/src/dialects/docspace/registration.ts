import type { PortalRegistration } from "@keyward/contract/docspace"
import { addressList, type KeyPosition, systemCaller } from "@keyward/core"
import type { FastifyRequest } from "fastify"
import { visitOf } from "../../visit.ts"
import type { DialectContext } from "../dialect.ts"
import type { DocSpaceCaller } from "./caller.ts"
import { addUser } from "./employee.ts"
import { texts } from "./mapping.ts"
import { Refusal } from "./refusal.ts"

/**
 * What the vendor's test suite begins and ends with. A portal is an organization, and Keyward lets no visitor make or
 * delete one: whoever registers becomes an owner of the one that is served, and whoever deletes "the portal" removes only
 * themselves. Even so anybody who reaches this would be an owner, so it is there only where the operator switched it on, and
 * only for this very machine.
 */

/** What the user names of those who registered start with; nobody else can delete anything here. */
const registered = "portal:"

/** The loopback (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3). */
const ownMachine = addressList(["127.0.0.0/8", "::1/128"])

/** @throws Refusal 404; AuthorityError "invalid_input", "already_exists", "overloaded" */
export async function register(
  { authority, organization }: DialectContext,
  { portalName, ...person }: PortalRegistration,
  request: FastifyRequest,
) {
  if (!ownMachine.includes(request.ip)) throw new Refusal(404, null)
  const { id: ownerId } = await addUser(
    authority,
    systemCaller(organization.id),
    { ...person, userName: registered + (portalName ?? person.email), roles: ["owner"] },
    visitOf(request),
  )
  return { tenant: { domain: request.host, ownerId } }
}

/**
 * Deletes the keys of whoever registered, and removes them.
 * @throws Refusal 403 for everybody else, and for their keys
 */
export async function unregister(
  { authority, keyspace }: DialectContext,
  { principal, caller, owner, scope }: DocSpaceCaller,
): Promise<void> {
  const who = await authority.member(principal, owner.id)
  if (scope || who.kind !== "user" || !who.userName?.startsWith(registered)) {
    throw new Refusal(403, texts.accessDenied)
  }
  let after: KeyPosition | null = null
  do {
    const page = { limit: 200, after }
    const { items, next } = await authority.keys(caller, { keyspaceId: keyspace.id, owner }, page)
    for (const key of items) await authority.deleteKey(caller, key.id, null)
    after = next
  } while (after !== null)
  await authority.remove(principal, "user", who.id, { kind: "expire", days: 0 })
}
