import { isFailure } from "../failure.ts"
import type { Key } from "../key/key.ts"
import { rotationOf } from "../key/lifecycle.ts"
import { rotationIsPending } from "../key/rotation-schedule.ts"
import { printTimestamp } from "../time.ts"
import { change } from "./change-key.ts"
import type { AuthorityDeps } from "./deps.ts"
import { keyspaceOf } from "./keyspace-access.ts"
import { systemCaller } from "./organizations.ts"
import { rotateNow } from "./rotation.ts"

/**
 * Does what a key's schedule asks for, as Keyward itself. Where the new secret is kept, and can be had by an audited reveal,
 * the key is rotated, unless the secret before still lives. Anywhere else nobody would ever get that secret, so the audit
 * trail tells, once, that a rotation is due, and whoever may rotates. A key that somebody changes at the same time is left
 * for the next time.
 */
export async function rotateDueKey(
  deps: AuthorityDeps,
  { organizationId, id }: Pick<Key, "organizationId" | "id">,
): Promise<void> {
  const key = await deps.store.key(organizationId, id)
  const now = deps.clock.now()
  if (!key?.rotation || !rotationIsPending(key, now)) return
  const caller = systemCaller(organizationId)
  const { retention } = await keyspaceOf(deps, key)
  try {
    if (retention === "recoverable") {
      if (!rotationOf(key, now)) await rotateNow(deps, caller, id, {}, key.revision, () => [])
    } else {
      const { dueAt, everySeconds } = key.rotation
      const rotation = { ...key.rotation, announcedAt: now }
      const details = { due_at: printTimestamp(dueAt), every_seconds: everySeconds }
      await change(deps, caller, id, key.revision, async (before) => ({
        key: { ...before, rotation },
        action: "key.rotation_due",
        details,
      }))
    }
  } catch (error) {
    const changed = isFailure(error, "revision_conflict") || isFailure(error, "not_found")
    if (!changed) throw error
  }
}
