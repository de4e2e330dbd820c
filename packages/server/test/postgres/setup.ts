import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import type { TestProject } from "vitest/node"
import { type PostgresServer, startPostgres } from "./server.ts"

declare module "vitest" {
  interface ProvidedContext {
    /** Where a test asks for the run's PostgreSQL server. */
    readonly postgresBroker: string
  }
}

/** Vitest's global set-up: starts PostgreSQL once in a run, when the first test asks for it, and stops it at the end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let server: Promise<PostgresServer> | null = null
  const broker = createServer(async (request, response) => {
    try {
      server ??= startPostgres()
      response.end((await server).url(new URL(request.url ?? "", "http://broker").pathname.slice(1)))
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  })
  await new Promise<void>((resolve) => broker.listen(0, "127.0.0.1", resolve))
  project.provide("postgresBroker", `http://127.0.0.1:${(broker.address() as AddressInfo).port}`)
  return async () => {
    broker.close()
    broker.closeAllConnections()
    // Whether it started is no news here: the tests that asked for it know.
    await server?.then(
      ({ stop }) => stop(),
      () => undefined,
    )
  }
}
