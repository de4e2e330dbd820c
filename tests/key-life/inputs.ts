import fc from "fast-check"
import type { Asked, KeyspaceLimit, ModelLimit, Rules, Said, Schedule } from "./model.ts"
import type { ModelRefill } from "./refills.ts"
import { home } from "./world.ts"

/** What the steps of a life are made of. */

const second = 1000
const hour = 60 * 60 * second
const day = 24 * hour

const elsewhere = { address: "198.51.100.1", origin: "https://elsewhere.example.com" }

export const owner = fc.constantFrom("ada", "bob", "machine")

/** A unit of each of these, and of those of keys, lasts whole milliseconds, so that the model's arithmetic is exact. */
const overrides = fc.uniqueArray(
  fc
    .tuple(owner, fc.constantFrom([2, 1], [20, 40], [1, 60]))
    .map(([whom, [count = 0, window_seconds = 0]]) => ({ owner: whom, count, window_seconds })),
  { selector: (override) => override.owner, maxLength: 2 },
)

export const keyspaceLimits = fc
  .tuple(
    fc.subarray<ModelLimit>([
      { name: "burst", count: 4, window_seconds: 1 },
      { name: "steady", count: 3, window_seconds: 30 },
      { name: "daily", count: 10, window_seconds: 86_400 },
    ]),
    fc.array(fc.tuple(fc.constantFrom<KeyspaceLimit["per"]>("key", "owner", "keyspace"), overrides), {
      minLength: 3,
      maxLength: 3,
    }),
  )
  .map(([limits, scopes]) =>
    limits.map((limit, at): KeyspaceLimit => {
      const [per, some] = scopes[at] ?? ["key", []]
      return { ...limit, per, overrides: per === "keyspace" ? [] : some }
    }),
  )

const keyLimits = fc.subarray<ModelLimit>([
  { name: "burst", count: 2, window_seconds: 10 },
  { name: "steady", count: 6, window_seconds: 3 },
])

const schedule = fc.constantFrom<Schedule>(
  { every_seconds: 86_400, overlap_seconds: 0 },
  { every_seconds: 86_400, overlap_seconds: 7200 },
  { every_seconds: 2 * 86_400, overlap_seconds: 100_000 },
)

/** One in four, so that what is demanded is seldom demanded all at once. */
const seldom = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof({ arbitrary: fc.constant(null), weight: 3 }, { arbitrary: value, weight: 1 })

export const rules = fc
  .record({
    maxKeys: fc.option(fc.integer({ min: 1, max: 5 })),
    maxKeysPerOwner: fc.option(fc.integer({ min: 1, max: 3 })),
    counted: fc.constantFrom("active", "all"),
    uniqueNames: fc.boolean(),
    expiryRequired: fc.constantFrom(false, false, true),
    maxLifetime: seldom(fc.constantFrom(20, 3 * 86_400)),
    defaultLifetime: seldom(fc.constantFrom(10, 86_400)),
    maxOverlap: seldom(fc.constantFrom(1, 50)),
    rotation: seldom(schedule),
  } satisfies { [Rule in keyof Rules]: fc.Arbitrary<Rules[Rule]> })
  .map((some): Rules => {
    const { maxLifetime, defaultLifetime, maxOverlap, rotation } = some
    const longer = rotation !== null && rotation.overlap_seconds > (maxOverlap ?? Number.POSITIVE_INFINITY)
    // What contradicts itself is refused.
    return {
      ...some,
      defaultLifetime: maxLifetime === 20 ? null : defaultLifetime,
      rotation: longer ? null : rotation,
    }
  })

