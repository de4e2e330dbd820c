import {
  createApiKey,
  deleteApiKey,
  getAllUsers,
  getApiKey,
  getCurrentUser,
  getRoot,
  getTask,
  getUser,
  listApiKeys,
  listSpaces,
  listUserSpaces,
  listUsers,
  octopusMostTaken,
  signIn,
  signOut,
} from "@keyward/contract/octopus"
import type { Caller, KeyPosition, Page, PrincipalPosition } from "@keyward/core"
import type { FastifyPluginAsync, FastifyRequest } from "fastify"
import { isForeign } from "../../provenance.ts"
import { visitOf } from "../../visit.ts"
import type { DialectContext } from "../dialect.ts"
import { serve } from "../serve.ts"
import { keysPath, newKey, printApiKey, printCreatedKey } from "./api-key.ts"
import { authenticate, callerByKey } from "./caller.ts"
import { gather, newestFirst, partsOf, printCollection, rangeOf } from "./collection.ts"
import { presentedKey } from "./credential.ts"
import { printUserId } from "./ids.ts"
import { readJsonBody, readNewApiKey } from "./json-body.ts"
import { texts } from "./mapping.ts"
import { errorHandler, Refusal } from "./refusal.ts"
import { deletedKeyOf, demandView, keyOf, maker, userOf } from "./resources.ts"
import { printRoot } from "./root.ts"
import { sessionCookies } from "./session.ts"
import { printTask } from "./task.ts"
import { isUnmatched, refuseUnmatched } from "./unmatched.ts"
import { listedUsers, printUser } from "./user.ts"
import { validatorCompiler } from "./validation.ts"

/** Most bytes of a body. */
const bodyMaximum = 64 * 1024

/**
 * The vendor's routes. The order of the steps is the order in which a request is refused: no such route, 401, validation, and
 * then what the authority and the operation refuse.
 */
