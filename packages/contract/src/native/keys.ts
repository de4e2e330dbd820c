import { type Static, Type } from "typebox"
import { bounds } from "../bounds.ts"
import { route } from "../route.ts"
import { input, list, oneOf } from "../schema.ts"
import {
  CreatedKey,
  Key,
  KeyPage,
  KeyPatch,
  keyStates,
  NewKey,
  RestorationInput,
  RevealedSecret,
  RevealInput,
  RevocationInput,
} from "./key.ts"
import { outcomes } from "./outcome.ts"
import {
  etag,
  IdempotencyKey,
  IfMatch,
  id,
  idInput,
  mergePatchTypes,
  name,
  ownerId,
  ownerKind,
  pageQuery,
  timestamp,
} from "./value.ts"

const params = Type.Object({ key_id: idInput("The key's id.") })

/** What of a key is asked for where keys are chosen: in a list, and for a task. Beside these there is the owner. */
export const keyFilter = {
  keyspace_id: Type.Optional(idInput("Only keys of this keyspace.")),
  state: Type.Optional(oneOf(keyStates, { description: "Only keys in this state now." })),
  tag: Type.Optional(
    Type.String({
      description: "Only keys with this tag, compared exactly.",
      minLength: 1,
      maxLength: bounds.tagLength,
    }),
  ),
  name_prefix: Type.Optional(name("Only keys whose name starts so, case included.")),
  expires_from: Type.Optional(timestamp("Only keys that expire at this instant or later.")),
  expires_before: Type.Optional(timestamp("Only keys that expire before this instant.")),
  last_used_from: Type.Optional(timestamp("Only keys last used at this instant or later.")),
  last_used_before: Type.Optional(
    timestamp("Only keys last used before this instant; never keys that were not used at all."),
  ),
}

const deleted = Type.Optional(
  Type.Boolean({
    description: `true: only what was deleted in the last ${bounds.restorableDays} days, and can be restored. Default: only what is not deleted.`,
  }),
)

export const createKey = route({
  operationId: "createKey",
  method: "POST",
  path: "/v1/keys",
  tag: "Keys",
  summary: "Create a key",
  description: "The answer has the secret, which is shown this once.",
  permission: "keys.write",
  headers: IdempotencyKey,
  body: NewKey,
  answers: { 201: { description: "The new key with its secret.", schema: CreatedKey, headers: etag } },
  problems: ["not_found", "already_exists", "grant_exceeds_caller", "too_many_keys"],
})

export const listKeys = route({
  operationId: "listKeys",
  method: "GET",
  path: "/v1/keys",
  tag: "Keys",
  summary: "List keys",
  description:
    "The newest first; with `name_prefix` by name, with a range of instants by what it ranges over, ascending; deleted ones the last deleted first, whatever else is asked for. A caller whose permission is bound to a keyspace names that keyspace.",
  permission: "keys.read",
  query: input({
    ...keyFilter,
    owner_kind: Type.Optional(ownerKind("Only keys of this owner; goes with `owner_id`.")),
    owner_id: Type.Optional(ownerId("Only keys of this owner; goes with `owner_kind`.")),
    deleted,
    ...pageQuery,
  }),
  answers: { 200: { description: "A page of keys.", schema: KeyPage } },
  problems: [],
})

export const readKey = route({
  operationId: "readKey",
  method: "GET",
  path: "/v1/keys/{key_id}",
  tag: "Keys",
  summary: "Read a key",
  permission: "keys.read",
  params,
  query: input({ deleted }),
  answers: { 200: { description: "The key, without its secret.", schema: Key, headers: etag } },
  problems: ["not_found"],
})

export const updateKey = route({
  operationId: "updateKey",
  method: "PATCH",
  path: "/v1/keys/{key_id}",
  tag: "Keys",
  summary: "Change a key",
  description: "When the answer arrives, the node that gave it already decides by the change.",
  permission: "keys.write",
  params,
  headers: IfMatch,
  body: KeyPatch,
  bodyTypes: mergePatchTypes,
  answers: { 200: { description: "The changed key.", schema: Key, headers: etag } },
  problems: [
    "not_found",
    "already_exists",
    "key_revoked",
    "grant_exceeds_caller",
    "too_many_keys",
    "revision_conflict",
  ],
})

