import process from "node:process"
import {
  type OwnerInput,
  type RevocationInput,
  revocationReasons,
  type Task,
  type TaskAction,
  type TaskActionInput,
  type TaskCounts,
  type TaskFilter,
  type TaskResult,
  taskResultKinds,
  taskStates,
} from "@keyward/contract"
import { systemClock } from "@keyward/core"
import type { KeywardClient } from "@keyward/sdk"
import { type Command, Option } from "commander"
import { given } from "../given.ts"
import { addCreatingOptions, type CreatingOptions, creationOf } from "./creating.ts"
import { exitCodes } from "./exit-code.ts"
import { CommandFailure } from "./failure.ts"
import { addKeyFilterOptions, type KeyFilterOptions, keyFilterOf } from "./key-filter.ts"
import { asIs, instantIn, ownerOf, repeated } from "./option-text.ts"
import { type Cell, printJson, printLine, printMembers, printNote, printTable } from "./output.ts"
import { addPageOptions, type PageOptions, printPages } from "./pages.ts"
import { addRemoteOptions, connect, type RemoteOptions } from "./remote.ts"

export function addTasks(program: Command): void {
  const tasks = program.command("tasks").summary("change many keys at once, and follow how that goes")

  addActions(
    tasks.command("create").summary("change all keys of a filter; --dry-run first shows what would be"),
  )

  const list = tasks
    .command("list")
    .summary("list tasks, the newest first")
    .option("--keyspace <id>", "only tasks whose filter names this keyspace")
    .addOption(new Option("--state <state>", "only tasks in this state").choices(taskStates))
  addPageOptions(list).action(listTasks)

  const show = tasks
    .command("show <task-id>")
    .summary("show how far a task has come")
    .option("--wait", "until it has ended")
  addRemoteOptions(show).action(showTask)

  addRemoteOptions(
    tasks.command("cancel <task-id>").summary("change no further key; what was changed stays so"),
  ).action(cancelTask)

  const results = tasks
    .command("results <task-id>")
    .summary("list what a task came to, key by key")
    .addOption(new Option("--result <result>", "only these").choices(taskResultKinds))
  addPageOptions(results).action(listResults)
}

/** What every action takes. */
interface TaskOptions extends KeyFilterOptions, CreatingOptions {
  readonly dryRun?: true
  readonly wait?: true
}

/** One command for each action; whatever it takes for itself has a name that no part of the filter has. */
function addActions(create: Command): void {
  addAction<RevokeOptions>(
    create
      .command("revoke")
      .summary("end the keys for good")
      .addOption(new Option("--reason <reason>", "why").choices(revocationReasons).default("unspecified"))
      .option("--note <text>", "what else there is to say"),
    ({ reason, note }) => ({ kind: "revoke", ...given({ reason, note }) }),
  )
  addAction(create.command("disable").summary("refuse the keys until they are enabled again"), () => ({
    kind: "disable",
  }))
  addAction(create.command("enable").summary("let disabled keys work again"), () => ({ kind: "enable" }))
  addAction<TagOptions>(
    create
      .command("tag")
      .summary("give the keys tags, or take some off; their other tags stay")
      .option("--add <tag>", "add it where it is not there yet (repeatable)", repeated(asIs))
      .option("--remove <tag>", "take it off (repeatable)", repeated(asIs)),
    ({ add, remove }) => ({ kind: "tag", ...given({ add, remove }) }),
  )
  addAction<TransferOptions>(
    create
      .command("transfer")
      .summary("give the keys to another owner")
      .requiredOption("--to <kind:id>", "the new owner", ownerOf),
    ({ to }) => ({ kind: "transfer", owner: to }),
  )
  addAction<ExpiryOptions>(
    create
      .command("set-expiry")
      .summary("let the keys expire at another time; one of --at, --in and --never says when")
      .addOption(
        new Option("--at <timestamp>", "from when they are expired: RFC 3339 with an offset").conflicts([
          "in",
          "never",
        ]),
      )
      .addOption(
        new Option("--in <time>", "the same from now: a number and one of s, m, h, d, w (30d)")
          .conflicts("never")
          .argParser((text: string) => instantIn(text, systemClock.now())),
      )
      .option("--never", "not at all"),
    (options) => ({ kind: "set_expiry", expires_at: expiryOf(options) }),
  )
}

interface RevokeOptions {
  readonly reason: NonNullable<RevocationInput["reason"]>
  readonly note?: string
}
interface TagOptions {
  readonly add?: readonly string[]
  readonly remove?: readonly string[]
}
interface TransferOptions {
  readonly to: OwnerInput
}
interface ExpiryOptions {
  readonly at?: string
  readonly in?: string
  readonly never?: true
}

function expiryOf({ at, in: from, never }: ExpiryOptions): string | null {
  const expiresAt = never ? null : (at ?? from)
  if (expiresAt !== undefined) return expiresAt
  throw new CommandFailure(
    "usage",
    "It has to be said when the keys expire.",
    "Give one of --at <timestamp>, --in <time> and --never.",
  )
}

