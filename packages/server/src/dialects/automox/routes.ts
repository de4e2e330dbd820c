import type { FastifyPluginAsync, FastifyRequest } from "fastify"
import type { DialectContext } from "../dialect.ts"
import { plainJson } from "../plain-json.ts"
import { operations } from "./operations.ts"
import { refuse, refuseUnknownRoute } from "./refusal.ts"
import { isId, validatorCompiler, withIntegers } from "./validation.ts"

/** Most bytes of a body. */
const bodyMaximum = 64 * 1024

/** The base of the vendor's own server: clients that keep it and change the host alone are served too. */
const vendorBase = "/api"

/** The vendor's routes, at the root and below its own base. */
export function routes(context: DialectContext): FastifyPluginAsync {
  return async (instance) => {
    instance.setValidatorCompiler(validatorCompiler)
    instance.setErrorHandler(refuse)
    instance.setNotFoundHandler(refuseUnknownRoute)
    instance.removeAllContentTypeParsers()
    instance.addContentTypeParser(
      "*",
      { parseAs: "buffer", bodyLimit: bodyMaximum },
      (_request, body, done) => done(null, body),
    )
    instance.addHook("onRequest", async (request, reply) => {
      if (isUnmatched(request)) return refuseUnknownRoute(request, reply)
      // Clients name JSON where there is no body, and some name nothing that is a type; nobody here asks.
      delete request.headers["content-type"]
      return undefined
    })
    instance.addHook("preValidation", async (request) => {
      request.params = withIntegers(request.params)
      request.query = withIntegers(request.query)
    })
    instance.addHook("onSend", plainJson)
    instance.decorateRequest("automoxCaller")
    await instance.register(operations(context))
    await instance.register(operations(context), { prefix: vendorBase })
  }
}

/** Whether no route matched. What is in the place of an id and is none is another path, not a wrong id. */
function isUnmatched({ is404, params }: FastifyRequest): boolean {
  return is404 || !Object.values(params as Readonly<Record<string, string>>).every(isId)
}
