import type { Caller } from "../src/authority/caller.ts"
import type { NewKey } from "../src/authority/key-input.ts"
import { runTask } from "../src/authority/run-task.ts"
import type { NewTask } from "../src/authority/tasks.ts"
import type { Key } from "../src/key/key.ts"
import type { Commit } from "../src/store/change.ts"
import type { Store } from "../src/store/store.ts"
import type { Task, TaskAction, TaskResult } from "../src/task.ts"
import type { House } from "./authority-fixture.ts"

export const revoke: TaskAction = { kind: "revoke", revocation: { reason: "compromised", note: "leaked" } }
export const page = { limit: 10_000, after: null } as const

/** New keys of acme, in the house's keyspace, one for each of these. */
export async function newKeys(house: House, ...members: Partial<NewKey>[]): Promise<Key[]> {
  const keys: Key[] = []
  for (const each of members) {
    const input = { keyspaceId: house.keyspace.id, name: "Key", ...each }
    keys.push((await house.authority.createKey(house.admin, input)).key)
  }
  return keys
}

export function keyNow({ deps }: House, { organizationId, id }: Key): Promise<Key | null> {
  return deps.store.key(organizationId, id)
}

export function taskNow({ deps }: House, { organizationId, id }: Task): Promise<Task | null> {
  return deps.store.task(organizationId, id)
}

/** A task of a caller that was not worked on yet; absent members: of all keys of the house's keyspace, and no dry run. */
export function begin(house: House, caller: Caller, input: Partial<NewTask> = {}): Promise<Task> {
  const filter = { keyspaceId: house.keyspace.id }
  return house.authority.createTask(caller, { filter, action: revoke, dryRun: false, ...input })
}

/** Works on a task to its end. */
export function run(house: House, { organizationId, id }: Task): Promise<void> {
  return runTask(house.deps, organizationId, id)
}

export async function resultsOf(
  { deps }: House,
  { organizationId, id }: Task,
): Promise<readonly TaskResult[]> {
  return (await deps.store.taskResults(organizationId, id, null, page)).items
}

/** What a task came to with each of these keys: the kind, or why it was refused; undefined: nothing. */
export async function cameTo(
  house: House,
  task: Task,
  keys: readonly Key[],
): Promise<(string | undefined)[]> {
  const results = await resultsOf(house, task)
  return keys.map(({ id }) => {
    const result = results.find(({ keyId }) => keyId === id)
    return result?.failure?.code ?? result?.kind
  })
}

/** Asks and works, to the end. */
export async function done(house: House, caller: Caller, input: Partial<NewTask> = {}): Promise<Task> {
  const task = await begin(house, caller, input)
  await run(house, task)
  return (await taskNow(house, task)) ?? task
}

/** The house over a store of which some calls go through something else first. */
export function rebuilt(house: House, instead: Partial<Store>): House {
  return { ...house, deps: { ...house.deps, store: { ...house.deps.store, ...instead } } }
}

/** The house, in which something happens before a task changes the key that comes after `changed` others. */
export function interrupted(house: House, changed: number, happens: () => Promise<unknown>): House {
  const { store } = house.deps
  let seen = 0
  return rebuilt(house, {
    async commit(commit) {
      if (changesKeyForTask(commit) && seen++ === changed) await happens()
      return store.commit(commit)
    },
  })
}

export function changesKeyForTask({ changes }: Commit): boolean {
  return changes.some(({ kind }) => kind === "task.result")
}
