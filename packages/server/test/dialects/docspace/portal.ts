import { connect } from "node:net"
import { type Principal, type ServiceAccount, systemEntropy, type User } from "@keyward/core"
import fastify, { type FastifyInstance, type FastifyServerOptions } from "fastify"
import { gather } from "../../../../../tests/evidence.ts"
import type { DialectSettings } from "../../../src/dialect-settings.ts"
import { docspace } from "../../../src/dialects/docspace/index.ts"
import {
  type Ask,
  type DialectOptions,
  type DialectServer,
  engines,
  modes,
  openDialect,
  password,
  type Reply,
} from "../dialect-server.ts"

/** How somebody authenticates: the headers that say so. */
export type Credential = Readonly<Record<string, string>>

/** The DocSpace dialect with people who use it. */
export interface Portal {
  readonly server: DialectServer
  /** HTTP Basic of each, as the SDKs send it. */
  readonly admin: Credential
  readonly auditor: Credential
  readonly member: Credential
  readonly member2: Credential
  /** A new user with these roles. */
  someone(...roles: readonly string[]): Promise<{ readonly principal: User; readonly credential: Credential }>
  ask(who: Credential, path: string, asked?: Ask): Promise<Reply>
  create(who: Credential, body?: unknown): Promise<Reply>
  list(who: Credential): Promise<Reply>
  permissions(who: Credential): Promise<Reply>
  self(who: Credential): Promise<Reply>
  update(who: Credential, id: string, body?: unknown): Promise<Reply>
  delete(who: Credential, id: string): Promise<Reply>
  /** A new key of whoever asks, as it is presented. */
  key(who: Credential, ...permissions: readonly string[]): Promise<IssuedKey>
  /** What `keyward dialects enable` would show to somebody. */
  issued(principal: User | ServiceAccount): Promise<Credential>
  close(): Promise<void>
}

export interface IssuedKey {
  readonly id: string
  readonly text: string
  readonly credential: Credential
}

export const keysPath = "/api/2.0/keys"
export const nobody: Credential = {}
export const unknownId = "75a5f745-f697-4418-b38d-0fe0d277e258"

/** Every engine in every mode. */
export const places = engines.flatMap((engine) => modes.map((conformance) => ({ engine, conformance })))

export async function openPortal(options: DialectOptions): Promise<Portal> {
  const server = await openDialect("docspace", options)
  let made = 0

  const ask = (who: Credential, path: string, asked: Ask = {}) =>
    server.ask(path, { ...asked, headers: { ...who, ...asked.headers } })
  const create = (who: Credential, body: unknown = { name: "Key" }) =>
    ask(who, keysPath, { method: "POST", body })

  return {
    server,
    admin: basicOf(server.admin),
    auditor: basicOf(server.auditor),
    member: basicOf(server.member),
    member2: basicOf(server.member2),
    async someone(...roles) {
      made++
      const { authority } = server.keyward
      const { id } = await authority.createUser(server.system, {
        email: `someone-${made}@example.com`,
        displayName: `Someone ${made}`,
        roles,
      })
      const { token } = await authority.offerLink(server.system, id, "invitation")
      await authority.acceptLink(token, password, { address: null, userAgent: null, requestId: null })
      const principal = await authority.user(server.system, id)
      return { principal, credential: basicOf(principal) }
    },
    ask,
    create,
    list: (who) => ask(who, keysPath),
    permissions: (who) => ask(who, `${keysPath}/permissions`),
    self: (who) => ask(who, `${keysPath}/@self`),
    update: (who, id, body = {}) => ask(who, `${keysPath}/${id}`, { method: "PUT", body }),
    delete: (who, id) => ask(who, `${keysPath}/${id}`, { method: "DELETE" }),
    async key(who, ...permissions) {
      const { status, json } = await create(who, { name: "Key", permissions })
      if (status !== 200) throw new Error(`not created: ${status}`)
      return { id: json.response.id, text: json.response.key, credential: bearer(json.response.key) }
    },
    async issued(principal) {
      return bearer(String((await server.issue(principal))["api_key"]))
    },
    close: () => server.close(),
  }
}

export function bearer(text: string): Credential {
  return { authorization: `Bearer ${text}` }
}

export function basic(email: string, secret: string): Credential {
  return { authorization: `Basic ${Buffer.from(`${email}:${secret}`).toString("base64")}` }
}

function basicOf(principal: Principal): Credential {
  if (principal.kind !== "user") throw new Error("A service account has no password.")
  return basic(principal.email, password)
}

/**
 * Another instance of the dialect over the portal's authority, that does not listen.
 * @param options what else the Fastify instance is made with
 */
export async function instanceOver(
  { server: { keyward, organization, keyspace, clock } }: Portal,
  changed: Partial<DialectSettings> = {},
  options: FastifyServerOptions = {},
): Promise<FastifyInstance> {
  const instance = fastify({ ...docspace.instance, ...options })
  const settings: DialectSettings = {
    conformance: "documented",
    allowedOrigins: [],
    maxKeys: null,
    maxLifetimeDays: null,
    creationsPerQuarterHour: null,
    portalRegistration: false,
    ...changed,
  }
  const { authority, verifier, guesses } = keyward
  await instance.register(
    docspace.routes({
      ...{ authority, verifier, guesses, organization, keyspace, settings, clock },
      identifyBearer: null,
      entropy: systemEntropy,
      installationId: "39b44e47-37d4-4fcd-949c-2d831ebfa65e",
      version: "1.2.3",
    }),
  )
  return instance
}

/** What a refusal says in the vendor's envelope. */
export function refusal(statusCode: number, message: string) {
  return { error: { message, type: null, stack: null, hresult: 0 }, status: 1, statusCode }
}

/** Sends a request byte for byte, as no client library of ours would. @param lines with \r\n between them */
export function raw(url: string, lines: readonly string[], body = ""): Promise<Reply> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    const chunks: Buffer[] = []
    socket.on("data", (chunk) => chunks.push(chunk))
    socket.on("error", reject)
    socket.on("end", () => resolve(replyOf(Buffer.concat(chunks).toString("utf8"))))
    socket.write([...lines, "Connection: close", "", body].join("\r\n"))
  })
}

function replyOf(answer: string): Reply {
  const [head = "", ...rest] = answer.split("\r\n\r\n")
  const [statusLine = "", ...headerLines] = head.split("\r\n")
  const text = rest.join("\r\n\r\n")
  // The text of a new key is for whoever asked.
  gather({ source: "an answer over a socket", text: text.replace(/"key":"sk-[0-9a-f]*"/, '"key":"…"') })
  const headers = new Headers(
    headerLines.map((line): [string, string] => {
      const [name = "", ...value] = line.split(":")
      return [name, value.join(":").trim()]
    }),
  )
  const json: unknown = text.startsWith("{") ? JSON.parse(text) : undefined
  return { status: Number(statusLine.split(" ")[1]), headers, text, json }
}
