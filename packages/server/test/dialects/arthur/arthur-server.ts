import { managementKeyspace } from "@keyward/core"
import { afterAll, afterEach } from "vitest"
import type { Conformance } from "../../../src/dialects/dialect.ts"
import {
  type Ask as DialectAsk,
  type DialectOptions,
  type DialectServer,
  engines,
  modes,
  openDialect,
  type Reply,
} from "../dialect-server.ts"

export type { Reply }

export interface Ask extends DialectAsk {
  /** The bearer token; default: the master key; null: none. */
  readonly token?: string | null
}

interface IssuedKey {
  readonly id: string
  readonly secret: string
}

/** The dialect's server, asked with its master key. */
export interface ArthurServer extends DialectServer {
  readonly master: IssuedKey
  readonly managementKeyspaceId: string
  /** Another master key of the administrator's. */
  newMaster(): Promise<IssuedKey>
  ask(path: string, asked?: Ask): Promise<Reply>
  /** A key with these roles, made through the dialect by the master key. */
  issueKey(roles?: readonly string[]): Promise<{ readonly id: string; readonly key: string }>
}

/** How a test is run: in each mode, on each store. */
export interface Place {
  readonly mode: Conformance
  readonly engine: DialectOptions["engine"]
}
export const places: readonly Place[] = modes.flatMap((mode) => engines.map((engine) => ({ mode, engine })))

type Options = Omit<DialectOptions, "engine" | "conformance">

/** The servers of a test file. Called once, at its top. */
export function arthurServers() {
  const shared = new Map<Place, ArthurServer>()
  const fresh: ArthurServer[] = []
  afterEach(async () => {
    for (const server of fresh.splice(0)) await server.close()
  })
  afterAll(async () => {
    for (const server of shared.values()) await server.close()
  })
  return {
    /** One for all tests of a place that do not mind what others left behind, and leave it working. */
    async shared(place: Place, options: Options = {}): Promise<ArthurServer> {
      const server = shared.get(place) ?? (await openArthur(place, options))
      shared.set(place, server)
      return server
    },
    /** One for this test alone. */
    async fresh(place: Place, options: Options = {}): Promise<ArthurServer> {
      const server = await openArthur(place, options)
      fresh.push(server)
      return server
    },
  }
}

async function openArthur({ mode, engine }: Place, options: Options): Promise<ArthurServer> {
  const server = await openDialect("arthur", { ...options, engine, conformance: mode })
  const newMaster = async (): Promise<IssuedKey> => {
    const { admin_key } = await server.issue(server.admin)
    const secret = String(admin_key)
    const { json } = await server.native("POST", "/v1/keys/verify", { key: secret })
    return { id: json.key_id, secret }
  }
  const master = await newMaster()
  const ask = (path: string, { token = master.secret, headers = {}, ...asked }: Ask = {}) =>
    server.ask(path, {
      ...asked,
      headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
    })
  return {
    ...server,
    master,
    managementKeyspaceId: (await managementKeyspace(server.keyward.deps, server.organization.id)).id,
    newMaster,
    ask,
    async issueKey(roles = ["VALIDATION-USER"]) {
      const { status, json } = await ask("/auth/api_keys/", { method: "POST", body: { roles } })
      if (status !== 200) throw new Error(`not issued: ${status}`)
      return json
    },
  }
}
