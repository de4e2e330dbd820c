import * as contract from "@keyward/contract"
import { printAuditEvent } from "@keyward/core"
import type { FastifyInstance } from "fastify"
import type { Keyward } from "../../keyward.ts"
import type { Authenticate } from "../authentication.ts"
import { serve } from "../serve.ts"
import { isSequence, pageOf, printPage } from "./page.ts"
import { optionalInstant } from "./read.ts"

export function serveAudit(app: FastifyInstance, { authority }: Keyward, authenticate: Authenticate): void {
  serve(app, contract.listAuditEvents, authenticate, async ({ caller, query }) => {
    const ascending = query.order === "oldest"
    const list = ascending ? "audit, oldest first" : "audit"
    const filter = {
      action: query.action,
      targetId: query.target_id,
      from: optionalInstant(query.from) ?? undefined,
      before: optionalInstant(query.before) ?? undefined,
    }
    const page = { ...pageOf(query, list, isSequence), ascending }
    return printPage(await authority.auditEvents(caller, filter, page), list, printAuditEvent)
  })
}
