import type { Entropy } from "./entropy.ts"
import type { Instant } from "./time.ts"

/** A UUID version 7 (RFC 9562 §5.7): the first 48 bits are the millisecond, the rest is chance. */
export function newId(now: Instant, entropy: Entropy): string {
  const bytes = entropy.bytes(16)
  const stamped = Buffer.from(bytes)
  stamped.writeUIntBE(now, 0, 6)
  return printUuid(stamped, 7)
}

/** A UUID version 4 (RFC 9562 §5.4), for dialects whose vendor's ids are of that version. */
export function newRandomId(entropy: Entropy): string {
  return printUuid(Buffer.from(entropy.bytes(16)), 4)
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Whether `text` is a UUID as we print them: lower case, with dashes. */
export function isId(text: string): boolean {
  return UUID.test(text)
}

function printUuid(bytes: Buffer, version: 4 | 7): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | (version << 4), 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
