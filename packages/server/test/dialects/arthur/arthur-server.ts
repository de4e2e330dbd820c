import {
  type Caller,
  type CreatedKey,
  createOrganization,
  ensureBuiltInKeyspace,
  fail,
  type Instant,
  type Keyspace,
  later,
  openMemoryStore,
  Peppers,
  Sealer,
  type Store,
  systemCaller,
  systemEntropy,
} from "@keyward/core"
import fastify from "fastify"
import { pino } from "pino"
import { gather, registerSecret } from "../../../../../tests/evidence.ts"
import { witnessedFetch } from "../../../../../tests/witness.ts"
import { arthur } from "../../../src/dialects/arthur/index.ts"
import type { Conformance, DialectSettings } from "../../../src/dialects/dialect.ts"
import { assembleKeyward, type Keyward } from "../../../src/keyward.ts"
import { assembleOpenId } from "../../../src/openid/openid.ts"
import type { OpenIdSettings } from "../../../src/openid/settings.ts"

/** What is answered, with the body both as it came and as JSON where it is JSON. */
export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a body is whatever the server sent; the tests say what it must be.
  readonly json: any
}

export interface Ask {
  readonly method?: string
  readonly token?: string | null
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** A body as it is, in place of `body`. */
  readonly raw?: string | Uint8Array<ArrayBuffer>
}

/** A whole server: the real authority, verifier and dialect on a port of its own, over a store in memory. */
export interface ArthurServer {
  readonly url: string
  readonly keyward: Keyward
  readonly keyspace: Keyspace
  readonly organizationId: string
  readonly managementKeyspaceId: string
  readonly system: Caller
  readonly settings: DialectSettings
  readonly master: CreatedKey
  newMaster(): Promise<CreatedKey>
  readonly admin: CreatedKey
  readonly log: string[]
  advance(seconds: number): void
  /** From now on the store answers nothing. */
  breakStore(): void
  ask(path: string, asked?: Ask): Promise<Reply>
  /** A key with these roles, made through the dialect by the master key. */
  issue(roles?: readonly string[]): Promise<{ readonly id: string; readonly key: string }>
  close(): Promise<void>
}

export interface Settings {
  readonly maxKeys?: number
  readonly guessLimit?: number
  readonly allowedOrigins?: readonly string[]
  readonly openId?: OpenIdSettings
  /** When the clock starts. */
  readonly now?: Instant
}

export async function openArthur(conformance: Conformance, settings: Settings = {}): Promise<ArthurServer> {
  let now = settings.now ?? (Date.parse("2026-07-01T23:30:49.068Z") as Instant)
  const clock = { now: () => now }
  const { store, breakStore } = breakable(openMemoryStore())
  const log: string[] = []
  const write = (line: string) => {
    log.push(line)
    gather({ source: "a log in process", text: line })
  }
  const logger = pino({ level: "warn" }, { write })
  const bytes = (value: number) => new Map([[1, new Uint8Array(32).fill(value)]])
  const keyward = assembleKeyward({
    store,
    clock,
    entropy: systemEntropy,
    peppers: new Peppers(bytes(1)),
    sealer: new Sealer(bytes(2), systemEntropy),
    logger,
    sessionLifetime: { idleMs: 60 * 60_000, absoluteMs: 12 * 60 * 60_000 },
    cacheKeys: 10_000,
    trustedForMs: null,
    guessLimit: settings.guessLimit ?? 0,
    usageFlushMs: null,
  })
  const { organization, managementKeyspace, admin, adminKey } = await createOrganization(keyward.deps, {
    name: "Example",
    admin: { email: "admin@example.com", displayName: "Admin", passwordHash: "unused" },
  })
  const dialectSettings = {
    conformance,
    allowedOrigins: settings.allowedOrigins ?? [],
    maxKeys: settings.maxKeys ?? 1000,
    maxLifetimeDays: null,
    creationsPerQuarterHour: null,
  }
  const keyspace = await ensureBuiltInKeyspace(
    keyward.deps,
    organization.id,
    arthur.keyspace(dialectSettings),
  )
  const newMaster = async (): Promise<CreatedKey> => {
    const { admin_key: secret } = await arthur.issue(
      { authority: keyward.authority, organization, keyspace, managementKeyspaceId: managementKeyspace.id },
      { standing: "administrator", principal: admin, password: null },
    )
    const found = await keyward.verifier.verify({
      text: String(secret),
      visible: () => true,
      guesser: null,
      clientIp: null,
      origin: null,
    })
    if (typeof secret !== "string" || !found.subject) throw new Error("no master key")
    registerSecret("key text", secret)
    return { key: found.subject.key, secret }
  }
  const master = await newMaster()
  registerSecret("key text", adminKey.secret)
  const instance = fastify({ loggerInstance: logger, ...arthur.instance })
  await instance.register(
    arthur.routes({
      authority: keyward.authority,
      verifier: keyward.verifier,
      guesses: keyward.guesses,
      organization,
      keyspace,
      settings: dialectSettings,
      identifyBearer: settings.openId
        ? assembleOpenId(settings.openId, keyward.deps, logger).identifyBearer
        : null,
      clock,
      entropy: systemEntropy,
      version: "1.2.3",
      installationId: crypto.randomUUID(),
    }),
  )
  const url = await instance.listen({ port: 0, host: "127.0.0.1" })

  async function ask(path: string, asked: Ask = {}): Promise<Reply> {
    const { method = "GET", token = master.secret, headers = {}, body, raw } = asked
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const response = await witnessedFetch(url + path, {
      method,
      redirect: "manual",
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
    })
    const text = await response.text()
    const isJson = response.headers.get("content-type") === "application/json"
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson && text !== "" ? JSON.parse(text) : undefined,
    }
  }

  return {
    url,
    keyward,
    keyspace,
    organizationId: organization.id,
    managementKeyspaceId: managementKeyspace.id,
    system: systemCaller(organization.id),
    settings: dialectSettings,
    master,
    newMaster,
    admin: adminKey,
    log,
    advance(seconds) {
      now = later(now, seconds * 1000)
    },
    breakStore,
    ask,
    async issue(roles = ["VALIDATION-USER"]) {
      const { status, json } = await ask("/auth/api_keys/", { method: "POST", body: { roles } })
      if (status !== 200) throw new Error(`not issued: ${status}`)
      return json
    },
    async close() {
      await instance.close()
      await keyward.close().catch(() => undefined)
    },
  }
}

/** A store that can be made to fail as a real one does when its engine is gone. */
function breakable(store: Store): { store: Store; breakStore: () => void } {
  let broken = false
  const guarded = new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== "function") return member
      return (...given: unknown[]) =>
        broken
          ? Promise.resolve().then(() => fail({ code: "store_unavailable" }))
          : Reflect.apply(member, target, given)
    },
  })
  return {
    store: guarded,
    breakStore: () => {
      broken = true
    },
  }
}

export const modes: readonly Conformance[] = ["documented", "observed"]
