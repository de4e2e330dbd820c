/** Whom a key acts for. `external` is an id of the caller's own, compared exactly and never interpreted. */
export type OwnerKind = "user" | "service_account" | "organization" | "external"

export const ownerKinds: readonly OwnerKind[] = ["user", "service_account", "organization", "external"]

export interface Owner {
  readonly kind: OwnerKind
  readonly id: string
}

export function isSameOwner(a: Owner, b: Owner): boolean {
  return a.kind === b.kind && a.id === b.id
}
