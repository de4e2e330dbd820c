import { connect } from "node:net"
import type { Principal, ServiceAccount, User } from "@keyward/core"
import { gather, registerSecret } from "../../../../../tests/evidence.ts"
import {
  type Ask,
  type DialectHouse,
  type DialectOptions,
  type DialectServer,
  openDialect,
  type Reply,
} from "../dialect-server.ts"

/** Somebody with a key of their own. */
export interface Person {
  readonly principal: Principal
  /** As the vendor's API names them. */
  readonly id: number
  readonly key: string
}

/** Whose keys a call is about, where they are not the caller's own, and in which organization. */
export interface About {
  readonly userId?: number | string
  readonly o?: number | string | null
}

/** The Automox dialect with people who use it. */
export interface Console {
  readonly server: DialectServer
  /** The organization, as the vendor's API names it. */
  readonly o: number
  readonly admin: Person
  readonly auditor: Person
  /** A new user with these roles. */
  someone(...roles: readonly string[]): Promise<Person>
  /** Another key for somebody who has one. */
  keyFor(principal: User | ServiceAccount, house?: DialectHouse): Promise<Person>
  ask(who: Person | null, path: string, asked?: Ask): Promise<Reply>
  create(who: Person | null, body?: unknown, about?: About): Promise<Reply>
  list(
    who: Person | null,
    about?: About & { readonly page?: string; readonly limit?: string },
  ): Promise<Reply>
  get(who: Person | null, id: number | string, about?: About): Promise<Reply>
  update(who: Person | null, id: number | string, body?: unknown, about?: About): Promise<Reply>
  delete(who: Person | null, id: number | string, about?: About): Promise<Reply>
  decrypt(who: Person | null, id: number | string, about?: About): Promise<Reply>
  ofOrganization(who: Person | null, id?: number | string, query?: string): Promise<Reply>
  close(): Promise<void>
}

export async function openConsole(options: DialectOptions): Promise<Console> {
  const server = await openDialect("automox", options)
  const o = server.organization.alias
  let made = 0

  async function keyFor(principal: User | ServiceAccount, house: DialectHouse = server): Promise<Person> {
    const { api_key, user_id } = await house.issue(principal)
    return { principal, id: Number(user_id), key: String(api_key) }
  }

  function ask(who: Person | null, path: string, asked: Ask = {}): Promise<Reply> {
    const authorization = who === null ? {} : { authorization: `Bearer ${who.key}` }
    return server.ask(path, { ...asked, headers: { ...authorization, ...asked.headers } })
  }

  /** The keys of a user, or one of them. */
  function at(who: Person | null, about: About, below = ""): string {
    const organization = about.o === undefined ? o : about.o
    const query = organization === null ? "" : `?o=${organization}`
    return `/users/${about.userId ?? who?.id ?? 1}/api_keys${below}${query}`
  }

  return {
    server,
    o,
    admin: await keyFor(server.admin),
    auditor: await keyFor(server.auditor),
    async someone(...roles) {
      made++
      const { authority } = server.keyward
      const user = await authority.createUser(server.system, {
        email: `user${made}@example.com`,
        displayName: `User ${made}`,
        firstName: "Jane",
        lastName: `Doe ${made}`,
        roles,
      })
      return keyFor(user)
    },
    keyFor,
    ask,
    create: (who, body, about = {}) => ask(who, at(who, about), { method: "POST", body }),
    list: (who, { page, limit, ...about } = {}) => {
      const paging = [page === undefined ? "" : `&page=${page}`, limit === undefined ? "" : `&limit=${limit}`]
      return ask(who, `${at(who, about)}${paging.join("")}`)
    },
    get: (who, id, about = {}) => ask(who, at(who, about, `/${id}`)),
    update: (who, id, body, about = {}) => ask(who, at(who, about, `/${id}`), { method: "PUT", body }),
    delete: (who, id, about = {}) => ask(who, at(who, about, `/${id}`), { method: "DELETE" }),
    async decrypt(who, id, about = {}) {
      const reply = await ask(who, at(who, about, `/${id}/decrypt`), { method: "POST" })
      if (reply.status === 200) registerSecret("key text", reply.json.api_key)
      return reply
    },
    ofOrganization: (who, id = o, query = "") => ask(who, `/orgs/${id}/api_keys${query}`),
    close: () => server.close(),
  }
}

/** The secret of a key, as its owner reads it. */
export async function secretOf(console: Console, who: Person, id: number): Promise<string> {
  const { status, json } = await console.decrypt(who, id)
  if (status !== 200) throw new Error(`not decrypted: ${status}`)
  return json.api_key
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
  gather({ source: "an answer over a socket", text: withoutKey(text) })
  const headers = new Headers(
    headerLines.map((line): [string, string] => {
      const [name = "", ...value] = line.split(":")
      return [name, value.join(":").trim()]
    }),
  )
  const json: unknown = text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : undefined
  return { status: Number(statusLine.split(" ")[1]), headers, text, json }
}

/** What decrypting hands out is for whoever asked. */
function withoutKey(text: string): string {
  return text.replace(/"api_key":"[^"]*"/, '"api_key":"…"')
}
