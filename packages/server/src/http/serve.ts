import {
  type Answer,
  type Body,
  input,
  type Params,
  type ProblemCode,
  type Query,
  type Route,
  takesIdempotencyKey,
} from "@keyward/contract"
import type { Caller } from "@keyward/core"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { isStorable } from "../storable.ts"
import type { Authenticate } from "./authentication.ts"
import { begun } from "./direct.ts"
import { withIntent } from "./idempotency.ts"
import { HttpProblem } from "./problem.ts"
import { invalid, validator } from "./validation.ts"

/** What a handler is given: the request's parts, checked by the route's schemas, and who asks. */
interface Call<R extends Route> {
  readonly params: Params<R>
  readonly query: Query<R>
  readonly body: Body<R>
  /** Who asks; on a route without a credential there is none. */
  readonly caller: R extends { readonly permission: string | null } ? Caller : undefined
  readonly request: FastifyRequest
  /** For headers and, where a route has several, the status. */
  readonly reply: FastifyReply
}

type Handler<R extends Route> = (call: Call<R>) => Answer<R> | Promise<Answer<R>>

/** One schema for all, so that it is compiled once. */
const noQuery = input({})

/**
 * Serves one route of the contract: authenticates, validates by its schemas, and answers with its success status.
 * Permissions are demanded by the authority, not here.
 */
export function serve<const R extends Route>(
  app: FastifyInstance,
  route: R,
  authenticate: Authenticate,
  handler: Handler<R>,
): void {
  const check = {
    params: route.params && validator("path", route.params),
    query: validator("query", route.query ?? noQuery),
    body: route.body && validator("body", route.body),
  }
  const status = Number(Object.keys(route.answers)[0])
  const authenticated = route.permission !== undefined
  const repeatable = takesIdempotencyKey(route)

  app.route({
    method: route.method,
    url: route.path.replaceAll(/\{(\w+)\}/g, ":$1"),
    ...(route.bodyMaximum === undefined ? {} : { bodyLimit: route.bodyMaximum }),
    // Before the body is read: whoever is not known is told so first, and cannot make the server parse anything.
    onRequest: authenticated
      ? (request, _reply, done) => {
          const caller = begun(request.raw)?.caller() ?? authenticate(request)
          if (!(caller instanceof Promise)) {
            request.caller = caller
            return done()
          }
          caller.then(
            (known) => {
              request.caller = known
              done()
            },
            (error: Error) => done(error),
          )
        }
      : [],
    handler: (request, reply) => {
      if (check.params) {
        refuseUnstorable("path", request.params)
        check.params(request.params)
      }
      refuseUnstorable("query", request.query)
      check.query(request.query)
      // No body says as much as an empty object: the schema knows whether anything is missing. null says something else.
      const body = request.body === undefined && check.body ? {} : request.body
      if (check.body) check.body(body)
      else if (body !== undefined) refuseBody()
      const { caller } = request
      const answer = handler({
        params: request.params,
        query: request.query,
        body,
        caller: repeatable && caller ? withIntent(caller, route, request, reply, body) : caller,
        request,
        reply,
      } as Call<R>)
      reply.code(status)
      return answer instanceof Promise ? answer.then((body) => send(reply, body)) : send(reply, answer)
    },
  })
}

/** Answers every other method on the paths of `routes` with 405 and the methods that there are. */
export function refuseOtherMethods(app: FastifyInstance, routes: readonly Route[]): void {
  const methodsByPath = new Map<string, string[]>()
  for (const { path, method } of routes) {
    const methods = methodsByPath.get(path) ?? []
    methods.push(method, ...(method === "GET" ? ["HEAD"] : []))
    methodsByPath.set(path, methods)
  }
  for (const [path, methods] of methodsByPath) {
    app.route({
      method: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].filter(
        (method) => !methods.includes(method),
      ),
      url: path.replaceAll(/\{(\w+)\}/g, ":$1"),
      exposeHeadRoute: false,
      onRequest: () => {
        const code: ProblemCode = "method_not_allowed"
        throw new HttpProblem(code, {
          detail: `This path takes ${methods.join(", ")}.`,
          headers: { allow: methods.join(", ") },
        })
      },
      handler: () => undefined,
    })
  }
}

function send(reply: FastifyReply, body: unknown) {
  return body === undefined ? reply.send() : reply.send(body)
}

function refuseBody(): never {
  throw invalid([{ member: "/", message: "This call takes no body.", fix: "Send none." }])
}

function refuseUnstorable(part: "path" | "query", parameters: unknown): void {
  for (const [name, value] of Object.entries(parameters as Record<string, string | string[]>)) {
    if (isStorable(name) && [value].flat().every(isStorable)) continue
    throw invalid([
      { member: part, message: "A parameter holds a NUL or a lone surrogate.", fix: "Remove it." },
    ])
  }
}

declare module "fastify" {
  interface FastifyRequest {
    /** Set by `serve` on routes that need a credential. */
    caller: Caller | undefined
  }
}
