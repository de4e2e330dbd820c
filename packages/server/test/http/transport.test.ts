import { connect } from "node:net"
import { problems } from "@keyward/contract"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { storeUnavailable } from "../intercepted-store.ts"
import { type NativeServer, openNative } from "./native-server.ts"

/** What only shows on a socket: what node:http and the router do before any of ours is asked. */
let server: NativeServer
let port: number
beforeEach(async () => {
  server = await openNative()
  await server.app.listen({ port: 0, host: "127.0.0.1" })
  const address = server.app.server.address()
  port = typeof address === "object" && address ? address.port : 0
})
afterEach(() => server.close())

interface RawReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Sends bytes as they are and reads until the server closes. */
function send(...bytes: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1")
    const received: Buffer[] = []
    socket.on("data", (data) => received.push(data))
    socket.on("error", reject)
    socket.on("close", () => resolve(Buffer.concat(received).toString()))
    for (const part of bytes) socket.write(part)
  })
}

function parse(text: string): RawReply {
  const [head = "", ...body] = text.split("\r\n\r\n")
  const [line = "", ...headers] = head.split("\r\n")
  return {
    status: Number(line.split(" ")[1]),
    headers: Object.fromEntries(
      headers.map((header) => [
        header.slice(0, header.indexOf(":")).toLowerCase(),
        header.slice(header.indexOf(":") + 2),
      ]),
    ),
    body: body.join("\r\n\r\n"),
  }
}

/** One request whose connection the server closes after its answer. */
async function request(line: string, headers: readonly string[] = [], body = ""): Promise<RawReply> {
  const head = [`${line} HTTP/1.1`, "Host: x", "Connection: close", ...headers].join("\r\n")
  return parse(await send(`${head}\r\n\r\n${body}`))
}

const authorization = () => `Authorization: Bearer ${server.admin}`
const json = "Content-Type: application/json"

function expectProblem(reply: RawReply, code: keyof typeof problems) {
  const problem = JSON.parse(reply.body)
  expect([reply.status, problem.code]).toEqual([problems[code].status, code])
  expect(reply.headers["content-type"]).toBe("application/problem+json")
  expect(problem.request_id).toBe(reply.headers["x-request-id"])
  expect(problem.request_id).toMatch(/^[A-Za-z0-9._-]{1,128}$/)
  return problem
}

