import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { type ProblemCode, problemMediaType, problems, problemType } from "@keyward/contract"
import { onTestFinished } from "vitest"

/** What a server was asked. */
interface Asked {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: IncomingMessage["headers"]
  readonly body: unknown
}

type Answering = (response: ServerResponse) => void

/**
 * An HTTP server on the loopback that answers each request with the next of `answers`, and with the last one from then
 * on. It is closed when the test ends.
 */
export async function loopback(...answers: readonly Answering[]) {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      const { method, url, headers } = request
      const text = Buffer.concat(chunks).toString("utf8")
      const answer = answers[Math.min(asked.length, answers.length - 1)]
      asked.push({ method, url, headers, body: text === "" ? undefined : JSON.parse(text) })
      answer?.(response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

export function json(status: number, body: unknown): Answering {
  return (response) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
}

export function noContent(response: ServerResponse): void {
  response.writeHead(204).end()
}

/** Ends the connection without an answer. */
export function hangUp(response: ServerResponse): void {
  response.destroy()
}

/** Never answers. */
export function silence(): void {}

export function html(status: number, headers: Readonly<Record<string, string>> = {}): Answering {
  return (response) =>
    response
      .writeHead(status, { "content-type": "text/html; charset=utf-8", ...headers })
      .end("<h1>Hello</h1>")
}

export function problem(
  code: ProblemCode,
  members: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Answering {
  const { status, title, fix } = problems[code]
  const body = {
    type: problemType(code),
    title,
    status,
    detail: "It is so.",
    code,
    request_id: "r-1",
    fix,
    errors: [],
  }
  return (response) =>
    response
      .writeHead(status, { "content-type": problemMediaType, ...headers })
      .end(JSON.stringify({ ...body, ...members }))
}
