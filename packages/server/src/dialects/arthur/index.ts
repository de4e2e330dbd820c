import type { Dialect } from "../dialect.ts"
import { issue } from "./issue.ts"
import { keyspaceDefinition } from "./keyspace.ts"
import { frameworkError } from "./refusal.ts"
import { routes } from "./routes.ts"

/** The "API Keys" API of the Arthur GenAI Engine. */
export const arthur: Dialect = {
  name: "arthur",
  // Ids of any length are judged by the schema, up to what a request line can hold.
  instance: { routerOptions: { maxParamLength: 16 * 1024 }, frameworkErrors: frameworkError },
  keyspace: keyspaceDefinition,
  issue,
  routes,
}
