import {
  bounds,
  type CreditsPatch,
  type JsonObject,
  type KeyspaceLimitInput,
  type Limit,
  type RotationInput,
  type RotationScheduleInput,
  type TaskFilterInput,
} from "@keyward/contract"
import {
  type BlindSecret,
  type Credits,
  type Instant,
  type KeyFilter,
  type KeyspaceLimit,
  type NewCredits,
  parseDuration,
  parseTimestamp,
  type Refill,
  type RotationSchedule,
  type Limit as StoredLimit,
} from "@keyward/core"
import type { Static } from "typebox"
import { invalid } from "../validation.ts"

/** How the native API reads what a schema alone does not settle. */

/** A timestamp that the schema has already found well-formed. */
export function instantOf(text: string): Instant {
  const instant = parseTimestamp(text)
  if (instant === null) throw new RangeError("The schema let something through that is no timestamp.")
  return instant
}

/** undefined stays: the member is absent; null stays: none. */
export function optionalInstant(text: string | null | undefined): Instant | null | undefined {
  return text === null || text === undefined ? text : instantOf(text)
}

/** In a merge patch: undefined stays as it is, null clears. */
export function orEmpty<Value>(value: Value | null | undefined, empty: Value): Value | undefined {
  return value === null ? empty : value
}

/** What of a filter of keys a query and a body write alike: all but the owner. */
export function keyFilterOf(asked: Omit<TaskFilterInput, "owner">): Omit<KeyFilter, "owner" | "deletedFrom"> {
  const instant = (text: string | undefined) => optionalInstant(text) ?? undefined
  return {
    keyspaceId: asked.keyspace_id,
    state: asked.state,
    tag: asked.tag,
    namePrefix: asked.name_prefix,
    expiresFrom: instant(asked.expires_from),
    expiresBefore: instant(asked.expires_before),
    lastUsedFrom: instant(asked.last_used_from),
    lastUsedBefore: instant(asked.last_used_before),
  }
}

export function limitsOf(limits: readonly Static<typeof Limit>[]): StoredLimit[] {
  return limits.map(limitOf)
}

function limitOf({ name, count, window_seconds }: Static<typeof Limit>): StoredLimit {
  return { name, count, windowSeconds: window_seconds }
}

/** undefined stays: the member is absent; null stays: none. */
export function optionalSchedule(
  schedule: RotationScheduleInput | null | undefined,
): RotationSchedule | null | undefined {
  return schedule && { everySeconds: schedule.every_seconds, overlapSeconds: schedule.overlap_seconds }
}

/** @throws HttpProblem "invalid_input" for a hint without the digest that it belongs to */
export function blindSecretOf(
  body: Pick<RotationInput, "secret_sha256" | "secret_hint">,
): BlindSecret | undefined {
  const { secret_sha256: sha256, secret_hint: hint } = body
  if (sha256 !== undefined) return { sha256: Buffer.from(sha256, "hex"), hint }
  if (hint === undefined) return undefined
  const message = "A hint is of a secret that you made yourself."
  throw invalid([{ member: "/secret_hint", message, fix: "Send secret_sha256 with it, or leave it out." }])
}

/** Milliseconds. @throws HttpProblem "invalid_input" for one that is too long */
export function overlapOf(text: string): number {
  const ms = parseDuration(text)
  if (ms === null) throw new RangeError("The schema let something through that is no duration.")
  const { seconds } = bounds.overlap
  if (ms <= seconds * 1000) return ms
  const message = `An overlap is at most ${seconds} seconds long.`
  throw invalid([{ member: "/overlap", message, fix: "Send a shorter one." }])
}

export function keyspaceLimitsOf(limits: readonly KeyspaceLimitInput[]): KeyspaceLimit[] {
  return limits.map(({ per = "key", overrides = [], ...limit }) => ({
    ...limitOf(limit),
    per,
    overrides: overrides.map(({ owner, count, window_seconds: windowSeconds }) => ({
      owner,
      count,
      windowSeconds,
    })),
  }))
}

/**
 * Credits as a caller writes them, merged into those that there are: an absent member stays, or is the default.
 * @throws HttpProblem "invalid_input" for a refill without an amount or a period
 */
export function creditsOf(
  written: CreditsPatch | null | undefined,
  before: Credits | null,
): NewCredits | null | undefined {
  if (written === null || written === undefined) return written
  const { remaining, refill, on_unavailable: onUnavailable = before?.onUnavailable ?? "deny" } = written
  const standing = before?.refill ?? null
  return {
    remaining,
    refill: refill === undefined ? standing : refill && refillOf(refill, standing),
    onUnavailable,
  }
}

function refillOf(written: NonNullable<CreditsPatch["refill"]>, before: Refill | null): Refill {
  const { amount = before?.amount, every = before?.every } = written
  if (amount === undefined || every === undefined) {
    const member = `/credits/refill/${amount === undefined ? "amount" : "every"}`
    const message = "The key has no refill so far, and a refill has an amount and a period."
    throw invalid([{ member, message, fix: "Send amount and every." }])
  }
  // A day of the week is none of the month.
  const standing = before?.every === every ? before.on : 1
  return {
    amount,
    every,
    maximum: written.maximum ?? before?.maximum ?? amount,
    on: written.on ?? standing,
    at: written.at ?? before?.at ?? "00:00",
    timeZone: written.time_zone ?? before?.timeZone ?? "UTC",
  }
}

/** @throws HttpProblem "invalid_input" for metadata that is too large or too deep */
export function checkedMetadata(metadata: JsonObject): JsonObject {
  // The depth first, and no deeper than need be: printing what is nested without end would end the stack.
  if (isDeeperThan(bounds.metadata.depth, metadata)) {
    const message = `The metadata is nested deeper than ${bounds.metadata.depth} levels.`
    throw invalid([{ member: "/metadata", message, fix: "Send a flatter object." }])
  }
  const bytes = Buffer.byteLength(JSON.stringify(metadata))
  if (bytes > bounds.metadata.bytes) {
    const message = `The metadata takes ${bytes} bytes as JSON; the limit is ${bounds.metadata.bytes}.`
    const fix = "Keep less, or keep it elsewhere and a reference to it here."
    throw invalid([{ member: "/metadata", message, fix }])
  }
  return metadata
}

/**
 * RFC 7396: what is absent stays, null removes, objects are merged, everything else is replaced.
 * @throws HttpProblem "invalid_input" when the outcome is too large or too deep
 */
export function mergedMetadata(before: JsonObject, patch: JsonObject): JsonObject {
  return checkedMetadata(merge(before, checkedMetadata(patch)))
}

function merge(before: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(before))
  for (const [name, value] of Object.entries(patch)) {
    const old = merged.get(name)
    if (value === null) merged.delete(name)
    else if (isObject(value)) merged.set(name, merge(isObject(old) ? old : {}, value))
    else merged.set(name, value)
  }
  return Object.fromEntries(merged)
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false
  return levels === 0 || Object.values(value).some((member) => isDeeperThan(levels - 1, member))
}
