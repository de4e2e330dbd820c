import type { Need } from "./grammar.ts"
import type { Holder, PermissionSet } from "./set.ts"

/** All that several permission sets grant together: what each of them grants. An empty list of sets grants nothing. */
export class Holdings implements Holder {
  readonly #sets: readonly PermissionSet[]

  constructor(sets: readonly PermissionSet[]) {
    this.#sets = sets
  }

  /** The grants of each set: what the same holdings can be made of again. */
  get grants(): readonly (readonly string[])[] {
    return this.#sets.map(({ grants }) => grants)
  }

  /** What is held here and by another set too. */
  within(set: PermissionSet): Holdings {
    return new Holdings(this.#sets.length === 0 ? [] : [...this.#sets, set])
  }

  allows(need: Need): boolean {
    return this.#sets.length > 0 && this.#sets.every((set) => set.allows(need))
  }

  /** Whether each set grants the permission for some resource; that it is the same resource is not said. */
  allowsSomewhere(permission: string): boolean {
    return this.#sets.length > 0 && this.#sets.every((set) => set.allowsSomewhere(permission))
  }

  /** The grants of `other` that are not held in full; none: whoever holds this may give `other` away. */
  lacking(other: PermissionSet): string[] {
    if (this.#sets.length === 0) return other.grants.filter((grant) => !grant.startsWith("!"))
    return [...new Set(this.#sets.flatMap((set) => set.lacking(other)))]
  }
}
