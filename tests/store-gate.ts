import { mkdtemp, rm } from "node:fs/promises"
import { createConnection, createServer, type Server, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"

/** A way to a PostgreSQL server that can be closed: to whoever takes it, the server is then stopped, or stuck. */
export interface StoreGate {
  /** The database, by this way. */
  readonly url: string
  /** Breaks every connection and takes no new one. */
  close(): Promise<void>
  /** Keeps every connection and takes new ones, and lets nothing through any more. */
  block(): void
  /** Lets everything through, what was held back included. */
  open(): Promise<void>
}

const cleanups: (() => Promise<void>)[] = []

afterAll(async () => {
  await Promise.all(cleanups.map((cleanUp) => cleanUp()))
})

/**
 * An open way, which goes with the test file.
 * @param url as postgresUrl gives it: the server's folder is its parameter `host`
 */
export async function openStoreGate(url: string): Promise<StoreGate> {
  const server = /host=([^&]+)/.exec(url)?.[1]
  if (server === undefined) throw new RangeError("The server is not reached through a folder.")
  const folder = await mkdtemp(join(tmpdir(), "keyward-gate-"))
  const socketIn = (place: string) => join(place, ".s.PGSQL.5432")
  /** Both ends of each connection. */
  const connections = new Map<Socket, Socket>()
  let blocked = false
  let listening: Server | null = null

  const gate: StoreGate = {
    url: url.replace(server, encodeURIComponent(folder)),
    async open() {
      blocked = false
      for (const [incoming, outgoing] of connections) connect(incoming, outgoing)
      if (listening !== null) return
      const opened = createServer((incoming) => {
        const outgoing = createConnection(socketIn(decodeURIComponent(server)))
        connections.set(incoming, outgoing)
        for (const socket of [incoming, outgoing]) {
          // How a connection breaks is the program's affair, at either end of this.
          socket.on("error", () => undefined)
          socket.on("close", () => {
            connections.delete(incoming)
            incoming.destroy()
            outgoing.destroy()
          })
        }
        if (!blocked) connect(incoming, outgoing)
      })
      await new Promise<void>((resolve, reject) => {
        opened.once("error", reject).listen(socketIn(folder), resolve)
      })
      listening = opened
    },
    block() {
      blocked = true
      for (const [incoming, outgoing] of connections) {
        for (const socket of [incoming, outgoing]) socket.unpipe().pause()
      }
    },
    async close() {
      if (listening === null) return
      const closing = listening
      listening = null
      const closed = new Promise<void>((resolve) => closing.close(() => resolve()))
      for (const socket of connections.keys()) socket.destroy()
      await closed
    },
  }
  cleanups.push(async () => {
    await gate.close()
    await rm(folder, { recursive: true })
  })
  await gate.open()
  return gate
}

function connect(incoming: Socket, outgoing: Socket): void {
  incoming.pipe(outgoing).pipe(incoming)
}
