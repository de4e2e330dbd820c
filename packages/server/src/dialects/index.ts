import type { DialectName } from "../dialect-settings.ts"
import { arthur } from "./arthur/index.ts"
import { automox } from "./automox/index.ts"
import type { Dialect } from "./dialect.ts"
import { docspace } from "./docspace/index.ts"
import { octopus } from "./octopus/index.ts"

/** Every dialect there is: one line and one folder each. */
export const dialects: Readonly<Record<DialectName, Dialect>> = { arthur, automox, octopus, docspace }
