import {
  createUserApiKey,
  decryptUserApiKey,
  deleteUserApiKey,
  getOrganizationApiKeys,
  getOrganizations,
  getSelf,
  getUserApiKey,
  getUserApiKeys,
  getUserById,
  getUsers,
  updateUserApiKey,
} from "@keyward/contract/automox"
import {
  type Caller,
  confined,
  demand,
  denied,
  fail,
  isOwn,
  isSameOwner,
  type Key,
  type KeyPermission,
  mayWithKey,
  type Owner,
  type Principal,
} from "@keyward/core"
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify"
import type { DialectContext } from "../dialect.ts"
import { serve } from "../serve.ts"
import { isEnabled, printApiKey, readIsEnabled, readNewApiKey } from "./api-key.ts"
import { type AutomoxCaller, authenticate } from "./caller.ts"
import { readJsonBody } from "./json-body.ts"
import { allKeys, allMembers, pageOf } from "./lists.ts"
import { decryptReason, ownKeys, texts } from "./mapping.ts"
import { Refusal } from "./refusal.ts"
import { createUnnamedKey } from "./unnamed-key.ts"
import { printPerson, printUser, roleOfMember, usersOf } from "./user.ts"

/**
 * The vendor's operations. A request is refused in this order: 401, then 400 for path and query, then 403 and 404 for
 * organization and user, then 404 for the key, then 400 for the body.
 */
