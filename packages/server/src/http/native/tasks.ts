import * as contract from "@keyward/contract"
import type { TaskAction } from "@keyward/core"
import type { FastifyInstance } from "fastify"
import type { Keyward } from "../../keyward.ts"
import type { Authenticate } from "../authentication.ts"
import { serve } from "../serve.ts"
import { isKeyId, isTimePosition, pageOf, printPage } from "./page.ts"
import { printTask, printTaskResult } from "./print-task.ts"
import { instantOf, keyFilterOf } from "./read.ts"

export function serveTasks(
  app: FastifyInstance,
  { authority, taskRunner }: Keyward,
  authenticate: Authenticate,
): void {
  serve(app, contract.createTask, authenticate, async ({ caller, body, reply }) => {
    const { owner, ...rest } = body.filter
    const task = await authority.createTask(caller, {
      filter: { ...keyFilterOf(rest), owner },
      action: actionOf(body.action),
      dryRun: body.dry_run ?? false,
    })
    taskRunner.begin(task)
    reply.header("location", `/v1/tasks/${task.id}`)
    return printTask(task)
  })

  serve(app, contract.listTasks, authenticate, async ({ caller, query }) => {
    const filter = { keyspaceId: query.keyspace_id, state: query.state }
    const page = pageOf(query, "tasks", isTimePosition)
    return printPage(await authority.tasks(caller, filter, page), "tasks", printTask)
  })

  serve(app, contract.readTask, authenticate, async ({ caller, params }) =>
    printTask(await authority.task(caller, params.task_id)),
  )

  serve(app, contract.cancelTask, authenticate, async ({ caller, params }) =>
    printTask(await authority.cancelTask(caller, params.task_id)),
  )

  serve(app, contract.listTaskResults, authenticate, async ({ caller, params, query }) => {
    const page = pageOf(query, "task results", isKeyId)
    const results = await authority.taskResults(caller, params.task_id, { kind: query.result }, page)
    return printPage(results, "task results", printTaskResult)
  })
}

function actionOf(action: contract.TaskActionInput): TaskAction {
  switch (action.kind) {
    case "revoke": {
      const { reason = "unspecified", note = null } = action
      return { kind: "revoke", revocation: { reason, note } }
    }
    case "tag":
      return { kind: "tag", add: action.add ?? [], remove: action.remove ?? [] }
    case "set_expiry":
      return {
        kind: "set_expiry",
        expiresAt: action.expires_at === null ? null : instantOf(action.expires_at),
      }
    default:
      return action
  }
}
