const hex = "[0-9a-f]"
const dashed = `${hex}{8}-${hex}{4}-${hex}{4}-${hex}{4}-${hex}{12}`

/** Every spelling of a GUID that the vendor's server takes, as a regular expression for any case. */
export const keyIdPattern = `(?:${dashed}|\\{${dashed}\\}|\\(${dashed}\\)|${hex}{32})`

const spelled = new RegExp(`^${keyIdPattern}$`, "i")

/** The one spelling of ours; null for text that is no GUID. */
export function parseKeyId(text: string): string | null {
  if (!spelled.test(text)) return null
  const digits = text.toLowerCase().replaceAll(/[^0-9a-f]/g, "")
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
}

/** The same for text that a path was matched by. */
export function canonicalKeyId(text: string): string {
  const id = parseKeyId(text)
  if (id === null) throw new RangeError("The path was matched by what is no GUID.")
  return id
}
