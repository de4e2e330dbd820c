/**
 * The permission grammar, written down once (ABNF, RFC 5234). `vectors/permissions.json` has a case for each line.
 *
 *   permission = segment *("." segment)              ; an entry of a catalog: "invoices.read"; not "and", not "or"
 *   segment    = lower *(lower / DIGIT / "_" / "-")
 *   pattern    = "*" / permission [".*"]             ; "invoices.*" covers whatever begins with "invoices."
 *   resource   = 1*128(ALPHA / DIGIT / "_" / "-" / "." / "/" / "@" / "=" / "+" / "~")
 *   grant      = ["!"] pattern [":" (resource / "*")] ; "!" denies; without a resource, or with "*": every resource
 *   need       = permission [":" resource]           ; what a verification asks for
 *
 * Each is at most 256 characters. A need without a resource asks for the permission as such, whatever the resource: only
 * a grant without a resource covers it, and a denial of any one resource denies it. Deny beats allow, in any order.
 */
export interface Grant {
  readonly deny: boolean
  /** Without the ".*": "" for "*". */
  readonly name: string
  /** Whether the pattern ends in "*". */
  readonly wildcard: boolean
  /** null: every resource. */
  readonly resource: string | null
}

export interface Need {
  readonly name: string
  /** null: the permission as such. */
  readonly resource: string | null
}

const segment = "[a-z][a-z0-9_-]*"
// "and" and "or" join the needs of a query; a permission of that name could never be asked for.
const name = `(?!(?:and|or)(?![a-z0-9_.-]))${segment}(?:\\.${segment})*`
const resource = "[A-Za-z0-9_\\-./@=+~]{1,128}"
const permissionPattern = new RegExp(`^${name}$`)
const grantPattern = new RegExp(`^(!)?(?:(\\*)|(${name})(\\.\\*)?)(?::(\\*|${resource}))?$`)
const needPattern = new RegExp(`^(${name})(?::(${resource}))?$`)

/** Longest permission, grant or need, in characters. */
export const permissionMaximum = 256

/** Whether `text` can be an entry of a permission catalog. */
export function isPermission(text: string): boolean {
  return text.length <= permissionMaximum && permissionPattern.test(text)
}

/** @returns null when `text` is not a grant */
export function parseGrant(text: string): Grant | null {
  const parts = text.length <= permissionMaximum ? grantPattern.exec(text) : null
  if (!parts) return null
  const [, deny, everything, pattern = "", wildcard, bound] = parts
  return {
    deny: deny !== undefined,
    name: everything ? "" : pattern,
    wildcard: everything !== undefined || wildcard !== undefined,
    resource: bound === undefined || bound === "*" ? null : bound,
  }
}

/** The one spelling of a grant: `:*` is left out. */
export function printGrant(grant: Grant): string {
  const pattern = grant.wildcard ? (grant.name === "" ? "*" : `${grant.name}.*`) : grant.name
  return `${grant.deny ? "!" : ""}${pattern}${grant.resource === null ? "" : `:${grant.resource}`}`
}

/** @returns null when `text` is not a need; a wildcard is none */
export function parseNeed(text: string): Need | null {
  const parts = text.length <= permissionMaximum ? needPattern.exec(text) : null
  const [, name, resource = null] = parts ?? []
  return name === undefined ? null : { name, resource }
}

export function printNeed(need: Need): string {
  return need.resource === null ? need.name : `${need.name}:${need.resource}`
}
