import { fail } from "../failure.ts"
import type { OneTimeLink, Session } from "../session.ts"
import type { Instant } from "../time.ts"
import { owned, type Transaction } from "./memory-tables.ts"

export function insertSession(transaction: Transaction, session: Session): void {
  const { sessions } = transaction.tables
  const user = transaction.tables.principal(session.organizationId, session.userId)
  if (user?.kind !== "user" || user.suspendedAt !== null) fail({ code: "not_found", resource: "user" })
  demandFree(sessions, session, "session")
  transaction.set(sessions, session.id, session)
}

export function deleteSession(transaction: Transaction, id: string): void {
  const { sessions } = transaction.tables
  if (sessions.get(id)?.organizationId !== transaction.organizationId) {
    fail({ code: "not_found", resource: "session" })
  }
  transaction.delete(sessions, id)
}

export function deleteSessions(transaction: Transaction, userId: string, exceptId: string | null): void {
  const { sessions } = transaction.tables
  for (const session of owned(sessions, transaction.organizationId)) {
    if (session.userId === userId && session.id !== exceptId) transaction.delete(sessions, session.id)
  }
}

export function insertLink(transaction: Transaction, link: OneTimeLink): void {
  const { links } = transaction.tables
  if (transaction.tables.principal(link.organizationId, link.userId)?.kind !== "user") {
    fail({ code: "not_found", resource: "user" })
  }
  demandFree(links, link, "link")
  transaction.set(links, link.id, link)
}

export function useLink(transaction: Transaction, id: string, usedAt: Instant): void {
  const { links } = transaction.tables
  const link = links.get(id)
  const unused =
    link?.organizationId === transaction.organizationId && link.usedAt === null
      ? link
      : fail({ code: "not_found", resource: "link" })
  transaction.set(links, id, { ...unused, usedAt })
}

export function useLinks(transaction: Transaction, userId: string, usedAt: Instant): void {
  const { links } = transaction.tables
  for (const link of owned(links, transaction.organizationId)) {
    if (link.userId === userId && link.usedAt === null) transaction.set(links, link.id, { ...link, usedAt })
  }
}

function demandFree(
  table: ReadonlyMap<string, { readonly digest: string }>,
  { id, digest }: { readonly id: string; readonly digest: string },
  resource: "session" | "link",
): void {
  if (table.has(id)) fail({ code: "already_exists", resource, member: "id" })
  if ([...table.values()].some((other) => other.digest === digest)) {
    fail({ code: "already_exists", resource, member: "digest" })
  }
}
