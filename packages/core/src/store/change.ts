import type { AuditDraft } from "../audit/event.ts"
import type { Key, Secret } from "../key/key.ts"
import type { KeyCaps, Keyspace } from "../keyspace.ts"
import type { Organization } from "../organization.ts"
import type { Principal } from "../principal.ts"
import type { Replay } from "../replay.ts"
import type { OneTimeLink, Session } from "../session.ts"
import type { Task, TaskResult, TaskState } from "../task.ts"
import type { Instant } from "../time.ts"

export interface Commit {
  readonly organizationId: string
  /** In this order. */
  readonly changes: readonly Change[]
  /** At least one: whatever changes is recorded. */
  readonly events: readonly AuditDraft[]
}

export type Change =
  | { readonly kind: "organization.insert"; readonly organization: Organization }
  /** The whole new organization, made from `organization.revision - 1`. */
  | { readonly kind: "organization.update"; readonly organization: Organization }
  | { readonly kind: "principal.insert"; readonly principal: Principal }
  /**
   * The whole new principal, made from `principal.revision - 1`, removal included. Refused with "last_owner" when no user
   * with the role `owner` would be left that is neither suspended nor removed, and the principal was one. `ownedKeys`: how
   * many keys that are not deleted the principal is known to own as this change is made, refused with "revision_conflict"
   * when it is another number; null: as many as there are.
   */
  | { readonly kind: "principal.update"; readonly principal: Principal; readonly ownedKeys: number | null }
  /** Refused with "not_found" when there is no such user, or the user is suspended or removed. */
  | { readonly kind: "session.insert"; readonly session: Session }
  /** Ends one session; "not_found" when it is gone. */
  | { readonly kind: "session.delete"; readonly sessionId: string }
  /** Ends all sessions of a user but one; null: all. */
  | { readonly kind: "sessions.delete"; readonly userId: string; readonly exceptId: string | null }
  /** Refused with "not_found" when there is no such user, or the user is removed. */
  | { readonly kind: "link.insert"; readonly link: OneTimeLink }
  /** Uses up a link; "not_found" when it is gone or used. */
  | { readonly kind: "link.use"; readonly linkId: string; readonly usedAt: Instant }
  /** Uses up all links of a user that are not used yet. */
  | { readonly kind: "links.use"; readonly userId: string; readonly usedAt: Instant }
  /** Takes the place of an expired one; "already_exists" when one of the intent is not expired at `createdAt`. */
  | { readonly kind: "replay.insert"; readonly replay: Replay }
  | { readonly kind: "keyspace.insert"; readonly keyspace: Keyspace }
  /** The whole new keyspace, made from the revision before: `keyspace.revision - 1`. */
  | { readonly kind: "keyspace.update"; readonly keyspace: Keyspace }
  /**
   * With its secrets. Refused with "not_found" when the owner is a user or service account that is unknown or removed; so
   * is a `key.update` that changes the owner. And refused as `claimsOf` says, with "too_many_keys" when as many keys of
   * the keyspace, or of the owner in the keyspace, count at `createdAt` as the policy allows, and with "already_exists"
   * when a key of the owner in the keyspace has the name and the policy is `uniqueNames`.
   */
  | { readonly kind: "key.insert"; readonly key: Key; readonly policy: KeyCaps }
  /**
   * The whole new key, made from `key.revision - 1`, deletion included. `secrets` and `lastUsedAt` are left as they are.
   * A key that had credits keeps its balance, as `balanceAfterChange` says, at `updatedAt`.
   * Refused like a `key.insert`, at `updatedAt`, for what the change adds: a key that did not count and now does (enabled
   * again, given a later expiry), one of another owner, one of another name.
   */
  | { readonly kind: "key.update"; readonly key: Key; readonly policy: KeyCaps }
  /**
   * A deleted key is there again as it was, with the `owner`, `updatedAt` and `revision` of this one, which is made from
   * `key.revision - 1`; its `lastUsedAt` is the last use of any secret. Refused like a `key.insert`, at `updatedAt`, and
   * with "not_found" unless the key is deleted.
   */
  | { readonly kind: "key.restore"; readonly key: Key; readonly policy: KeyCaps }
  /**
   * Notes that the notice of a key's expiry that was due then is given, and when the next is due; null: never. "not_found"
   * unless it is just that one that is due: so each is given once, however many try.
   */
  | {
      readonly kind: "notice.give"
      readonly keyId: string
      readonly dueAt: Instant
      readonly nextAt: Instant | null
    }
  /**
   * Notes that it is told that a key is idle since an instant; "already_exists" when it was told of that very instant, and
   * "not_found" when there is no such key.
   */
  | { readonly kind: "idle.tell"; readonly keyId: string; readonly since: Instant }
  /**
   * Forgets a key that was deleted before an instant, all but the digests of its secrets, which stay taken; "not_found"
   * when there is no such. `purgeUsage` comes first: what is left of its usage goes with the key.
   */
  | { readonly kind: "key.purge"; readonly keyId: string; readonly deletedBefore: Instant }
  /**
   * Adds a version to a key's secrets, or replaces all but the digest, sealed text and last use of one; null forgets a sealed
   * text. A version that was forgotten meanwhile, so that there is none but a newer one, stays so. Goes with a `key.update`.
   */
  | { readonly kind: "secret.put"; readonly keyId: string; readonly secret: Secret }
  /** Forgets a secret, all but its digest, which stays taken; nothing when there is no such. Goes with a `key.update`. */
  | { readonly kind: "secret.forget"; readonly keyId: string; readonly version: number }

  /** Sets what a key has to spend; the next refill is the first after `at`. "not_found" for a key without credits. */
  | { readonly kind: "credits.set"; readonly keyId: string; readonly remaining: number; readonly at: Instant }
  /** Adds to it, after the refills that are due at `at`. "not_found" as for `credits.set`; refused as `added` says. */
  | { readonly kind: "credits.add"; readonly keyId: string; readonly units: number; readonly at: Instant }
  /** Refused with "too_many_tasks" when so many of the organization are running already. */
  | { readonly kind: "task.insert"; readonly task: Task; readonly runningAtMost: number }
  /**
   * Keeps what a task came to with one key, and counts it. Refused with "not_found" unless the task is running, and with
   * "already_exists" (key_id) where it has a result of the key: so whatever is changed in the same commit is changed once,
   * and not at all once the task has ended.
   */
  | { readonly kind: "task.result"; readonly taskId: string; readonly result: TaskResult }
  /** Refused with "not_found" unless the task is running. */
  | {
      readonly kind: "task.end"
      readonly taskId: string
      readonly state: Exclude<TaskState, "running">
      readonly endedAt: Instant
    }
