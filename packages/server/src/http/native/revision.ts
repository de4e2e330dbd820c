import type { FastifyReply, FastifyRequest } from "fastify"
import { invalid } from "../validation.ts"

/** Sends the revision of an object as its ETag (RFC 9110 §8.8.3). */
export function sendRevision(reply: FastifyReply, { revision }: { readonly revision: number }): void {
  reply.header("etag", `"${revision}"`)
}

/** Never the revision of anything: what an entity tag that is not ours asks for. */
const noRevision = 0

/**
 * The revision that If-Match (RFC 9110 §13.1.1) demands; null: whichever there is. A well-formed entity tag that is
 * none of ours matches nothing.
 */
export function expectedRevision(request: FastifyRequest): number | null {
  const header = request.headers["if-match"]?.trim()
  if (header === undefined || header === "*") return null
  const [, revision] = /^"([1-9]\d{0,14})"$/.exec(header) ?? []
  if (revision) return Number(revision)
  if (/^(W\/)?"[\x21\x23-\x7e]*"$/.test(header)) return noRevision
  throw invalid([
    {
      member: "header.If-Match",
      message: "This is not one entity tag.",
      fix: 'Send the ETag as it came, such as "3".',
    },
  ])
}
