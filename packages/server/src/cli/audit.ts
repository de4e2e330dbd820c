import { type AuditEvent, auditActions } from "@keyward/contract"
import { type Command, Option } from "commander"
import { given } from "../given.ts"
import { addAuditVerify } from "./audit-verify.ts"
import { printJson } from "./output.ts"
import { addPageOptions, type PageOptions, printPages } from "./pages.ts"
import { addRemoteOptions, connect, type RemoteOptions } from "./remote.ts"

export function addAudit(program: Command): void {
  const audit = program.command("audit").summary("read the audit trail, and prove that nobody changed it")

  const list = audit
    .command("list")
    .summary("list audit events")
    .addOption(new Option("--action <action>", "only events of this action").choices(auditActions))
    .option("--target <id>", "only what was done to this")
    .option("--from <timestamp>", "only events then or later")
    .option("--before <timestamp>", "only events earlier")
    .addOption(
      new Option("--order <order>", "which events come first")
        .choices(["newest", "oldest"])
        .default("newest"),
    )
  addPageOptions(list).action(listEvents)

  const exporting = audit
    .command("export")
    .summary("print the whole chain, oldest first, one event a line")
    .description(
      "Prints every event of the caller's organization as JSON, one a line, oldest first: what `keyward audit verify --file` reads.",
    )
  addRemoteOptions(exporting).action(exportEvents)

  addAuditVerify(audit)
}

interface ListOptions extends PageOptions {
  readonly action?: AuditEvent["action"]
  readonly target?: string
  readonly from?: string
  readonly before?: string
  readonly order: "newest" | "oldest"
}

async function listEvents(options: ListOptions): Promise<void> {
  const client = await connect(options)
  const { action, target, from, before, order } = options
  const filter = given({ action, target_id: target, from, before, order })
  await printPages(
    options,
    (page) => client.audit.list({ ...filter, ...page }),
    ["sequence", "at", "action", "actor", "target"],
    (event) => [
      event.sequence,
      event.at,
      event.action,
      `${event.actor.kind}:${event.actor.id}`,
      `${event.target.kind}:${event.target.id}`,
    ],
  )
}

async function exportEvents(options: RemoteOptions): Promise<void> {
  const client = await connect(options)
  for await (const event of client.audit.each({ order: "oldest", limit: 200 })) await printJson(event)
}
