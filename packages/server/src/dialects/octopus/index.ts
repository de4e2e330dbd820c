import type { Dialect } from "../dialect.ts"
import { issue, keyspaceDefinition } from "./keyspace.ts"
import { overrideMethod } from "./method-override.ts"
import { parseQuery } from "./query.ts"
import { frameworkError } from "./refusal.ts"
import { routes } from "./routes.ts"

/** The API keys of Octopus Deploy. */
export const octopus: Dialect = {
  name: "octopus",
  instance: {
    routerOptions: {
      caseSensitive: false,
      ignoreTrailingSlash: true,
      // However long an id is, it is the id of nothing, and not a path of its own.
      maxParamLength: 16 * 1024,
      querystringParser: parseQuery,
    },
    rewriteUrl: overrideMethod,
    frameworkErrors: frameworkError,
  },
  keyspace: keyspaceDefinition,
  issue,
  routes,
}