const refill = fc
  .tuple(
    fc.integer({ min: 1, max: 5 }),
    fc.nat(8),
    fc.constantFrom<Pick<ModelRefill, "every" | "on">>(
      ...[1, 1, 1, 1].map((on) => ({ every: "day", on }) as const),
      ...[1, 7].map((on) => ({ every: "week", on }) as const),
      ...[1, 29, 31].map((on) => ({ every: "month", on }) as const),
    ),
    fc.constantFrom("00:00", "02:30", "02:30", "03:00"),
    fc.constantFrom<ModelRefill["time_zone"]>("UTC", "Europe/Berlin", "Europe/Berlin"),
  )
  .map(
    ([amount, more, days, at, time_zone]): ModelRefill => ({
      ...{ amount, maximum: amount + more, ...days, at, time_zone },
    }),
  )

const credits = fc.option(
  fc.oneof(
    fc.record({ remaining: fc.nat(12) }),
    fc.record({ remaining: fc.nat(3), refill: fc.option(refill, { freq: 5 }) }),
    fc.record({ refill: fc.option(refill) }),
  ),
)

/** Milliseconds from the step on, also back; null: none. */
const fromNow = fc.option(
  fc.oneof(
    fc.integer({ min: -2, max: 40 }).map((seconds) => seconds * second),
    fc.nat(3000),
  ),
)

const said = {
  name: fc.constantFrom("a", "b"),
  owner,
  permissions: fc.subarray(["invoices.*", "invoices.read", "invoices.write", "!invoices.write"]),
  limits: keyLimits,
  credits,
  addresses: fc.subarray([home.address, elsewhere.address]),
  origins: fc.subarray([home.origin, elsewhere.origin]),
  notBefore: fromNow,
  expiresAt: fromNow,
  rotation: fc.option(schedule),
  enabled: fc.boolean(),
  protected: fc.boolean(),
} satisfies { [Member in keyof Required<Said>]: fc.Arbitrary<unknown> }

const members = fc.constantFrom(
  ...(Object.keys(said) as (keyof Said)[]),
  // What a life turns on most.
  ...(["expiresAt", "expiresAt", "limits", "permissions", "credits", "credits", "rotation"] as const),
  ...(["owner", "owner", "addresses", "origins", "protected", "notBefore"] as const),
)

/** What a caller says of a key, never all of it: few keys would be good for anything. Instants are offsets from the step. */
export const policyPart = fc
  .tuple(fc.record(said), fc.uniqueArray(members, { minLength: 1, maxLength: 3 }))
  .map(([whole, names]): Said => Object.fromEntries(names.map((name) => [name, whole[name]])))

/** What a key does by itself, now and then. */
export const timed: fc.Arbitrary<Said> = fc.record(
  {
    credits: fc.record({ remaining: fc.nat(3), refill }),
    rotation: schedule,
    owner,
  },
  { requiredKeys: [] },
)

/** The same with instants. */
export function atInstants(part: Said, now: number): Said {
  const at = (offset: number | null) => (offset === null ? null : now + offset)
  const { notBefore, expiresAt, ...rest } = part
  return {
    ...rest,
    ...(notBefore !== undefined && { notBefore: at(notBefore) }),
    ...(expiresAt !== undefined && { expiresAt: at(expiresAt) }),
  }
}

export const asked = fc.record<Asked>({
  needs: fc.option(
    fc.constantFrom(
      [["invoices.read"]],
      [["invoices.read", "invoices.write"]],
      [["invoices.write"], ["invoices.read"]],
    ),
  ),
  address: fc.constantFrom(home.address, home.address, elsewhere.address, null),
  origin: fc.constantFrom(home.origin, home.origin, elsewhere.origin, null),
  cost: fc.nat(7),
  dryRun: fc.boolean(),
})

/** Seconds for which the secret before lives on. */
export const overlap = fc.oneof(fc.constantFrom(0, 1, 7200, 200_000), fc.integer({ min: 1, max: 60 }))

/** Milliseconds, to just before a deleted key is purged. */
export const wait = fc.oneof(
  fc.nat(1500),
  fc.nat(40).map((seconds) => seconds * second),
  fc.constantFrom(hour, day, 29 * day),
)
