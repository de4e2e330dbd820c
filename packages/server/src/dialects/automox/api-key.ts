import { type ApiKey, ApiKeyChange, NewApiKey } from "@keyward/contract/automox"
import { type Instant, type Key, printTimestamp } from "@keyward/core"
import type { Conformance } from "../dialect.ts"
import { parseExpiry } from "./expiry.ts"
import { isNothing } from "./json-body.ts"
import { texts } from "./mapping.ts"
import { invalidMember, Refusal } from "./refusal.ts"
import { checkOf } from "./validation.ts"

/** A key as the vendor prints it: never its secret. */
export function printApiKey(key: Key, user: ApiKey["user"], conformance: Conformance): ApiKey {
  const neverExpires = conformance === "observed" ? { expires_at: null } : {}
  return {
    id: key.alias,
    name: key.name,
    is_enabled: isEnabled(key),
    ...(key.expiresAt === null ? neverExpires : { expires_at: printInstant(key.expiresAt) }),
    created_at: printInstant(key.createdAt),
    user,
  }
}

/** The vendor does not know revocation; to its clients such a key is one that is switched off. */
export function isEnabled({ disabledAt, revokedAt }: Key): boolean {
  return disabledAt === null && revokedAt === null
}

const checkNewApiKey = checkOf(NewApiKey)
const checkApiKeyChange = checkOf(ApiKeyChange)

/**
 * What key is asked for.
 * @param body as `readJsonBody` has it
 * @returns null when nothing is said: no body, or an empty object
 * @throws Refusal 400
 */
export function readNewApiKey(
  body: unknown,
): { readonly name: string; readonly expiresAt: Instant | null } | null {
  if (isNothing(body)) return null
  const { name, expires_at: expiry = null } = checkNewApiKey(withTrimmedName(body))
  if (name === undefined) throw new Refusal(400, texts.nameRequired)
  const expiresAt = expiry === null ? null : parseExpiry(expiry)
  if (expiry !== null && expiresAt === null) throw invalidMember("expires_at")
  return { name, expiresAt }
}

/**
 * Whether the key shall be enabled.
 * @returns null when nothing is said
 * @throws Refusal 400
 */
export function readIsEnabled(body: unknown): boolean | null {
  if (isNothing(body)) return null
  const { is_enabled: asked } = checkApiKeyChange(body)
  if (asked === undefined) throw new Refusal(400, texts.isEnabledRequired)
  return ["true", "1"].includes(String(asked).toLowerCase())
}

function withTrimmedName(body: unknown): unknown {
  if (typeof body !== "object" || body === null || !("name" in body)) return body
  return typeof body.name === "string" ? { ...body, name: body.name.trim() } : body
}

/** `2026-04-20T15:46:56+0000`: UTC, no fraction, no colon in the offset. */
function printInstant(instant: Instant): string {
  return printTimestamp(instant).replace(/\.\d+Z$/, "+0000")
}
