import type { Query } from "@keyward/contract"
import * as contract from "@keyward/contract"
import type { Call } from "./call.ts"
import { keyedBy } from "./idempotency.ts"
import { itemsOfPages } from "./pages.ts"
import type { CallOptions, CreateOptions } from "./request.ts"
import { type ChangeOptions, ifMatch } from "./resources.ts"

export function usersOf(call: Call) {
  const params = (userId: string) => ({ params: { user_id: userId } })
  const list = (query: Query<typeof contract.listUsers> = {}, options: CallOptions = {}) =>
    call(contract.listUsers, { query, ...options })
  return {
    create: (user: contract.NewUser, { idempotencyKey, ...options }: CreateOptions = {}) =>
      call(contract.createUser, { headers: keyedBy(idempotencyKey), body: user, ...options }),
    /** One page. */
    list,
    /** All that match, page after page. */
    each: (query: Omit<Query<typeof contract.listUsers>, "cursor"> = {}, options: CallOptions = {}) =>
      itemsOfPages((at) => list({ ...query, ...at }, options)),
    read: (userId: string, options: CallOptions = {}) =>
      call(contract.readUser, { ...params(userId), ...options }),
    update: (userId: string, patch: contract.UserPatch, { ifRevision, ...options }: ChangeOptions = {}) =>
      call(contract.updateUser, { ...params(userId), headers: ifMatch(ifRevision), body: patch, ...options }),
    /** From now on every key of theirs is refused, and they have no session. */
    suspend: (userId: string, options: CallOptions = {}) =>
      call(contract.suspendUser, { ...params(userId), ...options }),
    resume: (userId: string, options: CallOptions = {}) =>
      call(contract.resumeUser, { ...params(userId), ...options }),
    /** What `remove` would do. */
    previewRemoval: (userId: string, policy: contract.RemovalPolicy, options: CallOptions = {}) =>
      call(contract.previewUserRemoval, { ...params(userId), body: { policy }, ...options }),
    /** Removes the user, with their keys dealt with by the policy. */
    remove: (userId: string, policy: contract.RemovalPolicy, options: CallOptions = {}) =>
      call(contract.removeUser, { ...params(userId), body: { policy }, ...options }),
  }
}

export function serviceAccountsOf(call: Call) {
  const params = (accountId: string) => ({ params: { service_account_id: accountId } })
  const list = (query: Query<typeof contract.listServiceAccounts> = {}, options: CallOptions = {}) =>
    call(contract.listServiceAccounts, { query, ...options })
  return {
    create: (account: contract.NewServiceAccount, { idempotencyKey, ...options }: CreateOptions = {}) =>
      call(contract.createServiceAccount, { headers: keyedBy(idempotencyKey), body: account, ...options }),
    /** One page. */
    list,
    /** All that match, page after page. */
    each: (
      query: Omit<Query<typeof contract.listServiceAccounts>, "cursor"> = {},
      options: CallOptions = {},
    ) => itemsOfPages((at) => list({ ...query, ...at }, options)),
    read: (accountId: string, options: CallOptions = {}) =>
      call(contract.readServiceAccount, { ...params(accountId), ...options }),
    update: (
      accountId: string,
      patch: contract.ServiceAccountPatch,
      { ifRevision, ...options }: ChangeOptions = {},
    ) =>
      call(contract.updateServiceAccount, {
        ...params(accountId),
        headers: ifMatch(ifRevision),
        body: patch,
        ...options,
      }),
    /** From now on every key of it is refused. */
    suspend: (accountId: string, options: CallOptions = {}) =>
      call(contract.suspendServiceAccount, { ...params(accountId), ...options }),
    resume: (accountId: string, options: CallOptions = {}) =>
      call(contract.resumeServiceAccount, { ...params(accountId), ...options }),
    /** What `remove` would do. */
    previewRemoval: (accountId: string, policy: contract.RemovalPolicy, options: CallOptions = {}) =>
      call(contract.previewServiceAccountRemoval, { ...params(accountId), body: { policy }, ...options }),
    /** Removes the service account, with its keys dealt with by the policy. */
    remove: (accountId: string, policy: contract.RemovalPolicy, options: CallOptions = {}) =>
      call(contract.removeServiceAccount, { ...params(accountId), body: { policy }, ...options }),
  }
}

export function membersOf(call: Call) {
  const params = (memberId: string) => ({ params: { member_id: memberId } })
  const list = (query: Query<typeof contract.listMembers> = {}, options: CallOptions = {}) =>
    call(contract.listMembers, { query, ...options })
  return {
    /** One page of users and service accounts together. */
    list,
    /** All that match, page after page. */
    each: (query: Omit<Query<typeof contract.listMembers>, "cursor"> = {}, options: CallOptions = {}) =>
      itemsOfPages((at) => list({ ...query, ...at }, options)),
    read: (memberId: string, options: CallOptions = {}) =>
      call(contract.readMember, { ...params(memberId), ...options }),
    /** Gives a user or service account these roles and no others. */
    setRoles: (memberId: string, roles: readonly string[], { ifRevision, ...options }: ChangeOptions = {}) =>
      call(contract.updateMember, {
        ...params(memberId),
        headers: ifMatch(ifRevision),
        body: { roles },
        ...options,
      }),
  }
}

export function rolesOf(call: Call) {
  const params = (name: string) => ({ params: { role_name: name } })
  return {
    create: (role: contract.NewOrganizationRole, { idempotencyKey, ...options }: CreateOptions = {}) =>
      call(contract.createRole, { headers: keyedBy(idempotencyKey), body: role, ...options }),
    /** All of them, the built-in ones first. */
    list: async (options: CallOptions = {}) => (await call(contract.listRoles, options)).items,
    read: (name: string, options: CallOptions = {}) =>
      call(contract.readRole, { ...params(name), ...options }),
    update: (name: string, patch: contract.OrganizationRolePatch, options: CallOptions = {}) =>
      call(contract.updateRole, { ...params(name), body: patch, ...options }),
    delete: (name: string, options: CallOptions = {}) =>
      call(contract.deleteRole, { ...params(name), ...options }),
  }
}
