import type { Answer, Body, Params, Query, Route } from "@keyward/contract"
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from "fastify"

/** What a request says, as its route declares it and the instance's validator has checked it. */
export interface Asked<R extends Route> {
  readonly params: Params<R>
  readonly query: Query<R>
  readonly body: Body<R>
}

/**
 * Serves one declared route: its schemas validate the request and print the answer and the refusals. The status is the
 * declared one that has a body, or has none when `answer` returns undefined.
 * @param steps the hooks that come before, such as authentication
 */
export function serve<R extends Route>(
  instance: FastifyInstance,
  route: R,
  steps: Pick<RouteShorthandOptions, "onRequest" | "preValidation" | "preHandler">,
  answer: (asked: Asked<R>, request: FastifyRequest, reply: FastifyReply) => Promise<Answer<R>> | Answer<R>,
): void {
  const { params, query: querystring, headers, body } = route
  const replies = Object.entries({ ...route.answers, ...route.errors })
  const parts = Object.entries({ params, querystring, headers, body }).filter(([, schema]) => schema)
  instance.route({
    ...steps,
    method: route.method,
    url: route.path.replaceAll(/\{(\w+)\}/g, ":$1"),
    // A vendor whose API answers HEAD declares it.
    exposeHeadRoute: false,
    schema: {
      ...Object.fromEntries(parts),
      response: Object.fromEntries(
        replies.flatMap(([status, { schema }]) => (schema ? [[status, schema]] : [])),
      ),
    },
    handler: async (request, reply) => {
      const answered = await answer(
        {
          params: request.params as Params<R>,
          query: request.query as Query<R>,
          body: request.body as Body<R>,
        },
        request,
        reply,
      )
      return reply.code(statusOf(route, answered !== undefined)).send(answered)
    },
  })
}

function statusOf(route: Route, hasBody: boolean): number {
  const declared = Object.entries(route.answers).find(([, { schema }]) => (schema !== null) === hasBody)
  if (!declared) throw new RangeError(`${route.operationId} declares no such answer.`)
  return Number(declared[0])
}
