import { type Static, Type } from "typebox"
import { bounds } from "../bounds.ts"
import { input, list, nullable, oneOf, secretMark } from "../schema.ts"
import { Credits, CreditsPatch, NewCredits } from "./credits.ts"
import {
  alias,
  grants,
  id,
  idInput,
  jsonObject,
  Limit,
  LimitInput,
  metadata,
  name,
  nextCursor,
  Owner,
  OwnerInput,
  RotationSchedule,
  RotationScheduleInput,
  revision,
  timestamp,
} from "./value.ts"

export const keyStates = ["active", "not_yet_valid", "disabled", "expired", "revoked"] as const
export const revocationReasons = [
  "unspecified",
  "compromised",
  "superseded",
  "owner_left",
  "policy_violation",
  "privilege_withdrawn",
] as const

export type Revocation = Static<typeof Revocation>
export const Revocation = Type.Object(
  {
    reason: oneOf(revocationReasons, { description: "Why the key was revoked." }),
    note: nullable(Type.String(), "What the person who revoked it had to add; null: nothing."),
  },
  { title: "Revocation", description: "Why a key was revoked." },
)

export type Secret = Static<typeof Secret>
export const Secret = Type.Object(
  {
    version: Type.Integer({ description: "1 for the first secret of the key, then 2, 3 …", minimum: 1 }),
    hint: Type.Object(
      {
        start: Type.String({ description: "How the text starts." }),
        end: Type.String({ description: "How the text ends." }),
      },
      { description: "What may be shown of the text, so that a person recognises it." },
    ),
    created_at: timestamp("When it was made."),
    expires_at: nullable(timestamp("When this version stops working; null: with the key.")),
    last_used_at: nullable(timestamp("Its last accepted verification, to within seconds; null: none yet.")),
    last_used_from: nullable(
      Type.String(),
      "The client's address at that verification, as whoever verified it named it; null: none yet, or not known.",
    ),
  },
  {
    title: "Secret",
    description: "A version of what the holder of a key presents, without the text itself.",
  },
)

const keyMembers = {
  id: id("The key's id. It never changes."),
  alias: alias("key"),
  organization_id: id("The organization that it belongs to."),
  keyspace_id: id("The keyspace that it belongs to."),
  owner: Owner,
  name: name("Its name; unique among its owner's keys only where the keyspace's policy says so."),
  permissions: grants("What the key itself is granted and denied."),
  roles: list(Type.String(), {
    description: "Names of roles of the keyspace, whose permissions the key has too.",
  }),
  tags: list(Type.String(), { description: "Words to find it by." }),
  metadata: jsonObject("What you keep with the key. Keyward never interprets it."),
  limits: list(Limit, { description: "The key's own limits, beside its keyspace's." }),
  credits: nullable(Credits, "What it has to spend; null: its use is not counted."),
  allowed_addresses: list(Type.String(), {
    description: "Client addresses and CIDR ranges that may use the key; empty: any.",
  }),
  allowed_origins: list(Type.String(), { description: "Origins that may use the key; empty: any." }),
  not_before: nullable(timestamp("From when the key is valid; null: from the start.")),
  expires_at: nullable(timestamp("From when the key is expired; null: never.")),
  rotation: nullable(RotationSchedule, "How often it is to get a new secret; null: nobody said so."),
  rotation_due_at: nullable(timestamp("When it is to get the next one; null: nobody said so.")),
  enabled: Type.Boolean({ description: "Whether the key is enabled." }),
  disabled_at: nullable(timestamp("When it was disabled; null: it is enabled.")),
  state: oneOf(keyStates, { description: "What the key is now, revocation before everything else." }),
  delete_protected: Type.Boolean({
    description: "Whether it cannot be deleted until this is taken off, or it is revoked.",
  }),
  deleted_at: nullable(timestamp("When it was deleted; null: it is not.")),
  revoked_at: nullable(timestamp("When it was revoked; null: it is not.")),
  revocation: nullable(Revocation, "Why it was revoked; null: it is not."),
  created_at: timestamp("When it was created."),
  updated_at: timestamp("When it last changed."),
  last_used_at: nullable(timestamp("Its last accepted verification, to within seconds; null: none yet.")),
  revision: revision("key"),
  secrets: list(Secret, {
    description: `Its secrets, oldest first. Those that ended stay for ${bounds.restorableDays} days, and after each rotation no more than the last 20 of them.`,
  }),
}

