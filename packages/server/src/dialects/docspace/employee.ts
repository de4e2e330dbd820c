import type { EmployeeDto, EmployeeFullDto, MemberRequestDto } from "@keyward/contract/docspace"
import {
  type Authority,
  type Caller,
  isFailure,
  type Principal,
  refusePassword,
  type User,
  type Visit,
} from "@keyward/core"
import type { Standing } from "./mapping.ts"
import { employeeTypes, guestRole } from "./mapping.ts"

/** Somebody as the vendor prints them beside what they made. */
export function printEmployee({ id, displayName }: Principal): EmployeeDto {
  return { id, displayName: htmlEncoded(displayName), hasAvatar: false, isAnonim: false }
}

/** Somebody's profile: what is null is left out. */
export function printProfile(principal: Principal, standing: Standing): EmployeeFullDto {
  const {
    firstName = null,
    lastName = null,
    userName = null,
    email = null,
  } = principal.kind === "user" ? principal : {}
  const known = Object.entries({ firstName, lastName, userName, email }).filter(([, text]) => text !== null)
  return {
    ...printEmployee(principal),
    ...(Object.fromEntries(known) as Partial<
      Record<"firstName" | "lastName" | "userName" | "email", string>
    >),
    status: 1,
    activationStatus: 1,
    isOwner: standing === "owner",
    isAdmin: standing === "owner" || standing === "administrator",
    isRoomAdmin: false,
    isCollaborator: standing === "user",
    isVisitor: standing === "guest",
  }
}

/**
 * Adds somebody to the organization, with the password where one is given; otherwise they are invited through Keyward.
 * @throws AuthorityError "invalid_input", "already_exists", "grant_exceeds_caller", "permission_denied", "overloaded"
 */
export async function addEmployee(
  authority: Authority,
  caller: Caller,
  { type = "User", ...person }: MemberRequestDto,
  visit: Visit,
): Promise<EmployeeFullDto> {
  const { standing, roles } = employeeTypes[type]
  if (type === "Guest") await ensureGuestRole(authority, caller)
  return printProfile(await addUser(authority, caller, { ...person, roles }, visit), standing)
}

/** Whoever is to be added, and what they may do. */
interface Newcomer extends Omit<MemberRequestDto, "type"> {
  readonly roles: readonly string[]
  /** Default: none. */
  readonly userName?: string
}

/** @throws as `addEmployee` */
export async function addUser(
  authority: Authority,
  caller: Caller,
  { email, password = null, firstName = null, lastName = null, userName, roles }: Newcomer,
  visit: Visit,
): Promise<User> {
  const displayName = [firstName, lastName].filter(Boolean).join(" ") || email
  // Before anything is done: nobody is left behind without the password that was meant for them.
  if (password !== null) refusePassword(password, { email, userName: null, displayName }, "/password")
  const user = await authority.createUser(caller, {
    email,
    displayName,
    firstName,
    lastName,
    userName,
    roles,
  })
  if (password !== null) {
    const { token } = await authority.offerLink(caller, user.id, "invitation")
    await authority.acceptLink(token, password, visit)
  }
  return user
}

async function ensureGuestRole(authority: Authority, caller: Caller): Promise<void> {
  try {
    await authority.role(caller, guestRole.name)
  } catch (error) {
    if (!isFailure(error, "not_found")) throw error
    await authority.createRole(caller, guestRole)
  }
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
}

function htmlEncoded(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character)
}
