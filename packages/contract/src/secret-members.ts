import type { Route } from "./route.ts"
import { secretMark } from "./schema.ts"

/**
 * Every place where the routes carry a secret, from the marks in the schemas: what loggers, recorders and printers
 * leave out. `createKey 201 secret` is the member `secret` of that answer, `verifyKeys body keys[].key` the member `key` of
 * every item of that list.
 */
export function secretMembers(routes: readonly Route[]): string[] {
  return routes.flatMap((route) => {
    const parts = {
      path: route.params,
      query: route.query,
      header: route.headers,
      body: route.body,
      ...Object.fromEntries(Object.entries(route.answers).map(([status, { schema }]) => [status, schema])),
    }
    return Object.entries(parts).flatMap(([part, schema]) =>
      marked(schema, "").map((member) => `${route.operationId} ${part} ${member}`),
    )
  })
}

function marked(schema: unknown, member: string): string[] {
  if (typeof schema !== "object" || schema === null) return []
  const { [secretMark]: mark, properties, items } = schema as Record<string, unknown>
  if (mark === true) return [member]
  return [
    ...Object.entries(properties ?? {}).flatMap(([name, inner]) =>
      marked(inner, member === "" ? name : `${member}.${name}`),
    ),
    ...marked(items, `${member}[]`),
  ]
}
