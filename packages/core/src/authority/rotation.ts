import type { AuditAction } from "../audit/event.ts"
import { fail } from "../failure.ts"
import type { JsonObject } from "../json.ts"
import type { Key, Secret } from "../key/key.ts"
import { currentSecret, type RotationUnderWay, rotationOf, secretIsLive } from "../key/lifecycle.ts"
import { scheduled } from "../key/rotation-schedule.ts"
import type { Keyspace, KeyspacePolicy } from "../keyspace.ts"
import { type Instant, later, printTimestamp } from "../time.ts"
import type { Caller } from "./caller.ts"
import { change, keyToChange, secretChanges } from "./change-key.ts"
import { demandOverlap } from "./check-policy.ts"
import { type AuthorityDeps, commit, draft, retried } from "./deps.ts"
import { demandGivable } from "./grants.ts"
import { findKey } from "./key-access.ts"
import { keyspaceOf } from "./keyspace-access.ts"
import type { CreatedKey } from "./new-key.ts"
import type { Keep, Replays } from "./replays.ts"
import { type BlindSecret, issueSecret } from "./secrets.ts"

/** How a key gets a new secret. */
export interface Rotation {
  /** How long the secret so far lives on, milliseconds, 0 or more. Default: as the key's schedule says, or an hour. */
  readonly overlapMs?: number | undefined
  /** Of a secret that the holder made; absent: one is drawn. */
  readonly digest?: BlindSecret | undefined
}

/** How long the secret so far lives on where nobody says otherwise. */
const defaultOverlapMs = 60 * 60 * 1000

/**
 * How many ended secrets of a key a rotation leaves there. A key may be rotated each minute, and whoever reads it reads all
 * of its secrets, so what `purgeEndedSecrets` does in time is no bound by itself.
 */
export const endedSecretsMost = 20

/**
 * Gives a key a new secret. The one so far lives on until the overlap ends, and never longer than it would have; all
 * else of the key, its limits, usage and audit trail included, goes on as it is. Of the secrets that ended before, the last
 * `endedSecretsMost` stay.
 * @param expectedRevision which revision is to be changed; null: whichever there is
 * @throws "not_found", "key_revoked", "rotation_under_way" while the secret before still lives, "invalid_input" and
 *         "already_exists" as `issueSecret`, "grant_exceeds_caller", "revision_conflict", "permission_denied"
 */
export async function rotateKey(
  deps: AuthorityDeps,
  replays: Replays,
  caller: Caller,
  id: string,
  input: Rotation,
  expectedRevision: number | null,
): Promise<CreatedKey<string | null>> {
  const found = await findKey(caller, "write", () => deps.store.key(caller.organizationId, id))
  const keyspace = await keyspaceOf(deps, found)
  return replays.once<CreatedKey<string | null>>(
    caller,
    (keep) => rotateNow(deps, caller, id, input, expectedRevision, keep),
    ({ key }) => demandGivable(caller, keyspace, key),
  )
}

/** The same, whether or not it was asked for before. */
export function rotateNow(
  deps: AuthorityDeps,
  caller: Caller,
  id: string,
  { overlapMs, digest }: Rotation,
  expectedRevision: number | null,
  keep: Keep<CreatedKey<string | null>>,
): Promise<CreatedKey<string | null>> {
  return retried(expectedRevision, async () => {
    const { before, keyspace, now } = await keyToChange(deps, caller, id, expectedRevision)
    if (before.revokedAt !== null) return fail({ code: "key_revoked" })
    if (rotationOf(before, now)) return fail({ code: "rotation_under_way" })
    demandGivable(caller, keyspace, before)
    const version = (before.secrets.at(-1)?.version ?? 0) + 1
    const { secret, text } = await issueSecret(deps, keyspace, id, version, digest, now)
    const old = currentSecret(before)
    if (overlapMs !== undefined) demandOverlap(keyspace.policy, overlapMs)
    const until = later(now, overlapMs ?? usualOverlapMs(before, keyspace.policy))
    const ending = old && endingAt(old, endOf(before, until), now)
    const key: Key = {
      ...before,
      secrets: [
        ...lastEnded(before.secrets, now).map((one) => (one === old && ending ? ending : unsealed(one, now))),
        secret,
      ],
      rotation: before.rotation && scheduled(before.rotation, now),
      updatedAt: now,
      revision: before.revision + 1,
    }
    const details = {
      secret_version: version,
      ...(ending ? ended(ending) : {}),
      ...(text === null ? { blind: true } : {}),
    }
    const rotated = { key, secret: text }
    await commit(
      deps,
      caller.organizationId,
      [...keep(rotated), { kind: "key.update", key, policy: keyspace.policy }, ...secretChanges(before, key)],
      [draft(deps, caller, "key.rotated", { kind: "key", id }, details)],
    )
    return rotated
  })
}

