import { type Static, Type } from "typebox"
import { bounds } from "../bounds.ts"
import { Problem } from "../problem.ts"
import { route } from "../route.ts"
import { input, list, nullable, oneOf, oneOfObjects } from "../schema.ts"
import { actorKind } from "./audit.ts"
import { Revocation, RevocationInput, tags } from "./key.ts"
import { keyFilter } from "./keys.ts"
import { IdempotencyKey, id, idInput, nextCursor, Owner, OwnerInput, pageQuery, timestamp } from "./value.ts"

export const taskStates = ["running", "finished", "cancelled", "stopped"] as const
export const taskResultKinds = ["changed", "unchanged", "refused"] as const

const params = Type.Object({ task_id: idInput("The task's id.") })

const whichKeys =
  "Which keys: those that match all of its members, at least one of which is named. Deleted keys and those that were created after the task are not among them."

export type TaskFilterInput = Static<typeof TaskFilterInput>
export const TaskFilterInput = input(
  { ...keyFilter, owner: Type.Optional(OwnerInput) },
  { title: "TaskFilterInput", description: whichKeys },
)

export type TaskFilter = Static<typeof TaskFilter>
export const TaskFilter = Type.Object(
  { ...keyFilter, owner: Type.Optional(Owner) },
  { title: "TaskFilter", description: whichKeys },
)

/** What tells an action from the others. */
const kinds = {
  revoke: oneOf(["revoke"], { description: "The keys are ended for good." }),
  disable: oneOf(["disable"], { description: "The keys are refused until they are enabled again." }),
  enable: oneOf(["enable"], { description: "The keys are no longer disabled." }),
  tag: oneOf(["tag"], { description: "The keys get tags, or lose them; their other tags stay." }),
  transfer: oneOf(["transfer"], { description: "The keys go to another owner." }),
  setExpiry: oneOf(["set_expiry"], { description: "The keys expire at another instant, or never." }),
}
const toEachKey = "What is done to each key: what a single call would do to it, and refused as that would be."

export type TaskActionInput = Static<typeof TaskActionInput>
export const TaskActionInput = oneOfObjects(
  [
    input({ kind: kinds.revoke, ...RevocationInput.properties }),
    input({ kind: kinds.disable }),
    input({ kind: kinds.enable }),
    input({
      kind: kinds.tag,
      add: Type.Optional(tags("What is added where it is not there yet. Default: nothing.")),
      remove: Type.Optional(tags("What is taken off; none of what is added. Default: nothing.")),
    }),
    input({ kind: kinds.transfer, owner: OwnerInput }),
    input({
      kind: kinds.setExpiry,
      expires_at: nullable(timestamp("From when the keys are expired, in the future; null: never.")),
    }),
  ],
  { by: "kind", title: "TaskActionInput", description: toEachKey },
)

export type TaskAction = Static<typeof TaskAction>
export const TaskAction = oneOfObjects(
  [
    Type.Object({ kind: kinds.revoke, ...Revocation.properties }),
    Type.Object({ kind: kinds.disable }),
    Type.Object({ kind: kinds.enable }),
    Type.Object({ kind: kinds.tag, add: tags("What is added."), remove: tags("What is taken off.") }),
    Type.Object({ kind: kinds.transfer, owner: Owner }),
    Type.Object({
      kind: kinds.setExpiry,
      expires_at: nullable(timestamp("From when the keys are expired; null: never.")),
    }),
  ],
  { by: "kind", title: "TaskAction", description: toEachKey },
)

export type NewTask = Static<typeof NewTask>
export const NewTask = input(
  {
    filter: TaskFilterInput,
    action: TaskActionInput,
    dry_run: Type.Optional(
      Type.Boolean({
        description: "Whether nothing is changed, and the results tell what would be. Default: false.",
      }),
    ),
  },
  { title: "NewTask", description: "A change of many keys." },
)

const count = (of: string) => Type.Integer({ description: of, minimum: 0 })

export type TaskCounts = Static<typeof TaskCounts>
export const TaskCounts = Type.Object(
  {
    changed: count("Keys that were changed, or in a dry run would be."),
    unchanged: count("Keys that were as the action wants them already."),
    refused: count("Keys that stay as they were, because a single call would have been refused too."),
  },
  { title: "TaskCounts", description: "What it has come to so far: keys by their result." },
)

