import type { FastifyRequest } from "fastify"
import { provenanceOf } from "../provenance.ts"
import { HttpProblem } from "./problem.ts"

/** Keeps pages of other sites from acting with a user's cookie. */
export interface SameOrigin {
  /** For what a cookie authenticates: a page of this server has to ask. @throws HttpProblem "cross_site_request" */
  demand(request: FastifyRequest): void
  /** For what sets a cookie: no page of another site may ask. @throws HttpProblem "cross_site_request" */
  refuseForeign(request: FastifyRequest): void
}

/** @param publicUrl where browsers reach the server; null: at whatever host the request names */
export function sameOrigin(publicUrl: string | null): SameOrigin {
  const own = publicUrl === null ? null : new URL(publicUrl).origin
  return {
    demand(request) {
      if (provenanceOf(request, own) !== "own") refuse()
    },
    refuseForeign(request) {
      if (provenanceOf(request, own) === "foreign") refuse()
    },
  }
}

function refuse(): never {
  throw new HttpProblem("cross_site_request", {
    detail: "A cookie authenticates this call, and it does not come from a page of this server.",
  })
}