function addAction<Own extends object>(command: Command, actionOf: (options: Own) => TaskActionInput): void {
  addKeyFilterOptions(command)
    .option("--dry-run", "change nothing; wait, and show what would be")
    .option("--wait", "until it has ended; then the exit code says whether every key was changed")
  addCreatingOptions(command).action(async (options: TaskOptions & Own) => {
    const client = await connect(options)
    const { owner, dryRun, wait } = options
    const task = {
      filter: { ...keyFilterOf(options), ...given({ owner }) },
      action: actionOf(options),
      ...given({ dry_run: dryRun }),
    }
    const created = await client.tasks.create(task, creationOf(options))
    await (dryRun || wait ? printEnd(client, created, options) : printTask(created, options))
  })
}

async function listTasks(
  options: PageOptions & { readonly keyspace?: string; readonly state?: Task["state"] },
): Promise<void> {
  const client = await connect(options)
  const filter = given({ keyspace_id: options.keyspace, state: options.state })
  await printPages(
    options,
    (page) => client.tasks.list({ ...filter, ...page }),
    ["id", "state", "created", "action", "filter", "changed", "unchanged", "refused"],
    ({ id, state, created_at, action, filter, dry_run, counts }) => [
      id,
      state,
      created_at,
      printAction(action) + (dry_run ? " (dry run)" : ""),
      printFilter(filter),
      counts.changed,
      counts.unchanged,
      counts.refused,
    ],
  )
}

async function showTask(taskId: string, options: RemoteOptions & { readonly wait?: true }): Promise<void> {
  const client = await connect(options)
  const task = await client.tasks.read(taskId)
  await (options.wait ? printEnd(client, task, options) : printTask(task, options))
}

async function cancelTask(taskId: string, options: RemoteOptions): Promise<void> {
  const client = await connect(options)
  await printTask(await client.tasks.cancel(taskId), options)
}

async function listResults(
  taskId: string,
  options: PageOptions & { readonly result?: TaskResult["result"] },
): Promise<void> {
  const client = await connect(options)
  const filter = given({ result: options.result })
  await printPages(
    options,
    (page) => client.tasks.results(taskId, { ...filter, ...page }),
    ["key", "result", "at", "problem", "detail"],
    ({ key_id, result, at, problem }) => [key_id, result, at, problem?.code ?? null, problem?.detail ?? null],
  )
}

/** How often a task that is waited for is read. */
const pollMs = 250

/** Most refused keys that are shown beside the task itself. */
const shownRefusals = 20

/** Waits for the end of a task, prints it, and lets the exit code say whether all that was asked for was done. */
async function printEnd(client: KeywardClient, { id }: Task, options: RemoteOptions): Promise<void> {
  const progress = process.stderr.isTTY ? { onProgress: noteProgress } : {}
  const task = await client.tasks.wait(id, { pollMs, ...progress })
  if (task.state !== "finished" || task.counts.refused > 0) process.exitCode = exitCodes.refused.code
  await printTask(task, options)
  if (options.json || task.counts.refused === 0) return
  const { items, next_cursor: next } = await client.tasks.results(id, {
    result: "refused",
    limit: shownRefusals,
  })
  await printLine("")
  await printTable(
    ["refused key", "problem", "detail"],
    items.map(({ key_id, problem }) => [key_id, problem?.code ?? null, problem?.detail ?? null]),
  )
  if (next !== null) {
    await printLine(`\nMore follow: keyward tasks results ${id} --result refused --all`)
  }
}

function noteProgress({ counts }: Task): void {
  printNote(printCounts(counts))
}

function printTask(task: Task, { json }: RemoteOptions): Promise<void> {
  if (json) return printJson(task)
  const members: Readonly<Record<string, Cell>> = {
    id: task.id,
    state: task.state,
    action: printAction(task.action),
    filter: printFilter(task.filter),
    "dry run": task.dry_run ? "yes: nothing is changed" : "no",
    "created by": `${task.created_by.kind}:${task.created_by.id}`,
    created: task.created_at,
    ended: task.ended_at,
    [task.dry_run ? "would be" : "keys"]: printCounts(task.counts),
  }
  return printMembers(members)
}

function printCounts({ changed, unchanged, refused }: TaskCounts): string {
  return `${changed} changed, ${unchanged} unchanged, ${refused} refused`
}

/** As `tasks create` takes it. */
function printAction(action: TaskAction): string {
  switch (action.kind) {
    case "revoke":
      return action.note === null ? `revoke: ${action.reason}` : `revoke: ${action.reason}, ${action.note}`
    case "tag":
      return `tag ${[...action.add.map((tag) => `+${tag}`), ...action.remove.map((tag) => `-${tag}`)].join(" ")}`
    case "transfer":
      return `transfer to ${action.owner.kind}:${action.owner.id}`
    case "set_expiry":
      return `set expiry: ${action.expires_at ?? "never"}`
    default:
      return action.kind
  }
}

function printFilter({ owner, ...members }: TaskFilter): string {
  const parts = Object.entries({ ...members, ...given({ owner: owner && `${owner.kind}:${owner.id}` }) })
  return parts.map(([name, value]) => `${name}=${value}`).join(" ")
}
