// A child process of the HTTP benchmark: Keyward as it is served, over SQLite, with 1,000 keys to verify.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createApp } from "../packages/server/src/http/app.ts"
import { createLogger } from "../packages/server/src/logger.ts"
import { openStore } from "../packages/server/src/stores/open.ts"
import { openSubject } from "./subject.ts"

const directory = mkdtempSync(join(tmpdir(), "keyward-bench-"))
const { keyward, adminKey, secrets } = await openSubject(
  await openStore(`sqlite:${join(directory, "http.db")}`),
  1000,
  10_000,
)
const app = createApp(keyward, { logger: createLogger("error"), trustedHops: 0, publicUrl: null })
const url = await app.listen({ host: "127.0.0.1", port: 0 })
process.send?.({ url, adminKey, secrets })
process.on("message", () => process.send?.({ cpu: process.cpuUsage() }))
process.on("disconnect", () => {
  rmSync(directory, { recursive: true })
  process.exit()
})
