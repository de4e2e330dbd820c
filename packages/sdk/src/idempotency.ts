import { idempotencyKeyHeader, type Route, takesIdempotencyKey } from "@keyward/contract"
import type { AnyInput } from "./request.ts"

/** The header that makes a creating call one that can be repeated. */
export function keyedBy(key: string | undefined): { readonly [idempotencyKeyHeader]?: string } {
  return key === undefined ? {} : { [idempotencyKeyHeader]: key }
}

/** The call with an idempotency key of its own, where the route takes one and the call has none. */
export function withIdempotencyKey(route: Route, input: AnyInput): AnyInput {
  if (!takesIdempotencyKey(route) || input.headers?.[idempotencyKeyHeader] !== undefined) return input
  return { ...input, headers: { ...input.headers, ...keyedBy(randomKey()) } }
}

/** 128 random bits in hexadecimal. Browsers have `randomUUID` on pages with TLS alone, and this everywhere. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}
