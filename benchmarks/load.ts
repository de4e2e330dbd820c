import { connect, type Socket } from "node:net"

/** How a server fared under a load that never lets it rest. */
export interface Measured {
  readonly requests: number
  readonly seconds: number
}

/**
 * Sends requests over keep-alive connections, one at a time on each, for a while. The generator does as little as it
 * can, so that on a core of its own it is never the one that is waited for: requests are prepared, and of an answer only
 * the status line and the length are looked at.
 * @param requests whole HTTP requests, taken in turn
 * @throws Error on any answer that is not 200
 */
export async function load(
  url: string,
  requests: readonly Buffer[],
  { connections, seconds }: { readonly connections: number; readonly seconds: number },
): Promise<Measured> {
  const { hostname, port } = new URL(url)
  const began = performance.now()
  const end = began + seconds * 1000
  let next = 0
  let answered = 0
  let running = true
  // Never asleep: waking a process on another core costs the writer more than the write, and would be counted as the server's.
  const spin = () => running && setImmediate(spin)
  spin()
  await Promise.all(Array.from({ length: connections }, () => drive(connect(Number(port), hostname))))
  running = false
  return { requests: answered, seconds: (performance.now() - began) / 1000 }

  function drive(socket: Socket): Promise<void> {
    socket.setNoDelay(true)
    return new Promise((resolve, reject) => {
      let expected = 0
      let received = 0
      const send = () => socket.write(requests[next++ % requests.length] ?? Buffer.alloc(0))
      socket.on("error", reject)
      socket.on("connect", send)
      socket.on("data", (chunk: Buffer) => {
        if (received === 0) {
          if (chunk.subarray(9, 12).toString("latin1") !== "200")
            return reject(new Error(chunk.toString("latin1")))
          expected = lengthOf(chunk)
        }
        received += chunk.length
        if (received < expected) return
        received = 0
        answered++
        if (performance.now() < end) return send()
        socket.destroy()
        resolve()
      })
    })
  }
}

/** A POST of a JSON body, as bytes. */
export function prepare(path: string, body: unknown, authorization: string): Buffer {
  const json = JSON.stringify(body)
  const head = [
    `POST ${path} HTTP/1.1`,
    "host: 127.0.0.1",
    `authorization: Bearer ${authorization}`,
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(json)}`,
  ]
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${json}`)
}

const lengthHeader = /\r\ncontent-length: (\d+)\r\n/i

/** Bytes of a whole answer: its head, the empty line, and as much body as it announces. */
function lengthOf(chunk: Buffer): number {
  const headEnd = chunk.indexOf("\r\n\r\n")
  const [, length] = lengthHeader.exec(chunk.subarray(0, headEnd + 2).toString("latin1")) ?? []
  if (headEnd < 0 || length === undefined) throw new Error("An answer without a length.")
  return headEnd + 4 + Number(length)
}
