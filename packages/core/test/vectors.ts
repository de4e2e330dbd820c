import { readFileSync } from "node:fs"

/** The cases of `vectors/<name>.json`. */
export function vectors<Cases>(name: string): Cases {
  return JSON.parse(readFileSync(new URL(`../../../vectors/${name}.json`, import.meta.url), "utf8"))
}
