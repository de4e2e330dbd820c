import * as contract from "@keyward/contract"
import type { FastifyInstance } from "fastify"
import type { Keyward } from "../../keyward.ts"
import type { Authenticate } from "../authentication.ts"
import { serve } from "../serve.ts"

export function serveHealth(app: FastifyInstance, { store }: Keyward, authenticate: Authenticate): void {
  serve(app, contract.readHealth, authenticate, () => ({ status: "ok" as const }))
  serve(app, contract.readReadiness, authenticate, async () => {
    await store.ping()
    return { status: "ready" as const }
  })
}
