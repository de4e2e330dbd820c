import type { Actor, Credential } from "../audit/event.ts"
import type { User } from "../principal.ts"
import type { Caller } from "./caller.ts"

/** Where a request comes from, whoever makes it. */
export interface Visit {
  /** null where it did not come over the network. */
  readonly address: string | null
  readonly userAgent: string | null
  /** For the audit trail; null outside of a request. */
  readonly requestId: string | null
}

/** Who does something in an organization, as the audit trail names them. */
export type Author = Pick<Caller, "organizationId" | "actor" | "requestId">

/** A user who acts from there. @param credential null: by a password or link, which is none that lasts */
export function userAuthor(user: User, visit: Visit, credential: Credential | null): Author {
  return author(user.organizationId, { kind: "user", id: user.id, credential }, visit)
}

/** Keyward itself, because of a visit by somebody unknown. */
export function systemAuthor(organizationId: string, visit: Visit): Author {
  return author(organizationId, { kind: "system", id: "keyward", credential: null }, visit)
}

function author(organizationId: string, actor: Omit<Actor, "address" | "userAgent">, visit: Visit): Author {
  const { address, userAgent, requestId } = visit
  return { organizationId, actor: { ...actor, address, userAgent }, requestId }
}
