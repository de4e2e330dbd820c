import {
  arthurRoles,
  arthurRoutes,
  arthurUnassignableRole,
  createApiKey,
  deactivateApiKey,
  getApiKey,
  getCurrentUser,
  getHealth,
  listActiveApiKeys,
} from "@keyward/contract/arthur"
import { demand, type Key, type KeyPosition } from "@keyward/core"
import type { FastifyPluginAsync, FastifyRequest } from "fastify"
import type { DialectContext } from "../dialect.ts"
import { plainJson } from "../plain-json.ts"
import { serve } from "../serve.ts"
import { newKey, printApiKey } from "./api-key.ts"
import { type ArthurCaller, authenticate, refusalText } from "./caller.ts"
import { crossOrigin } from "./cors.ts"
import { readJsonBody } from "./json-body.ts"
import { parseKeyId } from "./key-id.ts"
import { failures, texts } from "./mapping.ts"
import { errorHandler, Refusal } from "./refusal.ts"
import { presentedToken } from "./token.ts"
import { isUnmatched, unmatched } from "./unmatched.ts"
import { validatorCompiler } from "./validation.ts"

/** Most bytes of a body. */
const bodyMaximum = 64 * 1024

/** How many keys one page of the list reads; the list itself has no pages. */
const pageLimit = 500

/**
 * The vendor's routes. The order of the steps is the order in which a request is refused: 401 before a body is read,
 * then validation, then 403, then what the operation itself refuses.
 */
export function routes(context: DialectContext): FastifyPluginAsync {
  const { authority, keyspace, clock, version } = context
  const { conformance, allowedOrigins } = context.settings

  return async (instance) => {
    instance.setValidatorCompiler(validatorCompiler)
    instance.setErrorHandler(errorHandler(conformance))
    instance.removeAllContentTypeParsers()
    instance.addContentTypeParser(
      "*",
      { parseAs: "buffer", bodyLimit: bodyMaximum },
      (_request, body, done) => done(null, body),
    )
    const nowhere = unmatched(arthurRoutes)
    instance.setNotFoundHandler(nowhere)
    instance.addHook("onRequest", crossOrigin(allowedOrigins))
    instance.addHook("onRequest", async (request, reply) =>
      isUnmatched(request) ? nowhere(request, reply) : undefined,
    )
    instance.addHook("onSend", plainJson)
    instance.decorateRequest("arthurCaller")

    serve(instance, getHealth, {}, () => ({ message: "ok", build_version: version }))

    const anyone = async (request: FastifyRequest) => {
      request.setDecorator("arthurCaller", await authenticate(context, request, texts.mustBeAuthenticated))
    }
    serve(instance, getCurrentUser, { onRequest: anyone }, (_asked, request) => {
      const { userId, roles } = callerOf(request)
      return { user_id: userId, roles: [...roles], org_scope: null, org: null }
    })

    const manager = async (request: FastifyRequest) => {
      const caller = await authenticate(context, request, texts.unauthorized)
      if (conformance === "observed" && caller.by === "key") {
        throw new Refusal(401, refusalText(context, presentedToken(request.headers), texts.unauthorized))
      }
      request.setDecorator("arthurCaller", caller)
    }
    const reads = async (request: FastifyRequest) =>
      demand(callerOf(request).caller, listActiveApiKeys.permission, keyspace.id)
    const writes = async (request: FastifyRequest) =>
      demand(callerOf(request).caller, createApiKey.permission, keyspace.id)
    const parseBody = async (request: FastifyRequest) => {
      request.body = readJsonBody(request)
    }

    serve(
      instance,
      createApiKey,
      { onRequest: manager, preValidation: parseBody, preHandler: writes },
      async ({ body }, request) => {
        if (body.roles?.includes(arthurUnassignableRole)) throw unassignable()
        const { key, secret } = await authority.createKey(callerOf(request).caller, newKey(keyspace.id, body))
        return printApiKey(key, clock.now(), { key: secret, message: texts.keyIssued })
      },
    )

    serve(instance, listActiveApiKeys, { onRequest: manager, preHandler: reads }, async (_asked, request) => {
      const keys: Key[] = []
      let after: KeyPosition | null = null
      do {
        const page = await authority.keys(
          callerOf(request).caller,
          { keyspaceId: keyspace.id, state: "active" },
          { limit: pageLimit, after },
        )
        keys.push(...page.items)
        after = page.next
      } while (after !== null)
      const now = clock.now()
      // The authority lists the newest first.
      return keys.toReversed().map((key) => printApiKey(key, now))
    })

    serve(instance, getApiKey, { onRequest: manager, preHandler: reads }, async ({ params }, request) =>
      printApiKey(await authority.key(callerOf(request).caller, keyIdOf(params)), clock.now()),
    )

    serve(
      instance,
      deactivateApiKey,
      { onRequest: manager, preHandler: writes },
      async ({ params }, request) => {
        const revocation = { reason: "unspecified", note: null } as const
        const key = await authority.revokeKey(callerOf(request).caller, keyIdOf(params), revocation)
        return conformance === "documented" ? printApiKey(key, clock.now()) : undefined
      },
    )
  }
}

function callerOf(request: FastifyRequest): ArthurCaller {
  return request.getDecorator<ArthurCaller>("arthurCaller")
}

/** The id that the schema has found to be one. */
function keyIdOf({ api_key_id }: { readonly api_key_id: string }): string {
  const id = parseKeyId(api_key_id)
  if (id === null) throw new Refusal(failures.not_found.status, failures.not_found.detail)
  return id
}

function unassignable(): Refusal {
  const detail = `Roles ['${arthurUnassignableRole}'] cannot be assigned via this endpoint; allowed are ${arthurRoles.join(", ")}.`
  return new Refusal(400, detail)
}
