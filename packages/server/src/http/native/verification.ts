import * as contract from "@keyward/contract"
import type { Subject } from "@keyward/core"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import type { Keyward } from "../../keyward.ts"
import type { Verification, VerificationRequest } from "../../verification/verifier.ts"
import { type Authenticate, credentialOf, originOf } from "../authentication.ts"
import { overLimit } from "../over-limit.ts"
import { HttpProblem, type Occurrence } from "../problem.ts"
import { rateLimitHeaders } from "../rate-limit-headers.ts"
import { serve } from "../serve.ts"
import { sunset } from "../sunset.ts"
import { printSelf, printVerification } from "./print.ts"
import { demandVerify, permissionQuery, verificationRequest } from "./verification-request.ts"

export function serveVerification(
  app: FastifyInstance,
  { verifier, deps: { clock } }: Keyward,
  authenticate: Authenticate,
): void {
  serve(app, contract.verifyKey, authenticate, async ({ caller, body, reply }) => {
    demandVerify(caller)
    const verification = await verifier.verify(verificationRequest(caller, body, "/permissions"))
    const { outcome, subject } = verification
    if (outcome === "VALID" && subject) tellOfEnd(reply, subject)
    return printVerification(verification)
  })

  serve(app, contract.verifyKeys, authenticate, async ({ caller, body }) => {
    demandVerify(caller)
    // All are read before the first is decided: a fault in one leaves nothing consumed.
    const requests = body.keys.map((item, at) => verificationRequest(caller, item, `/keys/${at}/permissions`))
    const verifications = await Promise.all(requests.map((request) => verifier.verify(request)))
    return { results: verifications.map(printVerification) }
  })

  serve(app, contract.checkKey, authenticate, async ({ query, request, reply }) => {
    const permissions =
      query.permissions === undefined ? null : permissionQuery(query.permissions, "query.permissions")
    const verification = await presented(
      request,
      ({ keyspace }) =>
        query.keyspace_id === undefined ? keyspace.kind !== "management" : keyspace.id === query.keyspace_id,
      { permissions },
    )
    const { subject, limits } = verification
    if (verification.outcome !== "VALID" || !subject) throw refusal(verification)
    reply.headers({
      ...rateLimitHeaders(limits),
      "x-keyward-key-id": subject.key.id,
      "x-keyward-keyspace-id": subject.key.keyspaceId,
      "x-keyward-organization-id": subject.key.organizationId,
      "x-keyward-owner": `${subject.key.owner.kind}:${encodeURIComponent(subject.key.owner.id)}`,
      "x-keyward-permissions": subject.permissions.grants.join(" "),
      "cache-control": "no-store",
    })
    tellOfEnd(reply, subject)
    return undefined
  })

  serve(app, contract.readSelf, authenticate, async ({ request, reply }) => {
    const verification = await presented(request, () => true, { dryRun: true, cost: 0 })

    const { subject, limits, credits } = verification
    if (verification.outcome !== "VALID" || !subject) throw refusal(verification)
    reply.headers({ ...rateLimitHeaders(limits), "cache-control": "no-store" })
    tellOfEnd(reply, subject)
    return printSelf(subject, credits)
  })

  function tellOfEnd(reply: FastifyReply, subject: Subject): void {
    const end = sunset(subject, clock.now())
    if (end !== null) reply.header("sunset", end)
  }

  /** Verifies the key that the request itself carries. */
  async function presented(
    request: FastifyRequest,
    visible: VerificationRequest["visible"],
    asked: Pick<VerificationRequest, "permissions" | "cost" | "dryRun">,
  ): Promise<Verification> {
    const text = credentialOf(request)
    if (text === null) {
      throw new HttpProblem("credential_missing", {
        detail: "The request carries no key.",
        fix: "Send the key as Authorization: Bearer <key> or X-API-Key: <key>.",
        headers: { "www-authenticate": "Bearer" },
      })
    }
    const from = { guesser: request.ip, clientIp: request.ip, origin: originOf(request) }
    return verifier.verify({ text, visible, ...from, ...asked })
  }
}

/** What a gateway, and through it the holder, is told of a refusal (RFC 6750 §3.1, RFC 6585 §4). */
function refusal(verification: Verification): HttpProblem {
  const { outcome, missingPermissions } = verification
  const outcomeHeader = { "x-keyward-outcome": outcome }
  const because: Occurrence = { detail: `The key was refused: ${outcome}.`, headers: outcomeHeader }
  switch (outcome) {
    case "RATE_LIMITED":
    case "USAGE_EXCEEDED":
      return overLimit(verification, because)
    case "INSUFFICIENT_PERMISSIONS": {
      const challenge = `Bearer error="insufficient_scope", scope="${missingPermissions.join(" ")}"`
      return new HttpProblem("key_forbidden", {
        ...because,
        missingPermissions,
        headers: { ...outcomeHeader, "www-authenticate": challenge },
      })
    }
    case "IP_NOT_ALLOWED":
    case "ORIGIN_NOT_ALLOWED":
      return new HttpProblem("key_forbidden", { ...because, fix: "Use the key from where it is allowed." })
    default:
      return new HttpProblem("key_refused", {
        ...because,
        headers: { ...outcomeHeader, "www-authenticate": 'Bearer error="invalid_token"' },
      })
  }
}
