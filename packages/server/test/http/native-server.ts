import { type ProblemCode, problems } from "@keyward/contract"
import { createOrganization, openMemoryStore, runTask } from "@keyward/core"
import type { FastifyInstance } from "fastify"
import { pino } from "pino"
import { expect } from "vitest"
import { gather, registerSecret } from "../../../../tests/evidence.ts"
import { witness } from "../../../../tests/witness.ts"
import { createApp } from "../../src/http/app.ts"
import { assembleOpenId } from "../../src/openid/openid.ts"
import type { OpenIdSettings } from "../../src/openid/settings.ts"
import { TaskRunner } from "../../src/tasks/task-runner.ts"
import { type Intercept, interceptedStore } from "../intercepted-store.ts"
import { openTestKeyward, type TestKeyward, type TestSettings } from "../test-keyward.ts"
import { expectDeclared } from "./declared.ts"

export interface Ask {
  readonly method?: string
  /** Default: the administrator's management key; null: none. */
  readonly token?: string | null
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** A body as it is, in place of `body`. */
  readonly raw?: string | Buffer
}

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a body is whatever the server sent; the tests say what it must be.
  readonly json: any
}

/** The native API over a store in memory that a test can make fail. Every answer is checked against its declaration. */
export interface NativeServer extends TestKeyward {
  readonly app: FastifyInstance
  readonly admin: string
  /** From now on, before each call of the store. */
  intercept(by: Intercept | null): void
  ask(path: string, asked?: Ask): Promise<Reply>
  /** The same, of a call that has to be refused with this problem and to leave nothing written. */
  refused(path: string, code: ProblemCode, asked?: Ask): Promise<Reply>
  /** How many events there are, of all organizations: grows with every change. */
  written(): Promise<number>
  /** Works on every task that is running, to its end: what is begun by a call waits for this. */
  workOnTasks(): Promise<void>
  /** A management key with these permissions. */
  managementKey(permissions: readonly string[], members?: Readonly<Record<string, unknown>>): Promise<string>
  /** Another organization, with a keyspace and a key in it. */
  neighbour(): Promise<{
    readonly organizationId: string
    readonly keyspaceId: string
    readonly keyId: string
    readonly secret: string
    readonly admin: string
  }>
  close(): Promise<void>
}

export interface ServerSettings extends TestSettings {
  readonly trustedHops?: number
  /** Default: none is configured. */
  readonly publicUrl?: string
  readonly openId?: OpenIdSettings
  /** Whether tasks are begun as they are created. Default: they wait for `workOnTasks`. */
  readonly runsTasks?: true
}

/** Begins nothing by itself, so that nothing happens between two calls that neither of them did. */
class IdleRunner extends TaskRunner {
  override begin(): void {}
}

export async function openNative(settings: ServerSettings = {}): Promise<NativeServer> {
  const { trustedHops = 0, publicUrl = null, openId: provider, ...rest } = settings
  let intercept: Intercept | null = null
  const inner = settings.store ?? openMemoryStore()
  const store = interceptedStore(inner, (method, call) => (intercept ? intercept(method, call) : call()))
  const opened = await openTestKeyward({ ...rest, store })
  const { keyward, created, log } = opened
  const write = (line: string) => {
    log.push(line)
    gather({ source: "a log in process", text: line })
  }
  const logger = pino({ level: "warn" }, { write })
  const openId = provider ? assembleOpenId(provider, keyward.deps, logger) : null
  const served = settings.runsTasks
    ? keyward
    : { ...keyward, taskRunner: new IdleRunner(keyward.deps, logger) }
  const app = createApp(served, { logger, trustedHops, publicUrl, openId })
  const admin = created.adminKey.secret
  registerSecret("key text", admin)
  const organizations = [created.organization.id]
  await app.ready()

  async function ask(path: string, asked: Ask = {}): Promise<Reply> {
    const { method = "GET", token = admin, headers = {}, body, raw } = asked
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const answer = await app.inject({
      method: method as "GET",
      url: path,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(sent === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(sent === undefined ? {} : { payload: sent }),
    })
    const type = String(answer.headers["content-type"] ?? "")
    const reply: Reply = {
      status: answer.statusCode,
      headers: Object.fromEntries(
        Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
      ),
      text: answer.body,
      json: /json/.test(type) && answer.body !== "" ? answer.json() : undefined,
    }
    witness(method, { ...reply, headers: Object.entries(reply.headers) })
    expectDeclared(method, path, reply)
    return reply
  }

  async function written(): Promise<number> {
    const heads = await Promise.all(organizations.map((id) => inner.auditHead(id)))
    return heads.reduce((sum, { sequence }) => sum + sequence, 0)
  }

  return {
    ...opened,
    app,
    admin,
    intercept(by) {
      intercept = by
    },
    ask,
    async refused(path, code, asked) {
      const before = await written()
      const reply = await ask(path, asked)
      expect([reply.status, reply.json?.code], reply.text).toEqual([problems[code].status, code])
      expect(await written()).toBe(before)
      return reply
    },
    written,
    async workOnTasks() {
      const { items } = await inner.runningTasks({ limit: 100, after: null })
      for (const { organizationId, id } of items) await runTask(keyward.deps, organizationId, id)
    },
    async managementKey(permissions, members = {}) {
      const body = { keyspace_id: created.managementKeyspace.id, name: "Caller", permissions, ...members }
      const { status, json, text } = await ask("/v1/keys", { method: "POST", body })
      expect(status, text).toBe(201)
      return json.secret
    },
    async neighbour() {
      const other = await createOrganization(keyward.deps, {
        name: "Neighbour",
        admin: { email: "admin@example.org", displayName: "Admin", passwordHash: "unused" },
      })
      organizations.push(other.organization.id)
      const token = other.adminKey.secret
      const keyspace = await ask("/v1/keyspaces", {
        method: "POST",
        token,
        body: { name: "Theirs", prefix: "their" },
      })
      const body = { keyspace_id: keyspace.json.id, name: "Theirs" }
      const key = await ask("/v1/keys", { method: "POST", token, body })
      return {
        organizationId: other.organization.id,
        keyspaceId: keyspace.json.id,
        keyId: key.json.id,
        secret: key.json.secret,
        admin: token,
      }
    },
    async close() {
      intercept = null
      await app.close()
      await keyward.close()
    },
  }
}