export const deleteKey = route({
  operationId: "deleteKey",
  method: "DELETE",
  path: "/v1/keys/{key_id}",
  tag: "Keys",
  summary: "Delete a key",
  description: `From now on the key is unknown to everyone. For ${bounds.restorableDays} days it can be restored; then it is purged, and its audit events stay.`,
  permission: "keys.write",
  params,
  headers: IfMatch,
  answers: { 204: { description: "The key is deleted.", schema: null } },
  problems: ["not_found", "delete_protected", "grant_exceeds_caller", "revision_conflict"],
})

export const restoreKey = route({
  operationId: "restoreKey",
  method: "POST",
  path: "/v1/keys/{key_id}/restore",
  tag: "Keys",
  summary: "Restore a deleted key",
  description: `Within ${bounds.restorableDays} days after it was deleted the key can be as it was, its secrets included. It comes to its keyspace as a new one does, which the policy may refuse. Where its owner was removed, another is named.`,
  permission: "keys.write",
  params,
  headers: IfMatch,
  body: RestorationInput,
  bodyOptional: true,
  answers: { 200: { description: "The key.", schema: Key, headers: etag } },
  problems: ["not_found", "already_exists", "grant_exceeds_caller", "too_many_keys", "revision_conflict"],
})

export const revokeKey = route({
  operationId: "revokeKey",
  method: "POST",
  path: "/v1/keys/{key_id}/revoke",
  tag: "Keys",
  summary: "Revoke a key",
  description: "Ends the key for good. Repeating it changes nothing: the first instant and reason stand.",
  permission: "keys.write",
  params,
  body: RevocationInput,
  answers: { 200: { description: "The revoked key.", schema: Key, headers: etag } },
  problems: ["not_found", "grant_exceeds_caller"],
})

export const revealKey = route({
  operationId: "revealKey",
  method: "POST",
  path: "/v1/keys/{key_id}/reveal",
  tag: "Keys",
  summary: "Read the secret of a recoverable key again",
  description: "The reading is in the audit trail before the answer is given.",
  permission: "keys.reveal",
  params,
  body: RevealInput,
  answers: { 200: { description: "The secret.", schema: RevealedSecret } },
  problems: ["not_found", "not_recoverable", "grant_exceeds_caller"],
})

const { defaultHours, maximumHours } = bounds.usage

export type Usage = Static<typeof Usage>
export const Usage = Type.Object(
  {
    key_id: id("The key's id."),
    from: timestamp("The start of the span that is told of."),
    to: timestamp("Its end, which is not part of it."),
    items: list(
      Type.Object({
        hour: timestamp("The start of the hour, UTC."),
        outcome: oneOf(outcomes, { description: "What the verifications came to." }),
        count: Type.Integer({ description: "How many there were.", minimum: 0 }),
      }),
      { description: "Hours ascending, then by outcome; what did not occur is left out." },
    ),
  },
  { title: "Usage", description: "How often a key was verified, by hour and outcome." },
)

export const readKeyUsage = route({
  operationId: "readKeyUsage",
  method: "GET",
  path: "/v1/keys/{key_id}/usage",
  tag: "Keys",
  summary: "Read how often a key was verified",
  description: "Counts reach the store every few seconds, so the current hour lags behind by as much.",
  permission: "keys.read",
  params,
  query: input({
    from: Type.Optional(
      timestamp(
        `Hours that start at this instant or later; default: ${defaultHours} hours before \`to\`, at most ${maximumHours}.`,
      ),
    ),
    to: Type.Optional(timestamp("Hours that start before this instant; default: now.")),
  }),
  answers: { 200: { description: "The counts.", schema: Usage } },
  problems: ["not_found"],
})
