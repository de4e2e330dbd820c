import type { Key, KeyPatch, LimitInput, OwnerInput, RotationScheduleInput } from "@keyward/contract"
import { systemClock } from "@keyward/core"
import { type Command, Option } from "commander"
import { given } from "../given.ts"
import { asIs, instantIn, limitOf, metadataOf, ownerOf, repeated, scheduleOf } from "./option-text.ts"

/** What of a key `keys create` and `keys update` take alike. */
export interface KeyPolicyOptions {
  readonly owner?: OwnerInput
  readonly permission?: readonly string[]
  readonly role?: readonly string[]
  readonly tag?: readonly string[]
  readonly metadata?: Key["metadata"]
  readonly limit?: readonly LimitInput[]
  readonly allowedAddress?: readonly string[]
  readonly allowedOrigin?: readonly string[]
  readonly notBefore?: string
  readonly expiresAt?: string
  readonly expiresIn?: string
  readonly rotateEvery?: RotationScheduleInput
}

export function addKeyPolicyOptions(command: Command): Command {
  return command
    .option("--owner <kind:id>", "whom it acts for: user, service_account, organization or external", ownerOf)
    .option(
      "--permission <grant>",
      "what it is granted, or denied with a leading ! (repeatable)",
      repeated(asIs),
    )
    .option("--role <name>", "a role of the keyspace (repeatable)", repeated(asIs))
    .option("--tag <tag>", "a word to find it by (repeatable)", repeated(asIs))
    .option("--metadata <json>", "a JSON object to keep with it; no secrets, please", metadataOf)
    .option(
      "--limit <name=count/seconds>",
      "a limit of its own: requests=100/60 (repeatable)",
      repeated(limitOf),
    )
    .option(
      "--allowed-address <range>",
      "client address or CIDR range that may use it (repeatable)",
      repeated(asIs),
    )
    .option("--allowed-origin <origin>", "origin that may use it (repeatable)", repeated(asIs))
    .option("--not-before <timestamp>", "from when it is valid: RFC 3339 with an offset")
    .option("--expires-at <timestamp>", "from when it is expired: RFC 3339 with an offset")
    .addOption(
      new Option("--expires-in <time>", "the same from now: a number and one of s, m, h, d, w (30d)")
        .conflicts("expiresAt")
        .argParser((text: string) => instantIn(text, systemClock.now())),
    )
    .option(
      "--rotate-every <every/overlap>",
      "how often it is to get a new secret, and how long the one before lives on then: 90d/12h",
      scheduleOf,
    )
}

/** The members of a key that the options give. */
export function policyOf(options: KeyPolicyOptions) {
  return given({
    owner: options.owner,
    permissions: options.permission,
    roles: options.role,
    tags: options.tag,
    metadata: options.metadata,
    limits: options.limit,
    allowed_addresses: options.allowedAddress,
    allowed_origins: options.allowedOrigin,
    not_before: options.notBefore,
    expires_at: options.expiresAt ?? options.expiresIn,
    rotation: options.rotateEvery,
  })
}

/** What `keys update --clear` takes. */
export const clearable = {
  permission: "permissions",
  role: "roles",
  tag: "tags",
  metadata: "metadata",
  limit: "limits",
  credits: "credits",
  "allowed-address": "allowed_addresses",
  "allowed-origin": "allowed_origins",
  "not-before": "not_before",
  "expires-at": "expires_at",
  "rotate-every": "rotation",
} as const satisfies Readonly<Record<string, keyof KeyPatch>>
