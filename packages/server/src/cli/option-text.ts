import {
  type JsonObject,
  type KeyspaceLimit,
  type KeyspaceLimitInput,
  type LimitInput,
  limitScopes,
  type OwnerInput,
  ownerKinds,
  type RotationScheduleInput,
} from "@keyward/contract"
import { type Instant, later, printTimestamp } from "@keyward/core"
import { InvalidArgumentError } from "commander"

/** How the texts of options are read. Each throws InvalidArgumentError, which says what the option takes. */

/** For an option that may be given more than once. */
export function repeated<Value>(read: (text: string) => Value) {
  return (text: string, before: readonly Value[] = []): readonly Value[] => [...before, read(text)]
}

export function asIs(text: string): string {
  return text
}

export function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new InvalidArgumentError("It takes a whole number.")
}

/** `none` stays the word: null would tell commander that the option was not given. */
export function numberOrNone(text: string): number | "none" {
  if (text === "none") return text
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new InvalidArgumentError("It takes a whole number, or none.")
}

/** `<kind>:<id>`; the server knows the kinds. */
export function ownerOf(text: string): OwnerInput {
  const [, kind, id] = /^([^:]+):(.+)$/s.exec(text) ?? []
  if (id !== undefined && isOwnerKind(kind)) return { kind, id }
  throw new InvalidArgumentError(`It takes <kind>:<id>, the kind one of ${ownerKinds.join(", ")}.`)
}

/** `<name>=<count>/<seconds>` */
export function limitOf(text: string): LimitInput {
  const [, name, count, seconds] = /^([^=]+)=(\d{1,10})\/(\d{1,8})$/.exec(text) ?? []
  if (name !== undefined) return { name, count: Number(count), window_seconds: Number(seconds) }
  throw new InvalidArgumentError("It takes <name>=<count>/<seconds>, such as requests=100/60.")
}

/** As `limitOf` reads it. */
export function printLimit({ name, count, window_seconds }: LimitInput): string {
  return `${name}=${count}/${window_seconds}`
}

/** `<name>=<count>/<seconds>`, and `/owner` or `/keyspace` where several keys consume it together */
export function keyspaceLimitOf(text: string): KeyspaceLimitInput {
  const [, limit = text, per] = /^(.*)\/([a-z]+)$/.exec(text) ?? []
  if (per === undefined) return limitOf(limit)
  if (isLimitScope(per)) return { ...limitOf(limit), per }
  throw new InvalidArgumentError(`What consumes a limit together is one of ${limitScopes.join(", ")}.`)
}

/** A limit of a keyspace as it is for one owner's keys. */
export interface OwnerLimit {
  readonly limit: LimitInput
  readonly owner: OwnerInput
}

/** `<name>=<count>/<seconds>@<kind>:<id>` */
export function ownerLimitOf(text: string): OwnerLimit {
  const at = text.indexOf("@")
  if (at === -1) {
    throw new InvalidArgumentError(
      "It takes <name>=<count>/<seconds>@<kind>:<id>: hour=500/3600@external:acme.",
    )
  }
  return { limit: limitOf(text.slice(0, at)), owner: ownerOf(text.slice(at + 1)) }
}

/** As `keyspaceLimitOf` and `ownerLimitOf` read them. */
export function printKeyspaceLimit({ per, overrides, ...limit }: KeyspaceLimit): string {
  const general = per === "key" ? printLimit(limit) : `${printLimit(limit)}/${per}`
  const own = overrides.map(
    ({ owner, ...numbers }) => `${printLimit({ ...numbers, name: limit.name })}@${owner.kind}:${owner.id}`,
  )
  return [general, ...own].join(", ")
}

function isLimitScope(text: string): text is KeyspaceLimit["per"] {
  return limitScopes.some((scope) => scope === text)
}

export function metadataOf(text: string): JsonObject {
  const value = parseJson(text)
  if (isJsonObject(value)) return value
  throw new InvalidArgumentError('It takes a JSON object, such as {"team":"billing"}.')
}

const unitMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** The instant, as the API takes it, that is `text` after `now`: a number and one of s, m, h, d, w. */
export function instantIn(text: string, now: Instant): string {
  const [, count, unit = ""] = /^(\d{1,8})([smhdw])$/.exec(text) ?? []
  const ms = Number(count) * (unitMs[unit] ?? Number.NaN)
  // A Date reaches to the year 275760, RFC 3339 to 9999.
  if (now + ms < Date.parse("9999-12-31T00:00:00Z")) return printTimestamp(later(now, ms))
  throw new InvalidArgumentError("It takes a number and a unit, one of s, m, h, d and w: 30d.")
}

/** The duration, as the API takes it (ISO 8601), that is `text`: a number and one of s, m, h, d, w. */
export function durationOf(text: string): string {
  const seconds = secondsOf(text)
  if (seconds !== null) return `PT${seconds}S`
  throw new InvalidArgumentError("It takes a number and a unit, one of s, m, h, d and w: 1h.")
}

/** `<every>` or `<every>/<overlap>`, each a number and one of s, m, h, d, w. Without an overlap it is an hour. */
export function scheduleOf(text: string): RotationScheduleInput {
  const [every = "", overlap = "1h", ...more] = text.split("/")
  const [every_seconds, overlap_seconds] = [secondsOf(every), secondsOf(overlap)]
  if (every_seconds !== null && overlap_seconds !== null && more.length === 0) {
    return { every_seconds, overlap_seconds }
  }
  throw new InvalidArgumentError("It takes <every>/<overlap>, such as 90d/12h.")
}

/** As `scheduleOf` reads it. */
export function printSchedule({ every_seconds, overlap_seconds }: RotationScheduleInput): string {
  return `${every_seconds}s/${overlap_seconds}s`
}

function secondsOf(text: string): number | null {
  const [, count, unit = ""] = /^(\d{1,8})([smhdw])$/.exec(text) ?? []
  const ms = unitMs[unit]
  return ms === undefined ? null : (Number(count) * ms) / 1000
}

function isOwnerKind(kind: string | undefined): kind is OwnerInput["kind"] {
  return ownerKinds.some((known) => known === kind)
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new InvalidArgumentError("It takes JSON.")
  }
}
