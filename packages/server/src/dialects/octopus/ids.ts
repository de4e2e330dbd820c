/**
 * The ids of the vendor's resources. A key's is its UUID in base 36, so that the one tells the other; those of users and
 * tasks are aliases. All are read without regard to case.
 */

const keyPrefix = "apikeys-"
const uuidDigits = 25
const uuids = 1n << 128n

/** `apikeys-` and 25 characters of 0–9 and a–z. @param id a UUID as we print them */
export function printKeyId(id: string): string {
  const digits = BigInt(`0x${id.replaceAll("-", "")}`).toString(36)
  return keyPrefix + digits.padStart(uuidDigits, "0")
}

/** @returns the UUID; null for text that is no id of a key */
export function parseKeyId(text: string): string | null {
  const [, digits = ""] = /^apikeys-([0-9a-z]{25})$/i.exec(text) ?? []
  if (digits === "") return null
  let number = 0n
  for (const digit of digits) number = number * 36n + BigInt(Number.parseInt(digit, 36))
  if (number >= uuids) return null
  const hex = number.toString(16).padStart(32, "0")
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
}

export function printUserId(alias: number): string {
  return `Users-${alias}`
}

/** @returns the alias of a user or service account; null for text that is no id of one */
export function parseUserId(text: string): number | null {
  return parseAlias(/^users-([1-9]\d{0,14})$/i, text)
}

/** @param alias of the key that the task deleted */
export function printTaskId(alias: number): string {
  return `ServerTasks-${alias}`
}

/** @returns the alias of the key that the task deleted; null for text that is no id of a task */
export function parseTaskId(text: string): number | null {
  return parseAlias(/^servertasks-([1-9]\d{0,14})$/i, text)
}

function parseAlias(form: RegExp, text: string): number | null {
  const [, digits] = form.exec(text) ?? []
  return digits === undefined ? null : Number(digits)
}