export type Key = Static<typeof Key>
export const Key = Type.Object(keyMembers, {
  title: "Key",
  description: "Identity and policy; what its holder presents is a secret.",
})

const secretText = Type.String({
  description: "The text to hand to the holder.",
  [secretMark]: true,
})

export type CreatedKey = Static<typeof CreatedKey>
export const CreatedKey = Type.Object(
  {
    ...keyMembers,
    secret: nullable(
      secretText,
      "The text to hand to the holder; null: they made it themselves, and sent its SHA-256.",
    ),
  },
  {
    title: "CreatedKey",
    description: "The key with its new secret, which is shown this once (or again by an audited reveal).",
  },
)

/** How a caller gives a key a secret that never crosses the wire. */
export const blindSecret = {
  secret_sha256: Type.Optional(
    Type.String({
      description:
        "The SHA-256, in hexadecimal, of the full text of a secret that you made yourself in the keyspace's format; then the answer has none. Not in a recoverable keyspace. Absent: a secret is made here.",
      pattern: "^[0-9a-fA-F]{64}$",
    }),
  ),
  secret_hint: Type.Optional(
    input(
      {
        start: Type.String({ description: "How the text starts.", maxLength: bounds.hint.start }),
        end: Type.String({ description: "How the text ends.", maxLength: bounds.hint.end }),
      },
      {
        title: "SecretHintInput",
        description:
          "What may be shown of the text that you made: no more than of one that is made here. Goes with `secret_sha256`. Default: nothing.",
      },
    ),
  ),
}

/** Tags of keys, as a caller writes them. */
export function tags(description: string) {
  return list(Type.String({ minLength: 1, maxLength: bounds.tagLength }), {
    description,
    maxItems: bounds.key.tags,
  })
}

/** What a key's policy is made of, as a caller writes it. */
const policy = {
  owner: OwnerInput,
  permissions: grants("What the key is granted and denied, from the keyspace's catalog."),
  roles: list(Type.String({ minLength: 1, maxLength: bounds.nameLength }), {
    description: "Names of roles of the keyspace.",
    maxItems: bounds.key.roles,
  }),
  tags: tags("Words to find it by."),
  metadata: metadata("What you keep with the key. Keyward never interprets it; no secrets, please."),
  limits: list(LimitInput, {
    description: "The key's own limits; one of the same name takes the place of its keyspace's.",
    maxItems: bounds.key.limits,
  }),
  allowed_addresses: list(Type.String({ minLength: 1, maxLength: bounds.addressLength }), {
    description: "Client addresses and CIDR ranges that may use the key; empty: any.",
    maxItems: bounds.key.addresses,
  }),
  allowed_origins: list(Type.String({ minLength: 1, maxLength: bounds.originLength }), {
    description:
      "Origins that may use the key (`https://app.example.com`, `https://*.example.com`); empty: any.",
    maxItems: bounds.key.origins,
  }),
  not_before: nullable(timestamp("From when the key is valid; null: from the start.")),
  expires_at: nullable(timestamp("From when the key is expired, in the future; null: never.")),
  rotation: nullable(
    RotationScheduleInput,
    "How often it is to get a new secret. Where secrets can be read again, it gets one by itself; elsewhere the audit trail tells when one is due. null: no schedule.",
  ),
  enabled: Type.Boolean({ description: "Whether the key is enabled." }),
  delete_protected: Type.Boolean({
    description:
      "Whether the key cannot be deleted until this is taken off, or it is revoked. Default: false.",
  }),
}

