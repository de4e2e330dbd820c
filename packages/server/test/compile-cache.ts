import { fileURLToPath } from "node:url"

/** Has Node.js compile the program once for all the processes that the tests start; halves what each of them costs. */
export const compileCache = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL("../../../node_modules/.cache/keyward-cli", import.meta.url)),
}
