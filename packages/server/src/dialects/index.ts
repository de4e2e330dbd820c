import type { DialectName } from "../dialect-settings.ts"
import { arthur } from "./arthur/index.ts"
import { automox } from "./automox/index.ts"
import type { Dialect } from "./dialect.ts"
import { octopus } from "./octopus/index.ts"

const standing: Readonly<Partial<Record<DialectName, Dialect>>> = { arthur, automox, octopus }

/** Every dialect there is: one line and one folder each. */
export const dialects = standing as Readonly<Record<DialectName, Dialect>>
