import { connect } from "node:net"
import type { ServiceAccount, User } from "@keyward/core"
import { expect } from "vitest"
import { registerSecret } from "../../../../../tests/evidence.ts"
import type { Ask, DialectHouse, Reply } from "../dialect-server.ts"

/** Somebody who calls with a key, and what the vendor calls them. */
export interface Holder {
  readonly key: string
  readonly userId: string
  /** Where their keys are. */
  readonly keys: string
  ask(path: string, asked?: Ask): Promise<Reply>
  /** Creates a key for themselves. */
  create(body: object): Promise<Reply>
}

/** @param key default: one that the dialect issues */
export async function holderOf(
  house: DialectHouse,
  principal: User | ServiceAccount,
  key?: string,
): Promise<Holder> {
  const text = key ?? String((await house.issue(principal))["api_key"])
  const userId = `Users-${principal.alias}`
  const keys = `/api/users/${userId}/apikeys`
  const ask: Holder["ask"] = (path, asked = {}) =>
    house.ask(path, { ...asked, headers: { "x-octopus-apikey": text, ...asked.headers } })
  return { key: text, userId, keys, ask, create: (body) => ask(keys, { method: "POST", body }) }
}

/** A key for a machine, made by an administrator. */
export async function machineOf(house: DialectHouse, admin: Holder): Promise<Holder> {
  const userId = `Users-${house.service.alias}`
  const { status, json } = await admin.ask(`/api/users/${userId}/apikeys`, {
    method: "POST",
    body: { Purpose: "Machine" },
  })
  expect(status).toBe(200)
  return holderOf(house, house.service, json.ApiKey)
}

/** An answer as it came over the socket. */
export interface RawReply {
  readonly status: number
  /** With names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  readonly text: string
}

/**
 * Sends these very bytes and reads one answer.
 * @param head the request line and the headers; `Host` and `Connection: close` are added
 */
export async function sendRaw(url: string, head: readonly string[], body = ""): Promise<RawReply> {
  const { hostname, port } = new URL(url)
  const lines = [...head, `Host: ${hostname}:${port}`, "Connection: close", "", body]
  const text = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(lines.join("\r\n")))
    const chunks: Buffer[] = []
    socket.on("data", (chunk) => chunks.push(chunk))
    socket.on("end", () => resolve(Buffer.concat(chunks).toString()))
    socket.on("error", reject)
  })
  const [top = "", ...rest] = text.split("\r\n\r\n")
  const [start = "", ...headers] = top.split("\r\n")
  const answered = rest.join("\r\n\r\n")
  const named = headers.map((line): [string, string] => {
    const at = line.indexOf(":")
    return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()]
  })
  const [, handedOut] = /"ApiKey":"(API-[A-Z0-9]{31})"/.exec(answered) ?? []
  if (handedOut) registerSecret("key text", handedOut)
  return { status: Number(start.split(" ")[1]), headers: new Map(named), text: answered }
}

/** A refusal as the vendor's clients can read it. */
export function expectEnvelope({ status, json }: Pick<Reply, "status" | "json">): void {
  expect(status).toBeGreaterThanOrEqual(400)
  const { ErrorMessage, Errors, HelpText, ...rest } = json
  expect(rest).toEqual({})
  expect(typeof ErrorMessage).toBe("string")
  expect(ErrorMessage).not.toBe("")
  // One client fails on a null, so there is a list or nothing.
  if ("Errors" in json) {
    expect(Errors.length).toBeGreaterThan(0)
    for (const error of Errors) expect(typeof error).toBe("string")
  }
  if ("HelpText" in json) expect(typeof HelpText).toBe("string")
}
