import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  type Caller,
  type CreatedOrganization,
  createOrganization,
  type Keyspace,
  openMemoryStore,
  Peppers,
  Sealer,
  type ServiceAccount,
  type Store,
  systemCaller,
  systemEntropy,
  type User,
} from "@keyward/core"
import { gather, registerSecret } from "../../../../tests/evidence.ts"
import { witnessedFetch } from "../../../../tests/witness.ts"
import { enableDialect } from "../../src/dialect-enabling.ts"
import type { DialectName, DialectPlace, DialectSettings } from "../../src/dialect-settings.ts"
import type { Conformance, Credentials, Dialect, Holder } from "../../src/dialects/dialect.ts"
import { dialects } from "../../src/dialects/index.ts"
import { createApp, createListener } from "../../src/http/app.ts"
import { assembleKeyward, type Keyward } from "../../src/keyward.ts"
import { createLogger } from "../../src/logger.ts"
import type { OpenId } from "../../src/openid/openid.ts"
import { openStore } from "../../src/stores/open.ts"
import { interceptedStore, storeUnavailable } from "../intercepted-store.ts"
import { postgresUrl } from "../postgres/database.ts"
import { type TestClock, testClock } from "../test-clock.ts"
import { cheapPasswords, secretBytes, sessionLifetime } from "../test-keyward.ts"

export const engines = ["sqlite", "postgres"] as const
export const modes: readonly Conformance[] = ["documented", "observed"]

/** The password of every user of a test. */
export const password = "correct horse battery"

export interface DialectOptions {
  readonly engine: "memory" | (typeof engines)[number]
  readonly conformance?: Conformance
  readonly settings?: Partial<DialectSettings>
  /** Default: 0, any number. */
  readonly guessLimit?: number
  /** Made over the same authority; absent: no provider is configured. */
  readonly openId?: (keyward: Keyward) => OpenId
}

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
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
  /** A body as it is, in place of `body`. */
  readonly raw?: string | Uint8Array<ArrayBuffer>
}

/** An organization with people in it, and the dialect served for it. */
export interface DialectHouse {
  /** Where the dialect is, without a slash at the end. */
  readonly url: string
  readonly organization: CreatedOrganization["organization"]
  /** The dialect's own. */
  readonly keyspace: Keyspace
  readonly system: Caller
  /** A management key that may do everything. */
  readonly adminKey: string
  /** The role owner. */
  readonly admin: User
  readonly auditor: User
  readonly member: User
  readonly member2: User
  /** Without a role. */
  readonly service: ServiceAccount
  /** What the dialect issues to somebody, an administrator where they have the role owner. */
  issue(principal: User | ServiceAccount): Promise<Credentials>
  ask(path: string, asked?: Ask): Promise<Reply>
  /** The native API over the same authority, as the management key. */
  native(method: string, path: string, body?: unknown): Promise<Reply>
}

/** A whole server: the real authority, verifier and dialect, each organization's on a port of its own. */
export interface DialectServer extends DialectHouse {
  readonly keyward: Keyward
  readonly clock: TestClock
  /** Another organization of the same installation. */
  readonly other: DialectHouse
  /** What was logged so far. */
  readonly log: readonly string[]
  /** @param seconds from now on it is so much later */
  advance(seconds: number): void
  /** From now on the store answers nothing. */
  breakStore(): void
  mendStore(): void
  close(): Promise<void>
}

