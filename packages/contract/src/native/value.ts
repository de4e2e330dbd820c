import { type Static, type TString, type TUnsafe, Type } from "typebox"
import { bounds } from "../bounds.ts"
import type { JsonObject } from "../json.ts"
import { idempotencyKeyHeader } from "../route.ts"
import { input, list, nullable, oneOf } from "../schema.ts"

/** An id in an answer: a UUID. */
export function id(description: string): TString {
  return Type.String({ description })
}

/** An id that a caller sends. Any text: one that is no id of ours names nothing, which is 404 and not 422. */
export function idInput(description: string): TString {
  return Type.String({ description, minLength: 1, maxLength: bounds.idLength })
}

/** The integer that stands beside an id. */
export function alias(of: string): ReturnType<typeof Type.Integer> {
  return Type.Integer({
    description: `An integer that names the ${of} as its id does, for systems that need integers. Never given twice.`,
    minimum: 1,
  })
}

/** RFC 3339 with an offset, `Z` or `+01:00`. Read to the millisecond, printed in UTC. */
export function timestamp(description: string): TString {
  return Type.String({ description, format: "date-time", maxLength: bounds.timestampLength })
}

/** ISO 8601: `PT1H`, `P7D`, `P1DT12H30M`, `P2W`. No months or years, which do not always last as long. */
export function duration(description: string): TString {
  return Type.String({ description, format: "duration", maxLength: bounds.durationLength })
}

export function name(description: string): TString {
  return Type.String({ description, minLength: 1, maxLength: bounds.nameLength })
}

export function description(of: string): TString {
  return Type.String({ description: of, maxLength: bounds.descriptionLength })
}

export function revision(of: string): ReturnType<typeof Type.Integer> {
  return Type.Integer({
    description: `Grows by one with each change of the ${of}; its ETag is this number in double quotes.`,
    minimum: 1,
  })
}

/** Grants and denials, as the permission grammar writes them. */
export function grants(description: string): TUnsafe<readonly string[]> {
  return list(
    Type.String({
      description:
        "A permission of the keyspace's catalog, all below a name (`invoices.*`), everything (`*`), one of these bound to a resource (`invoices.read:inv_42`), or a denial of one (`!invoices.delete`), which beats every grant.",
      minLength: 1,
      maxLength: bounds.permissionLength,
    }),
    { description, maxItems: bounds.key.permissions },
  )
}

export function permissionQuery(description: string): TString {
  return Type.String({
    description: `${description} Permissions joined by \`and\`, \`or\` and parentheses: \`invoices.read and (invoices.write:inv_42 or admin.invoices)\`.`,
    minLength: 1,
    maxLength: bounds.permissionQueryLength,
  })
}

export const ownerKinds = ["user", "service_account", "organization", "external"] as const

export function ownerKind(description: string): TUnsafe<(typeof ownerKinds)[number]> {
  return oneOf(ownerKinds, { description })
}

export function ownerId(description: string): TString {
  return Type.String({ description, minLength: 1, maxLength: bounds.ownerIdLength })
}

const ownerMembers = {
  kind: ownerKind(
    "What the owner is. `external`: an id of your own, compared exactly and never interpreted.",
  ),
  id: ownerId("The owner's id."),
}
export type Owner = Static<typeof Owner>
export const Owner = Type.Object(ownerMembers, { title: "Owner", description: "Whom the key acts for." })
export type OwnerInput = Static<typeof OwnerInput>
export const OwnerInput = input(ownerMembers, {
  title: "OwnerInput",
  description: "Whom the key acts for; always given whole.",
})

const limitNumbers = {
  count: Type.Integer({
    description: "How many units fit into the window, on average and as a burst.",
    minimum: 1,
    maximum: bounds.limit.count,
  }),
  window_seconds: Type.Integer({
    description: "The window, in seconds.",
    minimum: 1,
    maximum: bounds.limit.windowSeconds,
  }),
}
const limitMembers = {
  name: Type.String({
    description:
      "Names the limit in answers; a key's limit takes the place of its keyspace's of the same name.",
    pattern: `^[a-z0-9_-]{1,${bounds.limit.nameLength}}$`,
  }),
  ...limitNumbers,
}
export type Limit = Static<typeof Limit>
export const Limit = Type.Object(limitMembers, { title: "Limit", description: "A limit on verifications." })
export type LimitInput = Static<typeof LimitInput>
export const LimitInput = input(limitMembers, {
  title: "LimitInput",
  description: "A limit on verifications.",
})

