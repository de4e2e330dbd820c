import { createServer } from "node:net"
import type { Config } from "../config.ts"
import { localUrl } from "../url.ts"
import { type Finding, fail, ok } from "./finding.ts"

/** How long a server that has the port may take to say what it is; milliseconds. */
const patienceMs = 3000

/** Whether each port is free, or served by Keyward. */
export async function* examinePorts(config: Config): AsyncGenerator<Finding, void, undefined> {
  const { host, port, arthur } = config
  yield await examinePort("KEYWARD_PORT", host, port, "/healthz", (answer) => answer["status"] === "ok")
  if (arthur.port !== null) {
    yield await examinePort(
      "KEYWARD_ARTHUR_PORT",
      host,
      arthur.port,
      "/health",
      (answer) => typeof answer["build_version"] === "string",
    )
  }
}

async function examinePort(
  name: string,
  host: string,
  port: number,
  path: string,
  isOurs: (answer: Readonly<Record<string, unknown>>) => boolean,
): Promise<Finding> {
  const check = `port ${port}`
  if (port === 0) return ok(check, `${name} takes any free one.`)
  const fault = await listenBriefly(host, port)
  if (fault === null) return ok(check, "It is free.")
  if (fault !== "EADDRINUSE") {
    return fail(
      check,
      `${host} port ${port} cannot be listened on (${fault}).`,
      `Check KEYWARD_HOST and ${name}.`,
    )
  }
  return isOurs(await ask(localUrl(host, port) + path))
    ? ok(check, "Keyward serves at it.")
    : fail(check, "Another program has it.", `Stop that one, or choose another port with ${name}.`)
}

/** @returns the code of what went wrong; null when it could */
function listenBriefly(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host, port }, () => server.close(() => resolve(null)))
  })
}

/** The JSON that a URL answers; empty for everything else. */
async function ask(url: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(patienceMs) })
    const answer: unknown = await response.json()
    return typeof answer === "object" && answer !== null ? { ...answer } : {}
  } catch {
    // Whatever is there is not Keyward, which is the answer.
    return {}
  }
}
