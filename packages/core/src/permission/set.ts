import { type Grant, type Need, parseGrant, printGrant } from "./grammar.ts"

/** Whoever can be asked whether it may do something. */
export interface Holder {
  allows(need: Need): boolean
}

/**
 * What a holder may do: its grants and denials, ready to be asked. Deny by default, and deny beats allow.
 * Asking costs the number of dots in the need, not the number of grants.
 */
export class PermissionSet implements Holder {
  readonly #allow: Side
  readonly #deny: Side
  readonly #grants: readonly Grant[]
  /** In one spelling each, without repeats, in the order given. */
  readonly grants: readonly string[]

  /** @throws RangeError on text that is not a grant: what is stored was checked when it was written */
  constructor(grants: Iterable<string>) {
    this.#grants = [...grants].map((text) => {
      const grant = parseGrant(text)
      if (!grant) throw new RangeError("Not a grant.")
      return grant
    })
    this.#allow = index(this.#grants.filter((grant) => !grant.deny))
    this.#deny = index(this.#grants.filter((grant) => grant.deny))
    this.grants = [...new Set(this.#grants.map(printGrant))]
  }

  allows(need: Need): boolean {
    return covers(this.#allow, need, grants) && !covers(this.#deny, need, denies)
  }

  /** Whether the permission is granted for any resource at all, and not denied for every one. */
  allowsSomewhere(permission: string): boolean {
    const need: Grant = { deny: false, name: permission, wildcard: false, resource: null }
    const granted = this.#grants.some((grant) => !grant.deny && includes({ ...grant, resource: null }, need))
    return granted && !this.#grants.some((grant) => grant.deny && includes(grant, need))
  }

  /**
   * The grants of `other` that this set does not hold in full; none: whoever has this set may give `other` away.
   * Errs on the safe side: a grant counts as held only when one grant here covers it and no denial here cuts into it,
   * unless `other` denies as much itself.
   */
  lacking(other: PermissionSet): string[] {
    const denials = this.#grants.filter((grant) => grant.deny)
    const theirDenials = other.#grants.filter((grant) => grant.deny)
    return other.#grants
      .filter((grant) => !grant.deny)
      .filter((grant) => {
        const held = this.#grants.some((own) => !own.deny && includes(own, grant))
        const cut = denials.some(
          (denial) => overlaps(denial, grant) && !theirDenials.some((theirs) => includes(theirs, denial)),
        )
        return !held || cut
      })
      .map(printGrant)
  }
}

/** Resources by permission ("invoices.read") and by wildcard stem ("invoices", "" for "*"); null in a set: every resource. */
interface Side {
  readonly exact: ReadonlyMap<string, ReadonlySet<string | null>>
  readonly stems: ReadonlyMap<string, ReadonlySet<string | null>>
}

function index(grants: readonly Grant[]): Side {
  const exact = new Map<string, Set<string | null>>()
  const stems = new Map<string, Set<string | null>>()
  for (const grant of grants) {
    const side = grant.wildcard ? stems : exact
    const resources = side.get(grant.name) ?? new Set()
    side.set(grant.name, resources.add(grant.resource))
  }
  return { exact, stems }
}

type Resources = ReadonlySet<string | null> | undefined
type Rule = (resources: Resources, resource: string | null) => boolean

/** Whether the rule holds at the need's own name or at a stem above it. */
function covers(side: Side, need: Need, rule: Rule): boolean {
  if (rule(side.exact.get(need.name), need.resource)) return true
  if (side.stems.size === 0) return false
  let stem = need.name
  for (let dot = stem.lastIndexOf("."); dot >= 0; dot = stem.lastIndexOf(".")) {
    stem = stem.slice(0, dot)
    if (rule(side.stems.get(stem), need.resource)) return true
  }
  return rule(side.stems.get(""), need.resource)
}

function grants(resources: Resources, resource: string | null): boolean {
  return resources !== undefined && (resources.has(null) || resources.has(resource))
}

/** Who is denied one resource does not hold the permission whatever the resource. */
function denies(resources: Resources, resource: string | null): boolean {
  return resources !== undefined && (resource === null || resources.has(null) || resources.has(resource))
}

/** Whether everything that `inner` matches, `outer` matches too. */
function includes(outer: Grant, inner: Grant): boolean {
  const sameResource = outer.resource === null || outer.resource === inner.resource
  return (
    sameResource &&
    (outer.wildcard ? isBelow(outer.name, inner) : !inner.wildcard && outer.name === inner.name)
  )
}

/** Whether anything is matched by both. */
function overlaps(a: Grant, b: Grant): boolean {
  const resources = a.resource === null || b.resource === null || a.resource === b.resource
  if (!resources) return false
  if (!a.wildcard && !b.wildcard) return a.name === b.name
  return (a.wildcard && isBelow(a.name, b)) || (b.wildcard && isBelow(b.name, a))
}

/** Whether a grant lies wholly below the stem of a wildcard. "invoices" is not below "invoices", "invoices.*" is. */
function isBelow(stem: string, grant: Grant): boolean {
  if (stem === "" || grant.name.startsWith(`${stem}.`)) return true
  return grant.wildcard && grant.name === stem
}
