import { type Static, Type } from "typebox"
import { route } from "../route.ts"
import { input, list, nullable, oneOf } from "../schema.ts"
import { id, idInput, jsonObject, nextCursor, ownerKinds, pageQuery, timestamp } from "./value.ts"

export const auditActions = [
  "installation.secret_added",
  "installation.secret_activated",
  "installation.secrets_resealed",
  "installation.digests_forgotten",
  "installation.secret_retired",
  "organization.created",
  "organization.updated",
  "user.created",
  "user.updated",
  "user.suspended",
  "user.resumed",
  "user.removed",
  "user.invited",
  "user.reset_offered",
  "user.password_set",
  "service_account.created",
  "service_account.updated",
  "service_account.suspended",
  "service_account.resumed",
  "service_account.removed",
  "role.created",
  "role.updated",
  "role.deleted",
  "session.created",
  "session.refused",
  "session.ended",
  "keyspace.created",
  "keyspace.updated",
  "key.created",
  "key.updated",
  "key.credits_added",
  "key.rotated",
  "key.rotation_finished",
  "key.rotation_cancelled",
  "key.rotation_extended",
  "key.rotation_due",
  "key.revoked",
  "key.expiring",
  "key.idle",
  "key.deleted",
  "key.restored",
  "key.purged",
  "key.revealed",
  "task.created",
  "task.cancelled",
  "task.finished",
  "task.stopped",
] as const

export const auditTargets = [
  "organization",
  "user",
  "service_account",
  "role",
  "session",
  "keyspace",
  "key",
  "task",
] as const

export const credentialKinds = ["key", "session", "token"] as const

export const actorKind = oneOf([...ownerKinds, "system"], {
  description: "What the actor is. `system`: Keyward itself, at the first start or in a job.",
})

const hash = "SHA-256 in hexadecimal, 64 characters."

export type AuditEvent = Static<typeof AuditEvent>
export const AuditEvent = Type.Object(
  {
    id: id("The event's id."),
    organization_id: id("The organization whose chain it is in."),
    sequence: Type.Integer({ description: "Its place in the chain: 1, 2, 3 … without gaps.", minimum: 1 }),
    at: timestamp("When it happened."),
    action: oneOf(auditActions, { description: "What was done." }),
    actor: Type.Object(
      {
        kind: actorKind,
        id: Type.String({ description: "The actor's id." }),
        credential: nullable(
          Type.Object(
            {
              kind: oneOf(credentialKinds, {
                description: "What was presented. `token`: of an OpenID provider.",
              }),
              id: Type.String({
                description: "The id of the key or session; the issuer and subject of the token.",
              }),
            },
            { title: "Credential" },
          ),
          "By what the call was authenticated; null: it was not, or did not need to be.",
        ),
        address: nullable(Type.String(), "The address the call came from; null: not over the network."),
        user_agent: nullable(Type.String(), "What the client called itself; null: it did not say."),
      },
      { title: "Actor", description: "Who did it, by what credential, from where." },
    ),
    target: Type.Object(
      {
        kind: oneOf(auditTargets, { description: "What the target is." }),
        id: Type.String({ description: "The target's id; of a role its name." }),
      },
      { description: "What it was done to." },
    ),
    details: jsonObject("What changed. Never a secret or a digest."),
    request_id: nullable(Type.String(), "The request that it was part of; null: none."),
    previous_hash: Type.String({ description: `The hash of the event before; zeros for the first. ${hash}` }),
    hash: Type.String({
      description: `Of the canonical JSON (RFC 8785) of this event without \`hash\`. ${hash}`,
    }),
  },
  { title: "AuditEvent", description: "A change or a reveal, in the organization's hash chain." },
)

export type AuditPage = Static<typeof AuditPage>
export const AuditPage = Type.Object(
  { items: list(AuditEvent, { description: "Events, in the order asked for." }), next_cursor: nextCursor },
  { title: "AuditPage" },
)

export const listAuditEvents = route({
  operationId: "listAuditEvents",
  method: "GET",
  path: "/v1/audit",
  tag: "Audit",
  summary: "Read the audit trail",
  permission: "audit.read",
  query: input({
    action: Type.Optional(oneOf(auditActions, { description: "Only events of this action." })),
    target_id: Type.Optional(idInput("Only what was done to this.")),
    from: Type.Optional(timestamp("Only events at this instant or later.")),
    before: Type.Optional(timestamp("Only events before this instant.")),
    order: Type.Optional(
      oneOf(["newest", "oldest"], { description: "Which events come first.", default: "newest" }),
    ),
    ...pageQuery,
  }),
  answers: { 200: { description: "A page of events.", schema: AuditPage } },
  problems: [],
})
