import { type Static, Type } from "typebox"
import { bounds } from "../bounds.ts"
import { route } from "../route.ts"
import { input } from "../schema.ts"
import { blindSecret, CreatedKey, Key } from "./key.ts"
import { duration, etag, IdempotencyKey, IfMatch, idInput } from "./value.ts"

const params = Type.Object({ key_id: idInput("The key's id.") })

const days = bounds.overlap.seconds / (24 * 60 * 60)

export type RotationInput = Static<typeof RotationInput>
export const RotationInput = input(
  {
    overlap: Type.Optional(
      duration(
        `How long the secret so far lives on: \`PT0S\` not at all, at most \`P${days}D\`. Never longer than the key does. Default: \`PT1H\`.`,
      ),
    ),
    ...blindSecret,
  },
  { title: "RotationInput" },
)

export type ExtensionInput = Static<typeof ExtensionInput>
export const ExtensionInput = input(
  {
    overlap: duration(
      `How long the secret before lives on from now, at most \`P${days}D\`: longer than it would, and never longer than the key does.`,
    ),
  },
  { title: "ExtensionInput" },
)

export const rotateKey = route({
  operationId: "rotateKey",
  method: "POST",
  path: "/v1/keys/{key_id}/rotate",
  tag: "Keys",
  summary: "Give a key a new secret",
  description:
    "The answer has the new secret, which is shown this once. The secret so far lives on for the overlap; all else of the key goes on as it is: its id, limits, usage and audit trail. One rotation at a time.",
  permission: "keys.write",
  params,
  headers: Type.Object({ ...IfMatch.properties, ...IdempotencyKey.properties }),
  body: RotationInput,
  answers: { 200: { description: "The key with its new secret.", schema: CreatedKey, headers: etag } },
  problems: [
    "not_found",
    "already_exists",
    "key_revoked",
    "rotation_under_way",
    "grant_exceeds_caller",
    "revision_conflict",
  ],
})

/** What every change of a rotation that is under way has in common. */
const underWay = {
  method: "POST",
  tag: "Keys",
  permission: "keys.write",
  params,
  headers: IfMatch,
  answers: { 200: { description: "The key with its secrets as they are now.", schema: Key, headers: etag } },
  problems: ["not_found", "key_revoked", "no_rotation", "grant_exceeds_caller", "revision_conflict"],
} as const

export const finishRotation = route({
  ...underWay,
  operationId: "finishRotation",
  path: "/v1/keys/{key_id}/rotation/finish",
  summary: "Finish a rotation early",
  description: "The secret before ends at once.",
})

export const cancelRotation = route({
  ...underWay,
  operationId: "cancelRotation",
  path: "/v1/keys/{key_id}/rotation/cancel",
  summary: "Cancel a rotation",
  description: "The new secret ends at once, and the one before lives on as it did before the rotation.",
})

export const extendRotation = route({
  ...underWay,
  operationId: "extendRotation",
  path: "/v1/keys/{key_id}/rotation/extend",
  summary: "Extend a rotation",
  description: "The secret before lives on for longer.",
  body: ExtensionInput,
})