export type NewKey = Static<typeof NewKey>
export const NewKey = input(
  {
    keyspace_id: idInput("The keyspace that it is to belong to."),
    name: name("Its name; unique among its owner's keys only where the keyspace's policy says so."),
    owner: Type.Optional(policy.owner),
    permissions: Type.Optional(policy.permissions),
    roles: Type.Optional(policy.roles),
    tags: Type.Optional(policy.tags),
    metadata: Type.Optional(policy.metadata),
    limits: Type.Optional(policy.limits),
    credits: Type.Optional(nullable(NewCredits, "What it has to spend; null: its use is not counted.")),
    allowed_addresses: Type.Optional(policy.allowed_addresses),
    allowed_origins: Type.Optional(policy.allowed_origins),
    not_before: Type.Optional(policy.not_before),
    expires_at: Type.Optional(policy.expires_at),
    rotation: Type.Optional(policy.rotation),
    enabled: Type.Optional(policy.enabled),
    delete_protected: Type.Optional(policy.delete_protected),
    ...blindSecret,
  },
  {
    title: "NewKey",
    description:
      "A key to be created. Defaults: the organization as owner, enabled, valid at once, never expiring, everything else empty.",
  },
)

export type KeyPatch = Static<typeof KeyPatch>
export const KeyPatch = input(
  {
    name: Type.Optional(
      name("Its name; unique among its owner's keys only where the keyspace's policy says so."),
    ),
    owner: Type.Optional(policy.owner),
    permissions: Type.Optional(nullable(policy.permissions)),
    roles: Type.Optional(nullable(policy.roles)),
    tags: Type.Optional(nullable(policy.tags)),
    metadata: Type.Optional(nullable(policy.metadata)),
    limits: Type.Optional(nullable(policy.limits)),
    credits: Type.Optional(
      nullable(CreditsPatch, "What it has to spend, merged member by member; null: its use is not counted."),
    ),
    allowed_addresses: Type.Optional(nullable(policy.allowed_addresses)),
    allowed_origins: Type.Optional(nullable(policy.allowed_origins)),
    not_before: Type.Optional(policy.not_before),
    expires_at: Type.Optional(policy.expires_at),
    rotation: Type.Optional(policy.rotation),
    enabled: Type.Optional(policy.enabled),
    delete_protected: Type.Optional(policy.delete_protected),
  },
  {
    title: "KeyPatch",
    description:
      "A JSON Merge Patch (RFC 7396): an absent member stays, null clears, a list is replaced whole, and metadata and credits are merged member by member.",
  },
)

export type KeyPage = Static<typeof KeyPage>
export const KeyPage = Type.Object(
  {
    items: list(Key, { description: "Keys, in the order that the filter implies." }),
    next_cursor: nextCursor,
  },
  { title: "KeyPage" },
)

export type RestorationInput = Static<typeof RestorationInput>
export const RestorationInput = input(
  { owner: Type.Optional(OwnerInput) },
  {
    title: "RestorationInput",
    description:
      "Whom the key is given to with that, as by a change of its owner; absent: whose it was, unless that owner was removed.",
  },
)

export type RevocationInput = Static<typeof RevocationInput>
export const RevocationInput = input(
  {
    reason: Type.Optional(
      oneOf(revocationReasons, { description: "Why the key is revoked.", default: "unspecified" }),
    ),
    note: Type.Optional(
      nullable(Type.String({ maxLength: bounds.noteLength }), "What else there is to say; null: nothing."),
    ),
  },
  { title: "RevocationInput" },
)

export type RevealInput = Static<typeof RevealInput>
export const RevealInput = input(
  {
    reason: Type.String({
      description: "Why the secret has to be read; kept in the audit trail.",
      minLength: 1,
      maxLength: bounds.noteLength,
    }),
  },
  { title: "RevealInput" },
)

export type RevealedSecret = Static<typeof RevealedSecret>
export const RevealedSecret = Type.Object(
  { key_id: id("The key's id."), secret: secretText },
  { title: "RevealedSecret" },
)
