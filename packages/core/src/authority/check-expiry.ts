import { fail, type InputError } from "../failure.ts"
import type { Key } from "../key/key.ts"
import type { KeyspacePolicy } from "../keyspace.ts"
import { type Instant, later, printTimestamp } from "../time.ts"
import type { Caller } from "./caller.ts"
import type { AuthorityDeps } from "./deps.ts"

/**
 * Holds when a key expires to its keyspace's policy. For keys that are made, and those that are given another expiry:
 * what did not change is not held against a change.
 * @throws "invalid_input", naming each rule that is broken and the latest instant that all of them allow
 */
export async function demandExpiry(
  deps: AuthorityDeps,
  caller: Caller,
  policy: KeyspacePolicy,
  { expiresAt }: Key,
  now: Instant,
): Promise<void> {
  const broken: string[] = []
  const { maxLifetimeSeconds } = policy
  const longest = maxLifetimeSeconds === null ? null : later(now, maxLifetimeSeconds * 1000)
  const creator = policy.expiryWithinCreator ? await creatorExpiry(deps, caller, now) : null
  if (policy.expiryRequired && expiresAt === null) {
    broken.push("A key of this keyspace has to expire (expiry_required).")
  }
  if (longest !== null && expiresAt !== null && expiresAt > longest) {
    broken.push(
      `A key of this keyspace lasts at most ${maxLifetimeSeconds} seconds from now (max_lifetime_seconds).`,
    )
  }
  if (creator !== null && (expiresAt === null || expiresAt > creator)) {
    broken.push(
      "A key of this keyspace may not outlive the key that it is made with (expiry_within_creator).",
    )
  }
  if (broken.length === 0) return
  const bounds = [longest, creator].filter((bound) => bound !== null)
  const fix =
    bounds.length === 0
      ? "Send an instant at which it expires."
      : `Send an instant no later than ${printTimestamp(Math.min(...bounds) as Instant)}.`
  const errors: InputError[] = broken.map((message) => ({ member: "/expires_at", message, fix }))
  fail({ code: "invalid_input", errors })
}

/** When the key that the caller presented expires, as it is now; null: never, or the caller presented no key. */
async function creatorExpiry(deps: AuthorityDeps, caller: Caller, now: Instant): Promise<Instant | null> {
  const { credential } = caller.actor
  if (credential?.kind !== "key") return null
  const key = await deps.store.key(caller.organizationId, credential.id)
  // It was deleted meanwhile: what outlives it outlives this moment.
  return key ? key.expiresAt : now
}
