import type { ApiKey, User } from "@keyward/contract/automox"
import {
  type Authority,
  type Caller,
  isFailure,
  type Key,
  type Organization,
  type Owner,
  PermissionSet,
  type Principal,
  type Role,
} from "@keyward/core"
import { type AutomoxRole, roleOf } from "./mapping.ts"

type KeyUser = ApiKey["user"]

/** Somebody as the vendor prints them. A service account is a user without an e-mail address. */
export function printPerson(principal: Principal): KeyUser {
  const { alias: id, displayName } = principal
  if (principal.kind === "service_account") return { id, firstname: displayName, lastname: "", email: "" }
  const { firstName, lastName, email } = principal
  const isNamed = firstName !== null || lastName !== null
  return { id, firstname: (isNamed ? firstName : displayName) ?? "", lastname: lastName ?? "", email }
}

export function printUser(principal: Principal, role: AutomoxRole, { alias, name }: Organization): User {
  return {
    ...printPerson(principal),
    orgs: [{ id: alias, name }],
    rbac_roles: [{ id: role.id, name: role.name, organization_id: alias }],
    tags: [],
    saml_enabled: false,
  }
}

/** Which role of the vendor's somebody has. @param roles the organization's */
export function roleOfMember(principal: Principal, roles: readonly Role[], keyspaceId: string): AutomoxRole {
  const theirs = roles.filter(({ name }) => principal.roles.includes(name))
  return roleOf(new PermissionSet(theirs.flatMap(({ permissions }) => permissions)), keyspaceId)
}

/**
 * The users of keys of several owners, each read once.
 * @returns the user of one of these owners. The organization, an id of somebody else's making and a removed user own
 *          keys too, and are no users of the vendor's: they are printed with the id 0
 */
export async function usersOf(
  authority: Authority,
  caller: Caller,
  keys: readonly Key[],
): Promise<(owner: Owner) => KeyUser> {
  const ids = new Set(keys.flatMap(({ owner }) => (isPrincipal(owner) ? [owner.id] : [])))
  const read = [...ids].map(async (id) => [id, await personWith(authority, caller, id)] as const)
  const people = new Map(await Promise.all(read))
  return (owner) =>
    (isPrincipal(owner) && people.get(owner.id)) || {
      id: 0,
      firstname: owner.kind === "external" ? owner.id : "",
      lastname: "",
      email: "",
    }
}

function isPrincipal({ kind }: Owner): boolean {
  return kind === "user" || kind === "service_account"
}

/** null for somebody who was removed. */
async function personWith(authority: Authority, caller: Caller, id: string): Promise<KeyUser | null> {
  try {
    return printPerson(await authority.member(caller, id))
  } catch (error) {
    if (isFailure(error, "not_found")) return null
    throw error
  }
}