/** Where nobody asks for more, the policy shortens it. */
function usualOverlapMs({ rotation }: Key, { maxOverlapSeconds }: KeyspacePolicy): number {
  const usual = rotation ? rotation.overlapSeconds * 1000 : defaultOverlapMs
  return maxOverlapSeconds === null ? usual : Math.min(usual, maxOverlapSeconds * 1000)
}

/** Ends the secret before at once. @throws "no_rotation", and as `rotateKey` */
export function finishRotation(
  deps: AuthorityDeps,
  caller: Caller,
  id: string,
  expectedRevision: number | null,
): Promise<Key> {
  return changeRotation(
    deps,
    caller,
    id,
    expectedRevision,
    "key.rotation_finished",
    ({ older }, _key, now) => [endingAt(older, now, now)],
  )
}

/** Ends the new secret at once; the one before lives as it did. @throws "no_rotation", and as `rotateKey` */
export function cancelRotation(
  deps: AuthorityDeps,
  caller: Caller,
  id: string,
  expectedRevision: number | null,
): Promise<Key> {
  return changeRotation(
    deps,
    caller,
    id,
    expectedRevision,
    "key.rotation_cancelled",
    ({ newer, older }, _key, now) => [endingAt(newer, now, now), { ...older, expiresAt: null }],
  )
}

/**
 * Lets the secret before live on for so long from now, and never longer than the key.
 * @throws "invalid_input" where it lives longer already, or the policy allows less since the rotation began; "no_rotation", and as `rotateKey`
 */
export function extendRotation(
  deps: AuthorityDeps,
  caller: Caller,
  id: string,
  overlapMs: number,
  expectedRevision: number | null,
): Promise<Key> {
  return changeRotation(
    deps,
    caller,
    id,
    expectedRevision,
    "key.rotation_extended",
    ({ newer, older }, key, now, { policy }) => {
      const until = later(now, overlapMs)
      demandOverlap(policy, until - newer.createdAt)
      if (older.expiresAt !== null && until < older.expiresAt) {
        const message = `The secret before lives until ${printTimestamp(older.expiresAt)} already.`
        const fix = "Send a longer overlap, counted from now, or finish the rotation."
        return fail({ code: "invalid_input", errors: [{ member: "/overlap", message, fix }] })
      }
      return [{ ...older, expiresAt: endOf(key, until) }]
    },
  )
}

/** Changes secrets of a key that is being rotated. @param alter those that become others, by their versions */
function changeRotation(
  deps: AuthorityDeps,
  caller: Caller,
  id: string,
  expectedRevision: number | null,
  action: AuditAction,
  alter: (rotation: RotationUnderWay, key: Key, now: Instant, keyspace: Keyspace) => readonly Secret[],
): Promise<Key> {
  return change(deps, caller, id, expectedRevision, async (before, keyspace, now) => {
    if (before.revokedAt !== null) return fail({ code: "key_revoked" })
    const rotation = rotationOf(before, now) ?? fail({ code: "no_rotation" })
    const altered = new Map(alter(rotation, before, now, keyspace).map((secret) => [secret.version, secret]))
    const secrets = before.secrets.map((secret) => altered.get(secret.version) ?? secret)
    const older = altered.get(rotation.older.version) ?? rotation.older
    const details = { secret_version: rotation.newer.version, ...ended(older) }
    return { key: { ...before, secrets }, action, details }
  })
}

function endingAt(secret: Secret, end: Instant, now: Instant): Secret {
  return unsealed({ ...secret, expiresAt: end }, now)
}

/** The secrets of a key without those that ended so long ago that as many as are kept ended after them. */
function lastEnded(secrets: readonly Secret[], now: Instant): Secret[] {
  const ended = secrets.filter((secret) => !secretIsLive(secret, now))
  const kept = ended
    .toSorted((a, b) => Number(a.expiresAt) - Number(b.expiresAt) || a.version - b.version)
    .slice(-endedSecretsMost)
  return secrets.filter((secret) => secretIsLive(secret, now) || kept.includes(secret))
}

/** A secret as it is kept on: what has ended is revealed to nobody any more, so its text goes. */
function unsealed(secret: Secret, now: Instant): Secret {
  return secret.sealed === null || secretIsLive(secret, now) ? secret : { ...secret, sealed: null }
}

/** When a secret that is to live until then really ends: no later than it would have, which is with its key. */
function endOf({ expiresAt }: Key, until: Instant): Instant {
  return expiresAt !== null && expiresAt < until ? expiresAt : until
}

function ended({ version, expiresAt }: Secret): JsonObject {
  return {
    previous_version: version,
    previous_expires_at: expiresAt === null ? null : printTimestamp(expiresAt),
  }
}
