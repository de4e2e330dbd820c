import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ArthurApiKeys } from "@keyward/sdk/arthur"
import { expect, onTestFinished, test } from "vitest"
import { registerSecret } from "../../../../../tests/evidence.ts"
import { witnessedFetch } from "../../../../../tests/witness.ts"
import { readConfig } from "../../../src/config.ts"
import { enableDialect } from "../../../src/dialect-enabling.ts"
import { arthur } from "../../../src/dialects/arthur/index.ts"
import { createLogger } from "../../../src/logger.ts"
import { listen } from "../../../src/server.ts"
import { openStore } from "../../../src/stores/open.ts"
import { postgresUrl } from "../../postgres/database.ts"
import { openTestKeyward } from "../../test-keyward.ts"
import { places } from "./arthur-server.ts"

test.each(places)(
  "clients work below a path, redirects included, $mode, $engine",
  async ({ mode, engine }) => {
    const folder = await mkdtemp(join(tmpdir(), "keyward-arthur-"))
    onTestFinished(() => rm(folder, { recursive: true }))
    const url = engine === "postgres" ? await postgresUrl() : `sqlite:${join(folder, "keyward.db")}`
    const { keyward, created } = await openTestKeyward({ store: await openStore(url) })
    const config = readConfig({
      KEYWARD_PORT: "0",
      KEYWARD_ARTHUR_MOUNT: "path:/vendors/arthur",
      KEYWARD_ARTHUR_CONFORMANCE: mode,
    })
    const context = await enableDialect(keyward, created.organization, "arthur", config.dialects.arthur)
    const holder = { standing: "administrator", principal: created.admin, password: null } as const
    const token = String((await arthur.issue(context, holder))["admin_key"])
    registerSecret("key text", token)
    const listening = await listen(keyward, config, createLogger("silent"))
    onTestFinished(() => listening.close())

    const baseUrl = `${listening.baseUrl}/vendors/arthur`
    const client = new ArthurApiKeys({ baseUrl, token, fetch: witnessedFetch })
    const { id } = await client.createApiKey({ description: "below a path" })
    expect(await client.getAllActiveApiKeys()).toEqual([await client.getApiKey(id)])
    await client.deactivateApiKey(id)
    expect((await client.getApiKey(id)).is_active).toBe(false)

    for (const [asked, to] of [
      ["/auth/api_keys?a=1", "/auth/api_keys/?a=1"],
      [`/auth/api_keys/${id}/`, `/auth/api_keys/${id}`],
    ]) {
      const { status, headers } = await fetch(baseUrl + asked, { redirect: "manual" })
      expect([status, headers.get("location")]).toEqual([307, baseUrl + to])
    }
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" }
    const followed = await witnessedFetch(`${baseUrl}/auth/api_keys`, { method: "POST", headers, body: "{}" })
    expect(followed.status).toBe(200)
  },
)
