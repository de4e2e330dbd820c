/** Whom a key acts for. `external` is an id of the caller's own, compared exactly and never interpreted. */
export type OwnerKind = "user" | "service_account" | "organization" | "external"

export const ownerKinds: readonly OwnerKind[] = ["user", "service_account", "organization", "external"]

export interface Owner {
  readonly kind: OwnerKind
  readonly id: string
}
