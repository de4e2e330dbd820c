// A child process of the HTTP benchmark: what the same answer costs at the least. It parses the body and prints the
// JSON it was started with, and does nothing else.
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

process.once("message", (answer: unknown) => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      JSON.parse(Buffer.concat(chunks).toString("utf8"))
      const body = JSON.stringify(answer)
      response.writeHead(200, {
        "content-type": "application/json; charset=utf-8",
        "content-length": Buffer.byteLength(body),
      })
      response.end(body)
    })
  })
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo
    process.send?.({ url: `http://127.0.0.1:${port}` })
    process.on("message", () => process.send?.({ cpu: process.cpuUsage() }))
  })
})
process.on("disconnect", () => process.exit())
