import type { Answer, Route } from "@keyward/contract"
import {
  addActiveMember,
  addMember,
  authenticateMe,
  createApiKey,
  deleteApiKey,
  deletePortal,
  docspacePortalRoutes,
  docspaceRoutes,
  docspaceScopes,
  isAuthenticated,
  listApiKeys,
  listScopes,
  type MemberRequestDto,
  readDevToolsAccess,
  readOwnApiKey,
  readSelfProfile,
  registerPortal,
  setDevToolsAccess,
  updateApiKey,
} from "@keyward/contract/docspace"
import { networkOf } from "@keyward/core"
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify"
import { visitOf } from "../../visit.ts"
import type { DialectContext } from "../dialect.ts"
import { type Asked, serve } from "../serve.ts"
import { authenticate, type DocSpaceCaller, demandScope, standingOf } from "./caller.ts"
import { CreationLimit } from "./creation-limit.ts"
import { isBasic } from "./credential.ts"
import { accessIsLimited, limitAccess } from "./developer-tools.ts"
import { addEmployee, printProfile } from "./employee.ts"
import { enveloped } from "./envelope.ts"
import { readJsonBody } from "./json-body.ts"
import { canonicalKeyId } from "./key-id.ts"
import { createKey, deleteKey, listKeys, presentedKey, updateKey } from "./keys.ts"
import { texts } from "./mapping.ts"
import { errorHandler, isUnauthorized, Refusal } from "./refusal.ts"
import { register, unregister } from "./registration.ts"
import { signIn } from "./sign-in.ts"
import { isUnmatched, spellings, unmatched } from "./unmatched.ts"
import { bodyCheck } from "./validation.ts"

/** Most bytes of a body. */
const bodyMaximum = 64 * 1024

/**
 * The vendor's routes. The order of the steps is the order in which a request is refused: no such path or method, too many
 * creations, 401, a scope that does not reach this, an invalid body, and then what the operation itself refuses.
 */
export function routes(context: DialectContext): FastifyPluginAsync {
  const { authority, keyspace, settings, clock } = context
  const creations = new CreationLimit(settings.creationsPerQuarterHour)

  return async (instance) => {
    // Bodies are judged where it is known which route they are for; `?fields=` leaves out what the schemas of answers require.
    instance.setValidatorCompiler(() => () => true)
    instance.setSerializerCompiler(() => (answer) => JSON.stringify(answer))
    instance.setErrorHandler(errorHandler)
    instance.removeAllContentTypeParsers()
    instance.addContentTypeParser(
      "*",
      { parseAs: "buffer", bodyLimit: bodyMaximum },
      (_request, body, done) => done(null, body),
    )
    const registers = settings.portalRegistration
    const nowhere = unmatched(registers ? [...docspaceRoutes, ...docspacePortalRoutes] : docspaceRoutes)
    instance.setNotFoundHandler(nowhere)
    instance.addHook("onRequest", async (request, reply) =>
      isUnmatched(request) ? nowhere(request, reply) : undefined,
    )
    instance.decorateRequest("docspaceCaller")

    async function recognize(request: FastifyRequest, reply: FastifyReply): Promise<void> {
      if (isBasic(request.headers.authorization)) reply.header("www-authenticate", "Basic")
      request.setDecorator("docspaceCaller", await authenticate(context, request))
    }

    async function recognizeCreator(request: FastifyRequest, reply: FastifyReply): Promise<void> {
      try {
        await recognize(request, reply)
      } catch (error) {
        if (isUnauthorized(error)) creations.count(networkOf(request.ip), clock.now(), reply)
        throw error
      }
      creations.count(callerOf(request).owner.id, clock.now(), reply)
    }

    function open<R extends Route>(
      route: R,
      answer: (
        asked: Asked<R>,
        request: FastifyRequest,
        reply: FastifyReply,
      ) => Promise<Answer<R>> | Answer<R>,
      recognizes = recognize,
    ): void {
      const { permission } = route
      const check = bodyCheck(route)
      const steps = {
        onRequest: permission === undefined ? [] : [recognizes],
        preValidation: async (request: FastifyRequest) => {
          if (!route.body) return
          request.body = readJsonBody(request, route)
          check(request.body)
        },
      }
      if (permission) {
        steps.onRequest.push(async (request) => demandScope(callerOf(request), permission))
      }
      for (const path of spellings(route.path)) serve(instance, { ...route, path }, steps, answer)
    }

    open(
      createApiKey,
      async ({ body }, request) => enveloped(request, await createKey(context, callerOf(request), body)),
      recognizeCreator,
    )
    open(listApiKeys, async (_asked, request) => {
      const keys = await listKeys(context, callerOf(request))
      return enveloped(request, keys, settings.conformance === "observed" ? 1 : keys.length)
    })
    open(listScopes, (_asked, request) => enveloped(request, [...docspaceScopes]))
    open(readOwnApiKey, async (_asked, request) =>
      enveloped(request, await presentedKey(context, callerOf(request))),
    )
    open(updateApiKey, async ({ params, body }, request) => {
      const id = canonicalKeyId(params.keyId)
      return enveloped(request, await updateKey(context, callerOf(request), id, body))
    })
    open(deleteApiKey, async ({ params }, request) =>
      enveloped(request, await deleteKey(context, callerOf(request), canonicalKeyId(params.keyId))),
    )

    open(authenticateMe, async ({ body }, request, reply) =>
      enveloped(request, await signIn(context, body, request, reply)),
    )
    open(isAuthenticated, async (_asked, request, reply) => {
      try {
        await recognize(request, reply)
        return enveloped(request, true)
      } catch (error) {
        if (isUnauthorized(error)) return enveloped(request, false)
        throw error
      }
    })

    open(readSelfProfile, async (_asked, request) => {
      const by = callerOf(request)
      const principal = await authority.member(by.principal, by.owner.id)
      return enveloped(request, printProfile(principal, standingOf(by, keyspace.id)))
    })
    const add = async (body: MemberRequestDto, request: FastifyRequest) => {
      const by = callerOf(request)
      // Whoever adds an administrator knows their password; a key or token must not be worth more than itself.
      if (by.scope && body.type === "DocSpaceAdmin") throw new Refusal(403, texts.accessDenied)
      return enveloped(request, await addEmployee(authority, by.principal, body, visitOf(request)))
    }
    open(addMember, ({ body }, request) => add(body, request))
    open(addActiveMember, ({ body }, request) => add({ type: "Guest", ...body }, request))

    open(readDevToolsAccess, async (_asked, request) =>
      enveloped(request, { limitedAccessForUsers: await accessIsLimited(authority, keyspace) }),
    )
    open(setDevToolsAccess, async ({ body }, request) => {
      await limitAccess(authority, callerOf(request).principal, keyspace, body.limitedAccessForUsers)
      return enveloped(request, { limitedAccessForUsers: body.limitedAccessForUsers })
    })

    if (!registers) return
    instance.log.warn(
      "anybody on this machine can become an owner of the organization by registering a portal",
    )
    open(registerPortal, ({ body }, request) => register(context, body, request))
    open(deletePortal, async (_asked, request) => {
      await unregister(context, callerOf(request))
      return enveloped(request, true)
    })
  }
}

function callerOf(request: FastifyRequest): DocSpaceCaller {
  return request.getDecorator<DocSpaceCaller>("docspaceCaller")
}
