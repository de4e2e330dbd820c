import type { UserResource } from "@keyward/contract/octopus"
import type { Caller, Principal } from "@keyward/core"
import { printUserId } from "./ids.ts"

/**
 * Which users a list is narrowed to, case aside.
 * @param filter a part of a user name or display name
 * @param ids    ids, separated by commas
 */
export function listedUsers({
  filter = "",
  ids,
}: {
  readonly filter?: string | undefined
  readonly ids?: string | undefined
}): (principal: Principal) => boolean {
  const part = filter.toLowerCase()
  const wanted = ids === undefined ? null : new Set(ids.toLowerCase().split(","))
  return (principal) =>
    [userNameOf(principal), principal.displayName].some((name) => name.toLowerCase().includes(part)) &&
    (wanted === null || wanted.has(printUserId(principal.alias).toLowerCase()))
}

/** A user or service account as the vendor prints them. */
export function printUser(principal: Principal, { actor }: Caller): UserResource {
  const Id = printUserId(principal.alias)
  const self = `/api/users/${Id}`
  const email = principal.kind === "user" ? principal.email : null
  return {
    Id,
    Username: userNameOf(principal),
    DisplayName: principal.displayName,
    IsActive: principal.suspendedAt === null,
    IsService: principal.kind === "service_account",
    EmailAddress: email,
    CanPasswordBeEdited: principal.kind === "user",
    IsRequestor: actor.kind === principal.kind && actor.id === principal.id,
    Identities: [],
    Links: {
      Self: self,
      ApiKeys: `${self}/apikeys{/id}{?skip,take}`,
      Permissions: `${self}/permissions`,
      PermissionsConfiguration: `${self}/permissions/configuration`,
      Spaces: `${self}/spaces`,
      Teams: `${self}/teams{?includeSystem}`,
    },
  }
}

/** What a sign-in takes, which is the e-mail address. A service account cannot sign in, so its name stands there. */
function userNameOf(principal: Principal): string {
  return principal.kind === "user" ? principal.email : principal.displayName
}
