import * as contract from "@keyward/contract"
import type { FastifyInstance } from "fastify"
import type { Keyward } from "../../keyward.ts"
import type { Authenticate } from "../authentication.ts"
import { serve } from "../serve.ts"
import { printKey } from "./print.ts"
import { blindSecretOf, overlapOf } from "./read.ts"
import { expectedRevision, sendRevision } from "./revision.ts"

export function serveRotation(app: FastifyInstance, keyward: Keyward, authenticate: Authenticate): void {
  const { authority } = keyward
  const { clock } = keyward.deps

  serve(app, contract.rotateKey, authenticate, async ({ caller, params, body, request, reply }) => {
    const overlapMs = body.overlap === undefined ? undefined : overlapOf(body.overlap)
    const rotation = { overlapMs, digest: blindSecretOf(body) }
    const rotated = await authority.rotateKey(caller, params.key_id, rotation, expectedRevision(request))
    const { key, secret } = rotated
    sendRevision(reply, key)
    reply.header("cache-control", "no-store")
    // As it was when it was rotated, which is what a repetition of the call is answered too.
    return { ...printKey(key, key.updatedAt), secret }
  })

  serve(app, contract.finishRotation, authenticate, async ({ caller, params, request, reply }) => {
    const key = await authority.finishRotation(caller, params.key_id, expectedRevision(request))
    sendRevision(reply, key)
    return printKey(key, clock.now())
  })

  serve(app, contract.cancelRotation, authenticate, async ({ caller, params, request, reply }) => {
    const key = await authority.cancelRotation(caller, params.key_id, expectedRevision(request))
    sendRevision(reply, key)
    return printKey(key, clock.now())
  })

  serve(app, contract.extendRotation, authenticate, async ({ caller, params, body, request, reply }) => {
    const overlapMs = overlapOf(body.overlap)
    const key = await authority.extendRotation(caller, params.key_id, overlapMs, expectedRevision(request))
    sendRevision(reply, key)
    return printKey(key, clock.now())
  })
}