export function routes(context: DialectContext): FastifyPluginAsync {
  const { authority, organization, keyspace, settings, installationId } = context
  const cookies = sessionCookies(installationId)

  return async (instance) => {
    instance.setValidatorCompiler(validatorCompiler)
    instance.setErrorHandler(errorHandler)
    instance.removeAllContentTypeParsers()
    instance.addContentTypeParser(
      "*",
      { parseAs: "buffer", bodyLimit: bodyMaximum },
      (_request, body, done) => done(null, body),
    )
    instance.setNotFoundHandler(refuseUnmatched)
    instance.addHook("onRequest", async (request, reply) => {
      reply.header("cache-control", "no-cache, no-store")
      if (isUnmatched(request)) refuseUnmatched(request, reply)
    })
    instance.decorateRequest("octopusCaller")

    const identify = async (request: FastifyRequest) => {
      request.setDecorator("octopusCaller", await authenticate(context, cookies, request))
    }
    const readBody = async (request: FastifyRequest) => {
      request.body = readJsonBody(request)
    }
    const readKey = async (request: FastifyRequest) => {
      request.body = readNewApiKey(request, settings.conformance)
    }
    const caller = { onRequest: identify }

    serve(
      instance,
      createApiKey,
      { onRequest: identify, preValidation: readKey },
      async ({ params, body }, request) => {
        const asking = callerOf(request)
        const owner = await userOf(authority, asking, params.userId)
        const created = await authority.createKey(
          maker(context, asking, owner),
          newKey(keyspace.id, owner, body),
        )
        return printCreatedKey(created, owner)
      },
    )

    serve(instance, listApiKeys, caller, async ({ params, query }, request) => {
      const asking = callerOf(request)
      const owner = await userOf(authority, asking, params.userId)
      demandView(context, asking, owner)
      const { partialPurpose } = query
      const sought = partialPurpose?.toLowerCase() ?? ""
      const range = rangeOf(query)
      const filter = { keyspaceId: keyspace.id, owner: { kind: owner.kind, id: owner.id } }
      const { total, items } = await gather(
        newestFirst(partsOf((page: Page<KeyPosition>) => authority.keys(asking, filter, page))),
        ({ revokedAt, name }) => revokedAt === null && name.toLowerCase().includes(sought),
        range,
      )
      return printCollection({
        itemType: "ApiKey",
        path: keysPath(printUserId(owner.alias)),
        template: "{?skip,take}",
        filters: { partialPurpose },
        range,
        total,
        items: items.map((key) => printApiKey(key, owner)),
      })
    })

    serve(instance, getApiKey, caller, async ({ params }, request) => {
      const { key, owner } = await keyOf(context, callerOf(request), params)
      return printApiKey(key, owner)
    })

    serve(instance, deleteApiKey, caller, async ({ params }, request) => {
      const asking = callerOf(request)
      const { key } = await keyOf(context, asking, params)
      await authority.deleteKey(asking, key.id, null)
      return printTask(await authority.deletedKeyByAlias(asking, key.alias))
    })
    instance.addHook("onSend", async (request, reply, payload) => {
      // The one client that sends no Accept header cannot read the task, and takes an empty body for done.
      const isUnread = request.headers.accept === undefined && request.method === "DELETE"
      if (!isUnread || reply.statusCode !== 200) return payload
      reply.removeHeader("content-type")
      return ""
    })

    serve(instance, getTask, caller, async ({ params }, request) =>
      printTask(await deletedKeyOf(authority, callerOf(request), params.id)),
    )

    const identifyIfKey = async (request: FastifyRequest) => {
      const key = presentedKey(request)
      if (key !== null) await callerByKey(context, key, request)
    }
    serve(instance, getRoot, { onRequest: identifyIfKey }, () => printRoot(installationId))

    serve(instance, getCurrentUser, caller, async (_asked, request) => {
      const asking = callerOf(request)
      return printUser(await authority.member(asking, asking.actor.id), asking)
    })

    serve(instance, listUsers, caller, async ({ query }, request) => {
      const asking = callerOf(request)
      const { filter, ids } = query
      const range = rangeOf(query)
      const { total, items } = await gather(usersFor(asking), listedUsers({ filter, ids }), range)
      return printCollection({
        itemType: "User",
        path: "/api/users",
        template: "{?skip,take,ids,filter}",
        filters: { ids, filter },
        range,
        total,
        items: items.map((user) => printUser(user, asking)),
      })
    })

    serve(instance, getAllUsers, caller, async ({ query }, request) => {
      const asking = callerOf(request)
      const everyone = { skip: 0, take: octopusMostTaken }
      const { items } = await gather(usersFor(asking), listedUsers(query), everyone)
      return items.map((user) => printUser(user, asking))
    })

    serve(instance, getUser, caller, async ({ params }, request) => {
      const asking = callerOf(request)
      return printUser(await userOf(authority, asking, params.userId), asking)
    })

    serve(instance, listUserSpaces, caller, async ({ params }, request) => {
      await userOf(authority, callerOf(request), params.userId)
      return []
    })

    serve(instance, listSpaces, caller, ({ query }) =>
      printCollection({
        itemType: "Space",
        path: "/api/spaces",
        template: "{?name,skip,ids,take,partialName}",
        range: rangeOf(query),
        total: 0,
        items: [],
      }),
    )

    serve(instance, signIn, { preValidation: readBody }, async ({ body }, request, reply) => {
      // Otherwise a page of another site could sign its visitors in to an account of its own choosing.
      if (isForeign(request)) throw new Refusal(403, texts.foreignPage)
      const visit = visitOf(request)
      const { token } = await authority.signIn({
        organizationId: organization.id,
        email: body.Username,
        password: body.Password,
        visit,
      })
      const signedIn = await authority.signedIn(token, visit)
      if (!signedIn) throw new Refusal(401, texts.signInRefused)
      cookies.set(reply, token)
      return printUser(await authority.member(signedIn.caller, signedIn.session.userId), signedIn.caller)
    })

    serve(instance, signOut, caller, async (_asked, request, reply) => {
      await authority.signOut(callerOf(request))
      cookies.clear(reply)
      return undefined
    })

    function usersFor(asking: Caller) {
      return partsOf((page: Page<PrincipalPosition>) => authority.principals(asking, {}, page))
    }
  }
}

function callerOf(request: FastifyRequest): Caller {
  return request.getDecorator<Caller>("octopusCaller")
}