export async function openDialect(name: DialectName, options: DialectOptions): Promise<DialectServer> {
  const dialect: Dialect = dialects[name]
  const clock = testClock()
  const log: string[] = []
  const write = (line: string) => {
    log.push(line)
    gather({ source: "a log in process", text: line })
  }
  const logger = createLogger("warn", { write })
  const folder = await mkdtemp(join(tmpdir(), "keyward-dialect-"))
  let broken = false
  const store = interceptedStore(await storeOf(options.engine, folder), (_method, call) =>
    broken ? storeUnavailable() : call(),
  )
  const keyward = assembleKeyward({
    store,
    clock,
    entropy: systemEntropy,
    peppers: new Peppers(secretBytes(1)),
    sealer: new Sealer(secretBytes(2), systemEntropy),
    logger,
    sessionLifetime,
    passwords: cheapPasswords,
    cacheKeys: 1_000,
    trustedForMs: null,
    guessLimit: options.guessLimit ?? 0,
    usageFlushMs: null,
  })
  const openId = options.openId?.(keyward) ?? null
  const place: DialectPlace = {
    mount: { kind: "port", port: 0 },
    organizationId: null,
    settings: {
      conformance: options.conformance ?? "documented",
      allowedOrigins: [],
      maxKeys: { arthur: 1000, automox: 10, octopus: null, docspace: null }[name],
      maxLifetimeDays: null,
      creationsPerQuarterHour: null,
      portalRegistration: false,
      ...options.settings,
    },
  }
  const settings = { logger, trustedHops: 0, publicUrl: null }
  const main = createApp(keyward, settings)
  const mainUrl = await main.listen({ host: "127.0.0.1", port: 0 })
  const apps = [main]

  async function house(title: string, domain: string): Promise<DialectHouse> {
    const passwordHash = await keyward.deps.passwords.hash(password)
    const { organization, admin, adminKey } = await createOrganization(keyward.deps, {
      name: title,
      admin: { email: `admin@${domain}`, displayName: "Ada Admin", passwordHash },
    })
    registerSecret("key text", adminKey.secret)
    const system = systemCaller(organization.id)
    const context = await enableDialect(keyward, organization, name, place)
    const { keyspace } = context
    const app = createListener({ ...settings, instance: dialect.instance })
    app.register(
      dialect.routes({
        authority: keyward.authority,
        verifier: keyward.verifier,
        guesses: keyward.guesses,
        organization,
        keyspace,
        settings: place.settings,
        identifyBearer: openId?.identifyBearer ?? null,
        clock,
        entropy: systemEntropy,
        installationId: "39b44e47-37d4-4fcd-949c-2d831ebfa65e",
        version: "1.2.3",
      }),
    )
    apps.push(app)
    const url = await app.listen({ host: "127.0.0.1", port: 0 })
    return {
      url,
      organization,
      keyspace,
      system,
      adminKey: adminKey.secret,
      admin: await keyward.authority.updateUser(
        system,
        admin.id,
        { firstName: "Ada", lastName: "Admin", userName: "ada" },
        null,
      ),
      auditor: await user("Otto", "Auditor", ["auditor"]),
      member: await user("Mia", "Member", ["member"]),
      member2: await user("Max", "Member", ["member"]),
      service: await keyward.authority.createServiceAccount(system, { displayName: "Machine" }),
      async issue(principal) {
        const isOwner = principal.roles.includes("owner")
        const machine = principal.kind === "service_account" ? "service" : "ordinary"
        const standing: Holder["standing"] = isOwner ? "administrator" : machine
        const known = principal.kind === "user" ? password : null
        const issued = await dialect.issue(context, { standing, principal, password: known })
        for (const member of ["api_key", "admin_key"]) {
          if (issued[member] !== undefined) registerSecret("key text", String(issued[member]))
        }
        return issued
      },
      ask: (path, asked = {}) => ask(url, path, asked),
      native: (method, path, body) =>
        ask(mainUrl, path, { method, body, headers: { authorization: `Bearer ${adminKey.secret}` } }),
    }

    async function user(firstName: string, lastName: string, roles: readonly string[]): Promise<User> {
      const { id } = await keyward.authority.createUser(system, {
        email: `${firstName}@${domain}`,
        displayName: `${firstName} ${lastName}`,
        userName: firstName.toLowerCase(),
        firstName,
        lastName,
        roles,
      })
      const { token } = await keyward.authority.offerLink(system, id, "invitation")
      await keyward.authority.acceptLink(token, password, { address: null, userAgent: null, requestId: null })
      return keyward.authority.user(system, id)
    }
  }

  const [own, other] = [await house("Example", "example.com"), await house("Other", "other.example")]
  return {
    ...own,
    other,
    keyward,
    clock,
    log,
    advance: (seconds) => clock.advance(seconds * 1000),
    breakStore() {
      broken = true
    },
    mendStore() {
      broken = false
    },
    async close() {
      broken = false
      for (const app of apps) await app.close()
      await keyward.close()
      await rm(folder, { recursive: true })
    },
  }
}

async function storeOf(engine: DialectOptions["engine"], folder: string): Promise<Store> {
  switch (engine) {
    case "memory":
      return openMemoryStore()
    case "sqlite":
      return openStore(`sqlite:${join(folder, "keyward.db")}`)
    case "postgres":
      return openStore(await postgresUrl())
  }
}

async function ask(
  url: string,
  path: string,
  { method = "GET", headers = {}, body, raw }: Ask,
): Promise<Reply> {
  const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body))
  const response = await witnessedFetch(url + path, {
    method,
    redirect: "manual",
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(sent === undefined ? {} : { body: sent }),
  })
  const text = await response.text()
  const isJson = /json/.test(response.headers.get("content-type") ?? "") && text !== ""
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : undefined,
  }
}
