import type { Caller, Key, Keyspace, NewTask, Store, Task } from "@keyward/core"
import type { Keyward } from "../../src/keyward.ts"

const revoke: NewTask["action"] = {
  kind: "revoke",
  revocation: { reason: "compromised", note: null },
}

/** A keyspace of the caller's with keys in it, and the secrets of these. */
export async function keyspaceOf(keyward: Keyward, caller: Caller, count: number) {
  const keyspace = await keyward.authority.createKeyspace(caller, { name: "Things", prefix: "thing" })
  return { keyspace, keys: await newKeys(keyward, caller, keyspace, count) }
}

export async function newKeys({ authority }: Keyward, caller: Caller, { id }: Keyspace, count: number) {
  const keys: { readonly key: Key; readonly secret: string }[] = []
  for (let at = 0; at < count; at++) {
    keys.push(await authority.createKey(caller, { keyspaceId: id, name: `Key ${at}` }))
  }
  return keys
}

/** A task that revokes every key of a keyspace. Nobody works on it yet. */
export function revoking({ authority }: Keyward, caller: Caller, { id }: Keyspace): Promise<Task> {
  return authority.createTask(caller, { filter: { keyspaceId: id }, action: revoke, dryRun: false })
}

/** The task once it has ended. */
export async function ended(store: Store, { organizationId, id }: Task): Promise<Task> {
  for (;;) {
    const task = await store.task(organizationId, id)
    if (!task) throw new Error("There is no such task.")
    if (task.state !== "running") return task
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** How often each of these keys was revoked, as the audit trail tells. */
export async function revocationsOf(store: Store, { organizationId }: Task, keys: readonly { key: Key }[]) {
  const page = { limit: 10_000, after: null }
  const { items } = await store.auditEvents(organizationId, { action: "key.revoked" }, page)
  return keys.map(({ key }) => items.filter(({ target }) => target.id === key.id).length)
}
