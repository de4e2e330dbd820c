import { createServer } from "node:net"
import type { Config } from "../config.ts"
import { dialectNames } from "../dialect-settings.ts"
import { localUrl } from "../url.ts"
import { type Finding, fail, ok } from "./finding.ts"

/** How long a server that has the port may take to say what it is; milliseconds. */
const patienceMs = 3000

/** Whether each port is free, or served by Keyward. */
export async function* examinePorts(config: Config): AsyncGenerator<Finding, void, undefined> {
  const { host, port, dialects: places } = config
  yield await examinePort("KEYWARD_PORT", host, port)
  for (const name of dialectNames) {
    const { mount } = places[name]
    if (mount?.kind !== "port") continue
    yield await examinePort(`KEYWARD_${name.toUpperCase()}_MOUNT`, host, mount.port)
  }
}

async function examinePort(name: string, host: string, port: number): Promise<Finding> {
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
  return (await isServed(localUrl(host, port)))
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

/** Whether Keyward answers there, whatever it says: each of its answers carries the id that the request was given. */
async function isServed(url: string): Promise<boolean> {
  const id = "keyward-doctor"
  try {
    const response = await fetch(url, {
      redirect: "manual",
      headers: { "x-request-id": id },
      signal: AbortSignal.timeout(patienceMs),
    })
    return response.headers.get("x-request-id") === id
  } catch {
    // Whatever is there is not Keyward, which is the answer.
    return false
  }
}