describe("what is no HTTP", () => {
  test.each([
    ["nonsense", "nonsense\r\n\r\n"],
    ["a header without a colon", "GET / HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n"],
    ["a header with NUL", "GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n"],
    ["no host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"],
    ["two lengths", "POST /v1/keys HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}"],
    [
      "a length and chunks",
      "POST /v1/keys HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    ["a length that is no number", "POST /v1/keys HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n{}"],
    ["a method that is none", "EAT / HTTP/1.1\r\nHost: x\r\n\r\n"],
  ])("%s is a bad request", async (_name, bytes) => {
    const reply = parse(await send(bytes))
    expect(reply.status).toBe(400)
    if (!bytes.startsWith("GET / HTTP/1.1\r\nConnection")) expectProblem(reply, "bad_request")
  })

  test("headers over the limit are told of it", async () => {
    const reply = await request("GET /healthz", [`X-Long: ${"x".repeat(20_000)}`])
    expect(expectProblem(reply, "bad_request").detail).toContain("16384")
  })
})

test("a path that does not decode is a bad request, with its id", async () => {
  for (const path of ["/v1/keys/%", "/v1/keys/%ff", "/%c0%ae%c0%ae/"]) {
    const reply = await request(`GET ${path}`, ["X-Request-Id: mine.1"])
    expect(expectProblem(reply, "bad_request").request_id).toBe("mine.1")
  }
})

test("paths are taken as they are, dots and slashes included", async () => {
  for (const path of ["/v1/keys/..%2f..%2fkeyspaces", "/v1/keys/%2e%2e", "/v1/keys/..", "/v1/keys/a%2Fb"]) {
    expectProblem(await request(`GET ${path}`, [authorization()]), "not_found")
  }
  for (const path of ["/v1/../v1/keys", "//v1/keys", "/v1/keys/../keyspaces", "/V1/keys", "*"]) {
    expectProblem(await request(`GET ${path}`, [authorization()]), "route_not_found")
  }
  // The absolute form (RFC 9112 §3.2.2) names the same resource.
  expect([200, 404]).toContain((await request("GET http://x/healthz")).status)
  expectProblem(await request("GET /v1/keys/", [authorization()]), "invalid_input")
})

describe("bodies", () => {
  const body = '{"key":"x"}'

  test("may come in chunks", async () => {
    const chunks = [...body].map((character) => `1\r\n${character}\r\n`).join("")
    const headers = [authorization(), json, "Transfer-Encoding: chunked"]
    const { status, body: answer } = await request("POST /v1/keys/verify", headers, `${chunks}0\r\n\r\n`)
    expect(status).toBe(200)
    expect(answer).toContain('"MALFORMED"')
  })

  test("in chunks are counted too", async () => {
    const chunk = `${(66_000).toString(16)}\r\n${" ".repeat(66_000)}\r\n0\r\n\r\n`
    const reply = await request(
      "POST /v1/keys/verify",
      [authorization(), json, "Transfer-Encoding: chunked"],
      chunk,
    )
    expect(expectProblem(reply, "body_too_large").detail).toContain("65536 bytes")
  })

  test("are not even read from whom nobody knows", async () => {
    const reply = await request("POST /v1/keys", [json, "Content-Length: 60000"], "{")
    expectProblem(reply, "credential_missing")
  })

  test("on GET do not get into the way of the next request", async () => {
    const first = `GET /healthz HTTP/1.1\r\nHost: x\r\n${json}\r\nContent-Length: 11\r\n\r\n${body}`
    const second = "GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    const text = await send(first + second)
    expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(2)
    expect(text).toContain('{"status":"ready"}')
  })
})

test("HEAD has the headers of GET and no body", async () => {
  const get = await request("GET /v1/keyspaces", [authorization()])
  const head = await request("HEAD /v1/keyspaces", [authorization()])
  expect([head.status, head.body, head.headers["content-length"]]).toEqual([
    200,
    "",
    get.headers["content-length"],
  ])
  const missing = await request("HEAD /v1/keys/unknown", [authorization()])
  expect([missing.status, missing.body]).toEqual([404, ""])
})

test("methods that no route has are not found, or not allowed", async () => {
  for (const method of ["PUT", "OPTIONS", "DELETE"]) {
    const reply = await request(`${method} /v1/keyspaces`, [authorization()])
    expectProblem(reply, "method_not_allowed")
    expect(reply.headers["allow"]).toBe("POST, GET, HEAD")
  }
  for (const method of ["TRACE", "PROPFIND", "LINK"]) {
    expectProblem(await request(`${method} /v1/keyspaces`, [authorization()]), "route_not_found")
  }
})

describe("the request's id", () => {
  const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
  const idOf = async (...headers: readonly string[]) =>
    (await request("GET /healthz", headers)).headers["x-request-id"] ?? ""

  test.each(["a", "A-Z.a_z-0.9", "x".repeat(128)])("is the client's: %s", async (id) => {
    expect(await idOf(`X-Request-Id: ${id}`)).toBe(id)
  })

  test.each(["", "a b", "é", "x".repeat(129), "a,b", "<x>", "a;b"])("is not %s", async (id) => {
    const given = await idOf(`X-Request-Id: ${id}`)
    expect(given).not.toBe(id)
    expect(given).toMatch(/^[A-Za-z0-9_-]+-[0-9a-z]+$/)
  })

  test("is the trace's where there is no other", async () => {
    expect(await idOf(`traceparent: 00-${trace}-00f067aa0ba902b7-01`)).toBe(trace)
    expect(await idOf(`traceparent: 01-${trace}-00f067aa0ba902b7-01-more`)).toBe(trace)
    expect(await idOf(`traceparent: 00-${trace}-00f067aa0ba902b7-01`, "X-Request-Id: mine")).toBe("mine")
  })

  test.each([
    `ff-${trace}-00f067aa0ba902b7-01`,
    `00-${"0".repeat(32)}-00f067aa0ba902b7-01`,
    `00-${trace}-${"0".repeat(16)}-01`,
    `00-${trace.toUpperCase()}-00f067aa0ba902b7-01`,
    `00-${trace}`,
  ])("is not that of an invalid traceparent: %s", async (given) => {
    expect((await idOf(`traceparent: ${given}`)).toLowerCase()).not.toContain(trace.slice(0, 16))
  })

  test("is never given twice", async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => idOf()))
    expect(new Set(ids).size).toBe(20)
  })

  test("is given twice by nobody who says it twice", async () => {
    expect(await idOf("X-Request-Id: a", "X-Request-Id: b")).not.toMatch(/^[ab]$/)
  })
})

test("a failure that nobody foresaw says nothing of itself but an id, which is in the log", async () => {
  server.intercept((method, call) =>
    method === "keys" ? Promise.reject(new Error("password=hunter2")) : call(),
  )
  const reply = await request("GET /v1/keys", [authorization()])
  const problem = expectProblem(reply, "internal_error")
  expect(reply.body).not.toContain("hunter2")
  expect(server.log.join()).toContain(problem.request_id)
})

test("no credential is in the log, whatever fails", async () => {
  server.intercept(storeUnavailable)
  const headers = [authorization(), json, `X-Api-Key: ${server.admin}`]
  await request("GET /v1/keys?name_prefix=secret-name", headers)
  server.intercept((_method, _call) => Promise.reject(new Error("unforeseen")))
  await request("POST /v1/keys", [...headers, "Content-Length: 2"], "{}")
  await request("GET /v1/keys?name_prefix=secret-name", headers)
  const log = server.log.join()
  expect(log).toContain("the store did not answer")
  expect(log).not.toContain(server.admin)
  expect(log).not.toContain("secret-name")
})
