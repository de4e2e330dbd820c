import { existsSync, mkdirSync, watch } from "node:fs"
import { expect, test } from "vitest"
import { credentialsFile } from "../packages/server/src/cli/credentials.ts"
import { expectWholeChain } from "./audit-chain.ts"
import { times } from "./effort.ts"
import { registerSecret } from "./evidence.ts"
import { type Installation, install } from "./server.ts"

// A first start makes secrets, a database and credentials. Wherever it is killed on the way, the next one serves, and
// there is a way to a management key.

/** A first start changes its folder some 40 times. */
const changes = 40
const kills = Math.min(times({ quick: 1, proof: 4 }), changes)
/** After how many changes of the data folder the kill comes, or when it serves, if that is earlier. */
const moments = Array.from({ length: kills }, (_, at) => Math.ceil(((at + 0.5) * changes) / kills))

test.for(moments)(
  "a first start that is killed at change %i of its folder is made good by the next",
  async (moment) => {
    const installation = await install("sqlite")
    await killedFirstStart(installation, moment)

    const server = await installation.start()
    const apiKey = existsSync(credentialsFile(installation.dataDir))
      ? (await installation.credentials()).admin.api_key
      : await recovered(installation)
    const client = server.client(apiKey)
    const { items } = await client.keyspaces.list()
    const standard = items.find(({ kind }) => kind === "standard")
    const keyspace = standard ?? (await client.keyspaces.create({ name: "Mine", prefix: "mine" }))
    const { secret } = await client.keys.create({ keyspace_id: keyspace.id, name: "First" })
    expect(await client.keys.verify({ key: secret })).toMatchObject({ code: "VALID" })
    await expectWholeChain(client, installation)
  },
)

async function killedFirstStart(installation: Installation, moment: number): Promise<void> {
  mkdirSync(installation.dataDir, { mode: 0o700 })
  const start = installation.begin()
  let changes = 0
  const watcher = watch(installation.dataDir, () => {
    if (++changes === moment) start.end("SIGKILL")
  })
  start.announced.then(
    () => start.end("SIGKILL"),
    () => undefined,
  )
  try {
    expect(await start.ended).toMatchObject({ signal: "SIGKILL" })
  } finally {
    watcher.close()
  }
}

async function recovered(installation: Installation): Promise<string> {
  const { code, output } = await installation.run("recover", "--json")
  expect(code).toBe(0)
  const { api_key: apiKey } = JSON.parse(output)
  registerSecret("key text", apiKey)
  return apiKey
}
