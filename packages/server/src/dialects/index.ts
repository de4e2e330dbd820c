import { arthur } from "./arthur/index.ts"
import type { Dialect } from "./dialect.ts"

/** Every dialect there is: one line and one folder each. */
export const dialects = { arthur } as const satisfies Readonly<Record<string, Dialect>>
