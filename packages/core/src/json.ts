/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json }
export type JsonObject = { readonly [member: string]: Json }

/**
 * The canonical form of RFC 8785 (JCS): members sorted by UTF-16 code units, no white space. JavaScript's own number
 * and string printing is the one the RFC prescribes, so only the order is left to do.
 * @throws RangeError on what no other reader could read back: NaN, an infinity, half a surrogate pair (§3.2.2)
 */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`
  if (value !== null && typeof value === "object") {
    const members = Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${canonicalJson(name)}:${canonicalJson(member)}`)
    return `{${members.join(",")}}`
  }
  if (typeof value === "number" && !Number.isFinite(value)) throw new RangeError("Not a number of JSON.")
  if (typeof value === "string" && !value.isWellFormed()) throw new RangeError("Not well-formed Unicode.")
  return JSON.stringify(value)
}
