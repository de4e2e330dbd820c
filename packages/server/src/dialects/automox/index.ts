import type { Dialect } from "../dialect.ts"
import { issue } from "./issue.ts"
import { keyspaceDefinition } from "./keyspace.ts"
import { refuseUndecodablePath } from "./refusal.ts"
import { routes } from "./routes.ts"

/** The "API Keys" API of the Automox console. */
export const automox: Dialect = {
  name: "automox",
  // The vendor's own samples end paths with a slash where its reference does not.
  instance: { routerOptions: { ignoreTrailingSlash: true }, frameworkErrors: refuseUndecodablePath },
  keyspace: keyspaceDefinition,
  issue,
  routes,
}