const scheduleMembers = {
  every_seconds: Type.Integer({
    description: "How long after the current secret was made the next rotation is due, in seconds.",
    minimum: bounds.rotation.minimumSeconds,
    maximum: bounds.rotation.maximumSeconds,
  }),
  overlap_seconds: Type.Integer({
    description: "How long the secret before lives on then, in seconds; less than `every_seconds`.",
    minimum: 0,
    maximum: bounds.overlap.seconds,
  }),
}
export type RotationSchedule = Static<typeof RotationSchedule>
export const RotationSchedule = Type.Object(scheduleMembers, {
  title: "RotationSchedule",
  description: "How often a key is to get a new secret.",
})
export type RotationScheduleInput = Static<typeof RotationScheduleInput>
export const RotationScheduleInput = input(scheduleMembers, {
  title: "RotationScheduleInput",
  description: "How often a key is to get a new secret; always given whole.",
})

export const limitScopes = ["key", "owner", "keyspace"] as const
const per = {
  description:
    "Who consumes it together: nobody but the key, all keys of its owner in the keyspace, or all keys of the keyspace.",
}
export type KeyspaceLimit = Static<typeof KeyspaceLimit>
export const KeyspaceLimit = Type.Object(
  {
    ...limitMembers,
    per: oneOf(limitScopes, per),
    overrides: list(Type.Object({ owner: Owner, ...limitNumbers }), {
      description: "Other numbers for the keys of some owners.",
    }),
  },
  { title: "KeyspaceLimit", description: "A limit on verifications of a keyspace's keys." },
)
export type KeyspaceLimitInput = Static<typeof KeyspaceLimitInput>
export const KeyspaceLimitInput = input(
  {
    ...limitMembers,
    per: Type.Optional(oneOf(limitScopes, { ...per, default: "key" })),
    overrides: Type.Optional(
      list(input({ owner: OwnerInput, ...limitNumbers }), {
        description:
          "Other numbers for the keys of some owners, each owner once; not with `keyspace`. Default: none.",
        maxItems: bounds.limit.overrides,
      }),
    ),
  },
  { title: "KeyspaceLimitInput", description: "A limit on verifications of a keyspace's keys." },
)

/** Any JSON object. How large and how deep it may be, a schema cannot say: the server checks `bounds.metadata`. */
export function metadata(description: string): TUnsafe<JsonObject> {
  const { bytes, depth } = bounds.metadata
  return Type.Unsafe({
    type: "object",
    additionalProperties: true,
    description: `${description} At most ${bytes} bytes as JSON without white space, and ${depth} levels of objects and lists.`,
  })
}

/** Any JSON object, in an answer. */
export function jsonObject(description: string): TUnsafe<JsonObject> {
  return Type.Unsafe({ type: "object", additionalProperties: true, description })
}

export const nextCursor = nullable(
  Type.String(),
  "What to pass as `cursor` for the next page; null: there is none. A page can be shorter than asked for, even empty, and still have a next one.",
)

/** The members of a query that asks for one page of a list. */
export const pageQuery = {
  limit: Type.Optional(
    Type.Integer({
      description: "Most items of a page.",
      minimum: 1,
      maximum: bounds.page.maximum,
      default: bounds.page.default,
    }),
  ),
  cursor: Type.Optional(
    Type.String({
      description:
        "The `next_cursor` of the page before, together with the same filter; absent: the first page.",
      minLength: 1,
      maxLength: bounds.cursorLength,
    }),
  ),
}

/** The condition under which a change is made. */
export const IfMatch = Type.Object({
  "If-Match": Type.Optional(
    Type.String({
      description:
        "The ETag of the revision that is to be changed; with any other revision nothing is changed and the answer is 412. Absent or `*`: whichever there is.",
      maxLength: 256,
    }),
  ),
})

/** With what a creating call can be repeated (draft-ietf-httpapi-idempotency-key-header). */
export const IdempotencyKey = Type.Object({
  [idempotencyKeyHeader]: Type.Optional(
    Type.String({
      description:
        "Your own name for what you intend, such as a new UUID: visible ASCII characters, taken as they stand. For 24 hours the same credential's call with the same key and request is answered as the first one was, secrets included, and creates nothing more; with another request it is 409. A call that was refused is not kept. Absent: a call that is repeated creates again.",
      pattern: `^[!-~]{1,${bounds.idempotencyKeyLength}}$`,
    }),
  ),
})

/** The headers of an answer that carries an object with revisions. */
export const etag = {
  ETag: Type.String({ description: "The revision of the object, for If-Match." }),
}

export const mergePatchTypes = ["application/merge-patch+json", "application/json"] as const
