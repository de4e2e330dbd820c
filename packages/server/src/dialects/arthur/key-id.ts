const hex = "[0-9a-f]"
const dashed = `${hex}{8}-${hex}{4}-${hex}{4}-${hex}{4}-${hex}{12}`
const spellings = new RegExp(`^(?:(?:urn:uuid:)?${dashed}|\\{${dashed}\\}|${hex}{32})$`, "i")

/**
 * Reads a key's id in every spelling that the vendor's server takes: any case, without dashes, in braces, as a URN.
 * @returns the one spelling of ours, or null for text that is no UUID
 */
export function parseKeyId(text: string): string | null {
  if (!spellings.test(text)) return null
  const digits = text.toLowerCase().replace("urn:uuid:", "").replaceAll(/[{}-]/g, "")
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
}
