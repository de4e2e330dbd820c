import { fail, type ResourceKind } from "../failure.ts"
import type { Change, Commit } from "./change.ts"

/**
 * Refuses a commit that reaches into another organization: what belongs to another is as unknown as what does not exist.
 * @throws "not_found"
 */
export function demandOneOrganization({ organizationId, changes, events }: Commit): void {
  for (const change of changes) {
    const { resource, organizationId: owner } = changed(change, organizationId)
    if (owner !== organizationId) fail({ code: "not_found", resource })
  }
  if (events.some((event) => event.organizationId !== organizationId)) {
    fail({ code: "not_found", resource: "organization" })
  }
}

function changed(change: Change, organizationId: string): { resource: ResourceKind; organizationId: string } {
  switch (change.kind) {
    case "organization.insert":
    case "organization.update":
      return { resource: "organization", organizationId: change.organization.id }
    case "principal.insert":
    case "principal.update":
      return { resource: change.principal.kind, organizationId: change.principal.organizationId }
    case "session.insert":
      return { resource: "session", organizationId: change.session.organizationId }
    case "session.delete":
      return { resource: "session", organizationId }
    case "sessions.delete":
      return { resource: "user", organizationId }
    case "link.insert":
      return { resource: "link", organizationId: change.link.organizationId }
    case "link.use":
      return { resource: "link", organizationId }
    case "links.use":
      return { resource: "user", organizationId }
    case "replay.insert":
      return { resource: "replay", organizationId: change.replay.organizationId }
    case "keyspace.insert":
    case "keyspace.update":
      return { resource: "keyspace", organizationId: change.keyspace.organizationId }
    case "key.insert":
    case "key.update":
    case "key.restore":
      return { resource: "key", organizationId: change.key.organizationId }
    case "notice.give":
    case "idle.tell":
    case "key.purge":
    case "secret.put":
    case "secret.forget":
    case "credits.set":
    case "credits.add":
      return { resource: "key", organizationId }
    case "task.insert":
      return { resource: "task", organizationId: change.task.organizationId }
    case "task.result":
    case "task.end":
      return { resource: "task", organizationId }
  }
}

/**
 * Refuses a position that comes from a list of another order, where it would stand for nothing.
 * @throws "invalid_input"
 */
export function demandPosition<Order extends string>(
  order: Order,
  after: { readonly order: Order } | null,
): void {
  if (after === null || after.order === order) return
  fail({
    code: "invalid_input",
    errors: [
      {
        member: "query.cursor",
        message: "The cursor comes from a list with another filter.",
        fix: "Leave it out to start this list, or repeat the filter that it came from.",
      },
    ],
  })
}