export function operations(context: DialectContext): FastifyPluginAsync {
  const { authority, keyspace, organization, settings } = context
  const { conformance } = settings

  const known = {
    onRequest: async (request: FastifyRequest) =>
      request.setDecorator("automoxCaller", await authenticate(context, request)),
  }

  return async (instance) => {
    serve(instance, createUserApiKey, known, async ({ params, query, body }, request) => {
      const caller = confined(callerOf(request).caller, keyspace.id, ownKeys)
      const user = await userOf(request, params, query)
      const owner = ownerWith(caller, "write", user)
      const asked = readNewApiKey(readJsonBody(body))
      if (!asked && conformance === "observed") throw new Refusal(400, texts.nameRequired)
      const { key } = asked
        ? await authority.createKey(caller, { keyspaceId: keyspace.id, owner, ...asked })
        : await createUnnamedKey(authority, caller, keyspace.id, owner)
      return print(key, user)
    })

    serve(instance, getUserApiKeys, known, async ({ params, query }, request) => {
      const { caller } = callerOf(request)
      const user = await userOf(request, params, query)
      const keys = await allKeys(authority, caller, keyspace.id, ownerWith(caller, "read", user))
      return { results: pageOf(keys, query).map((key) => print(key, user)), size: keys.length }
    })

    serve(instance, getUserApiKey, known, async ({ params, query }, request) => {
      const { user, key } = await keyOf(request, params, query, "read")
      return print(key, user)
    })

    serve(instance, updateUserApiKey, known, async ({ params, query, body }, request) => {
      const { user, key } = await keyOf(request, params, query, "write")
      const enabled = readIsEnabled(readJsonBody(body))
      if (enabled === null && conformance === "observed") throw new Refusal(400, texts.isEnabledRequired)
      if (enabled === null || enabled === isEnabled(key)) return print(key, user)
      return print(await authority.updateKey(callerOf(request).caller, key.id, { enabled }, null), user)
    })

    serve(instance, deleteUserApiKey, known, async ({ params, query }, request) => {
      const { key } = await keyOf(request, params, query, "write")
      await authority.deleteKey(callerOf(request).caller, key.id, null)
      return undefined
    })

    const unkept = {
      ...known,
      preHandler: async (_request: FastifyRequest, reply: FastifyReply) => {
        reply.header("cache-control", "no-store")
      },
    }
    serve(instance, decryptUserApiKey, unkept, async ({ params, query }, request) => {
      const { key } = await keyOf(request, params, query, "reveal")
      const { secret } = await authority.revealKey(callerOf(request).caller, key.id, decryptReason)
      return { api_key: secret }
    })

    serve(instance, getOrganizationApiKeys, known, async ({ params, query }, request) => {
      const { caller } = callerOf(request)
      demandOrganization(params.id)
      demand(caller, "keys.read", keyspace.id)
      const keys = await allKeys(authority, caller, keyspace.id, undefined)
      const page = pageOf(keys, query)
      const userFor = await usersOf(authority, caller, page)
      return {
        results: page.map((key) => printApiKey(key, userFor(key.owner), conformance)),
        size: keys.length,
      }
    })

    serve(instance, getSelf, known, async (_asked, request) => {
      const { caller, role } = callerOf(request)
      const user = await authority.member(caller, caller.actor.id)
      return printUser(user, role, await authority.organization(caller, organization.id))
    })

    serve(instance, getUsers, known, async ({ query }, request) => {
      const { caller } = callerOf(request)
      demandOrganization(query.o)
      const here = await authority.organization(caller, organization.id)
      const page = pageOf(await allMembers(authority, caller), query)
      const roles = await authority.roles(caller)
      return page.map((user) => printUser(user, roleOfMember(user, roles, keyspace.id), here))
    })

    serve(instance, getUserById, known, async ({ params, query }, request) => {
      const { caller, role } = callerOf(request)
      const user = await userOf(request, params, query)
      const here = await authority.organization(caller, organization.id)
      if (isOwn(caller, ownerOf(user))) return printUser(user, role, here)
      return printUser(user, roleOfMember(user, await authority.roles(caller), keyspace.id), here)
    })

    serve(instance, getOrganizations, known, async ({ query }, request) => {
      const { caller } = callerOf(request)
      const here = await authority.organization(caller, organization.id)
      return pageOf([here], query).map(({ alias: id, name }) => ({ id, name }))
    })
  }

  function print(key: Key, user: Principal) {
    return printApiKey(key, printPerson(user), conformance)
  }

  /** The only organization that a caller's keys are of. Every other one is refused alike, there or not. */
  function demandOrganization(alias: number): void {
    if (alias !== organization.alias) throw new Refusal(403, texts.forbidden)
  }

  /** The user in the path, as the caller may know of them. @throws Refusal 403; AuthorityError "not_found", "permission_denied" */
  function userOf(
    request: FastifyRequest,
    { userId }: { readonly userId: number },
    { o }: { readonly o: number },
  ): Promise<Principal> {
    demandOrganization(o)
    return authority.memberByAlias(callerOf(request).caller, userId)
  }

  /** The user as an owner whose keys the caller may treat so: told before anything is said of a key or a body. */
  function ownerWith(caller: Caller, permission: KeyPermission, user: Principal): Owner {
    const owner = ownerOf(user)
    if (!mayWithKey(caller, permission, { keyspaceId: keyspace.id, owner })) denied(`keys.${permission}`)
    return owner
  }

  /** The key in the path, and its user, whose it has to be. */
  async function keyOf(
    request: FastifyRequest,
    params: { readonly userId: number; readonly id: number },
    query: { readonly o: number },
    permission: KeyPermission,
  ): Promise<{ readonly user: Principal; readonly key: Key }> {
    const { caller } = callerOf(request)
    const user = await userOf(request, params, query)
    const owner = ownerWith(caller, permission, user)
    const key = await authority.keyByAlias(caller, params.id)
    const isTheirs = key.keyspaceId === keyspace.id && isSameOwner(key.owner, owner)
    return isTheirs ? { user, key } : fail({ code: "not_found", resource: "key" })
  }
}

function callerOf(request: FastifyRequest): AutomoxCaller {
  return request.getDecorator<AutomoxCaller>("automoxCaller")
}

function ownerOf({ kind, id }: Principal): Owner {
  return { kind, id }
}
