import type { Dialect } from "../dialect.ts"
import { issue } from "./issue.ts"
import { keyspaceDefinition } from "./keyspace.ts"
import { frameworkError } from "./refusal.ts"
import { routes } from "./routes.ts"

/** The "Api keys" API of ONLYOFFICE DocSpace. */
export const docspace: Dialect = {
  name: "docspace",
  instance: {
    routerOptions: { caseSensitive: false, ignoreTrailingSlash: true, maxParamLength: 16 * 1024 },
    frameworkErrors: frameworkError,
  },
  // Whether anybody is signed in: nobody is, and that is an answer.
  keyspace: keyspaceDefinition,
  issue,
  routes,
}
