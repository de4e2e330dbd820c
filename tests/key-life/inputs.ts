import fc from "fast-check"
import { type Asked, blank, type Caps, type KeyspaceLimit, type ModelLimit, type Policy } from "./model.ts"
import { home } from "./world.ts"

/** What the steps of a life are made of. */

const second = 1000
const day = 24 * 60 * 60 * second

const elsewhere = { address: "198.51.100.1", origin: "https://elsewhere.example.com" }

/** A unit of each of these, and of those of keys, lasts whole milliseconds, so that the model's arithmetic is exact. */
export const keyspaceLimits = fc
  .tuple(
    fc.subarray<ModelLimit>([
      { name: "burst", count: 4, window_seconds: 1 },
      { name: "steady", count: 3, window_seconds: 30 },
      { name: "daily", count: 10, window_seconds: 86_400 },
    ]),
    fc.array(fc.constantFrom<KeyspaceLimit["per"]>("key", "owner", "keyspace"), {
      minLength: 3,
      maxLength: 3,
    }),
  )
  .map(([limits, per]) => limits.map((limit, at): KeyspaceLimit => ({ ...limit, per: per[at] ?? "key" })))

const keyLimits = fc.subarray<ModelLimit>([
  { name: "burst", count: 2, window_seconds: 10 },
  { name: "steady", count: 6, window_seconds: 3 },
])

export const caps = fc.record<Caps>({
  maxKeys: fc.option(fc.integer({ min: 1, max: 5 })),
  maxKeysPerOwner: fc.option(fc.integer({ min: 1, max: 3 })),
  counted: fc.constantFrom("active", "all"),
})

export const owner = fc.constantFrom("ada", "bob", "machine")

/** Milliseconds from the step on, also back; null: none. */
const fromNow = fc.option(
  fc.oneof(
    fc.integer({ min: -2, max: 40 }).map((seconds) => seconds * second),
    fc.nat(3000),
  ),
)

const policy = fc.record<Policy>({
  owner,
  permissions: fc.subarray(["invoices.*", "invoices.read", "invoices.write", "!invoices.write"]),
  limits: keyLimits,
  credits: fc.option(fc.nat(12)),
  addresses: fc.subarray([home.address, elsewhere.address]),
  origins: fc.subarray([home.origin, elsewhere.origin]),
  notBefore: fromNow,
  expiresAt: fromNow,
  enabled: fc.boolean(),
  protected: fc.boolean(),
})

const members = fc.constantFrom(
  ...(Object.keys(blank) as (keyof Policy)[]),
  // What a life turns on most.
  ...(["expiresAt", "expiresAt", "limits", "permissions", "credits", "credits"] as const),
)

/** What a caller says of a key, never all of it: few keys would be good for anything. Instants are offsets from the step. */
export const policyPart = fc
  .tuple(policy, fc.uniqueArray(members, { minLength: 1, maxLength: 3 }))
  .map(([whole, names]): Partial<Policy> => Object.fromEntries(names.map((name) => [name, whole[name]])))

/** The same with instants. */
export function atInstants(part: Partial<Policy>, now: number): Partial<Policy> {
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
export const overlap = fc.oneof(fc.constantFrom(0, 1, 7200), fc.integer({ min: 1, max: 60 }))

/** Milliseconds, to just before a deleted key is purged. */
export const wait = fc.oneof(
  fc.nat(1500),
  fc.nat(40).map((seconds) => seconds * second),
  fc.constantFrom(day, 29 * day),
)