export type Task = Static<typeof Task>
export const Task = Type.Object(
  {
    id: id("The task's id."),
    organization_id: id("The organization that it belongs to."),
    filter: TaskFilter,
    action: TaskAction,
    dry_run: Type.Boolean({ description: "Whether it changes nothing, and only tells what it would." }),
    state: oneOf(taskStates, {
      description:
        "`running`: from the moment it is accepted; `finished`: every key was looked at; `cancelled`: by a caller; `stopped`: whoever created it may act no more.",
    }),
    created_by: Type.Object(
      { kind: actorKind, id: Type.String({ description: "Their id." }) },
      { description: "Who created it, and as whom it is done." },
    ),
    created_at: timestamp("When it was created."),
    ended_at: nullable(timestamp("When it ended; null: it is running.")),
    counts: TaskCounts,
  },
  {
    title: "Task",
    description: "A change of many keys that goes on after the call that asked for it was answered.",
  },
)

export type TaskPage = Static<typeof TaskPage>
export const TaskPage = Type.Object(
  { items: list(Task, { description: "Tasks, the newest first." }), next_cursor: nextCursor },
  { title: "TaskPage" },
)

export type TaskProblem = Static<typeof TaskProblem>
export const TaskProblem = Type.Pick(Problem, ["code", "detail", "fix", "errors", "missing_permissions"], {
  title: "TaskProblem",
  description: "Why a key stays as it was: what is about the key in the problem of a single call.",
})

export type TaskResult = Static<typeof TaskResult>
export const TaskResult = Type.Object(
  {
    key_id: id("The key's id."),
    result: oneOf(taskResultKinds, {
      description:
        "`changed`: as the action says; `unchanged`: it was so already; `refused`: it stays as it was.",
    }),
    problem: nullable(TaskProblem, "Why it was refused; null: it was not."),
    at: timestamp("When the key was looked at."),
  },
  { title: "TaskResult", description: "What a task came to with one key; of a dry run, what it would." },
)

export type TaskResultPage = Static<typeof TaskResultPage>
export const TaskResultPage = Type.Object(
  { items: list(TaskResult, { description: "Results, by the id of their key." }), next_cursor: nextCursor },
  { title: "TaskResultPage" },
)

export const createTask = route({
  operationId: "createTask",
  method: "POST",
  path: "/v1/tasks",
  tag: "Tasks",
  summary: "Change many keys",
  description: `The answer comes at once, and the task goes on. Each key is changed with what its creator may do at that moment. At most ${bounds.task.running} tasks of an organization run at a time. A caller whose permission is bound to a keyspace names that keyspace.`,
  permission: "keys.write",
  headers: IdempotencyKey,
  body: NewTask,
  answers: { 201: { description: "The new task.", schema: Task } },
  problems: ["not_found", "too_many_tasks"],
})

export const listTasks = route({
  operationId: "listTasks",
  method: "GET",
  path: "/v1/tasks",
  tag: "Tasks",
  summary: "List tasks",
  description: `The newest first, until ${bounds.task.keptDays} days after they ended. A caller whose permission is bound to a keyspace names that keyspace.`,
  permission: "keys.read",
  query: input({
    keyspace_id: Type.Optional(idInput("Only tasks whose filter names this keyspace.")),
    state: Type.Optional(oneOf(taskStates, { description: "Only tasks in this state." })),
    ...pageQuery,
  }),
  answers: { 200: { description: "A page of tasks.", schema: TaskPage } },
  problems: [],
})

export const readTask = route({
  operationId: "readTask",
  method: "GET",
  path: "/v1/tasks/{task_id}",
  tag: "Tasks",
  summary: "Read how far a task has come",
  permission: "keys.read",
  params,
  answers: { 200: { description: "The task.", schema: Task } },
  problems: ["not_found"],
})

export const cancelTask = route({
  operationId: "cancelTask",
  method: "POST",
  path: "/v1/tasks/{task_id}/cancel",
  tag: "Tasks",
  summary: "Cancel a task",
  description:
    "When the answer arrives no further key is changed, on any node; what was changed stays so. A task that has ended stays as it ended.",
  permission: "keys.write",
  params,
  answers: { 200: { description: "The task.", schema: Task } },
  problems: ["not_found"],
})

export const listTaskResults = route({
  operationId: "listTaskResults",
  method: "GET",
  path: "/v1/tasks/{task_id}/results",
  tag: "Tasks",
  summary: "List what a task came to, key by key",
  permission: "keys.read",
  params,
  query: input({
    result: Type.Optional(oneOf(taskResultKinds, { description: "Only these results." })),
    ...pageQuery,
  }),
  answers: { 200: { description: "A page of results.", schema: TaskResultPage } },
  problems: ["not_found"],
})
