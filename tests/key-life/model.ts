/**
 * What becomes of keys, as the documentation tells it: a second, small telling to hold the product against, which shares
 * no line with it. Instants are milliseconds since 1970, `null` means none. What changes a model answers "ok", or the code
 * of the problem that the API has to answer; then nothing has changed.
 */

import { type ModelRefill, refillAfter } from "./refills.ts"

export interface ModelLimit {
  readonly name: string
  readonly count: number
  readonly window_seconds: number
}

export interface KeyspaceLimit extends ModelLimit {
  /** Who consumes it together. */
  readonly per: "key" | "owner" | "keyspace"
  /** Other numbers for the keys of some owners. */
  readonly overrides: readonly (Omit<ModelLimit, "name"> & { readonly owner: string })[]
}

export interface ModelSecret {
  readonly text: string
  readonly madeAt: number
  /** null: with the key. */
  endsAt: number | null
}

export interface Schedule {
  readonly every_seconds: number
  readonly overlap_seconds: number
}

/** What of a key its caller decides, named as the API names it, with instants as numbers. */
export interface Policy {
  readonly name: string
  readonly owner: string
  readonly permissions: readonly string[]
  readonly limits: readonly ModelLimit[]
  readonly addresses: readonly string[]
  readonly origins: readonly string[]
  readonly notBefore: number | null
  readonly expiresAt: number | null
  readonly rotation: Schedule | null
  readonly enabled: boolean
  readonly protected: boolean
}

/** What somebody says of a key: what they leave out stays, or is as it is by itself. */
export interface Said extends Partial<Policy> {
  /** What is left out of it stays; null: none are counted. */
  readonly credits?: { readonly remaining?: number; readonly refill?: ModelRefill | null } | null
}

export interface ModelKey {
  /** As the API named it when it was made. */
  readonly id: string
  policy: Policy
  /** null: none are counted. */
  credits: { remaining: number; readonly refill: ModelRefill | null; refillsAt: number | null } | null
  /** When it is to be rotated, if it has a schedule, and whether that was told. */
  dueAt: number
  toldDue: boolean
  revoked: boolean
  deletedAt: number | null
  revision: number
  /** Oldest first. */
  readonly secrets: ModelSecret[]
}

/** What a keyspace demands of its keys; null: nothing. Times are in seconds. */
export interface Rules {
  readonly maxKeys: number | null
  readonly maxKeysPerOwner: number | null
  readonly counted: "active" | "all"
  readonly uniqueNames: boolean
  readonly expiryRequired: boolean
  readonly maxLifetime: number | null
  readonly defaultLifetime: number | null
  readonly maxOverlap: number | null
  /** Of keys that are made without one of their own. */
  readonly rotation: Schedule | null
}

/** Under what circumstances a secret is presented. */
export interface Asked {
  /** Any one of these, each with all that is in it; null: nothing is asked for. */
  readonly needs: readonly (readonly string[])[] | null
  readonly address: string | null
  readonly origin: string | null
  readonly cost: number
  readonly dryRun: boolean
}

/** What a verification has to answer. */
export interface Verdict {
  readonly code: string
  /** What is left of each limit, by name; empty unless the limits were asked. */
  readonly remaining: Readonly<Record<string, number>>
  /** null: not asked, or none are counted. */
  readonly credits: { readonly remaining: number; readonly refillsAt: number | null } | null
  readonly retryAfterSeconds: number | null
}

const day = 24 * 60 * 60 * 1000
const restorable = 30 * day
const hour = 60 * 60 * 1000
/** How many ended secrets of a key a rotation leaves. */
const endedAtMost = 20

/** A key of which nobody says anything, in a keyspace that demands nothing. */
const blank: Policy = {
  name: "a",
  owner: "ada",
  permissions: [],
  limits: [],
  addresses: [],
  origins: [],
  notBefore: null,
  expiresAt: null,
  rotation: null,
  enabled: true,
  protected: false,
}

const noRules: Rules = {
  maxKeys: null,
  maxKeysPerOwner: null,
  counted: "active",
  uniqueNames: false,
  expiryRequired: false,
  maxLifetime: null,
  defaultLifetime: null,
  maxOverlap: null,
  rotation: null,
}

export class Model {
  now: number
  /** Whether secrets can be read again. */
  readonly recoverable: boolean
  readonly keys: ModelKey[] = []
  limits: readonly KeyspaceLimit[] = []
  rules: Rules = noRules
  readonly suspended = new Set<string>()
  /** Until when what was consumed of a limit lasts, by the limit's name and who consumes it. */
  readonly #busyUntil = new Map<string, number>()

  constructor(now: number, recoverable: boolean) {
    this.now = now
    this.recoverable = recoverable
  }

  /** @returns how often credits were refilled meanwhile */
  pass(milliseconds: number): number {
    this.now += milliseconds
    let refills = 0
    for (const { credits } of this.keys) {
      while (credits?.refill && credits.refillsAt !== null && credits.refillsAt <= this.now) {
        const { amount, maximum } = credits.refill
        credits.remaining = Math.max(credits.remaining, Math.min(credits.remaining + amount, maximum))
        credits.refillsAt = refillAfter(credits.refill, credits.refillsAt)
        refills++
      }
    }
    return refills
  }

  /** Whether a new key may be made. */
  mayCreate(said: Said): string {
    const policy = this.#policyOfNew(said)
    const wrong =
      this.#contradiction(blank, policy) ??
      this.#lifetime(policy) ??
      this.#schedule(this.rules.rotation, policy) ??
      this.#credits(null, said).wrong
    return wrong ?? this.#crowd(null, policy) ?? "ok"
  }

  created(id: string, said: Said, text: string): void {
    const policy = this.#policyOfNew(said)
    const { credits } = this.#credits(null, said)
    const secrets = [{ text, madeAt: this.now, endsAt: null }]
    const fresh = { toldDue: false, revoked: false, deletedAt: null, revision: 1 }
    this.keys.push({ id, policy, credits, dueAt: this.#dueFrom(this.now, policy), ...fresh, secrets })
  }

  update(key: ModelKey, said: Said): string {
    if (key.deletedAt !== null) return "not_found"
    if (key.revoked) return "key_revoked"
    const { credits: _, ...change } = said
    const policy = { ...key.policy, ...change }
    const { credits, wrong } = this.#credits(key.credits, said)
    const moved = policy.expiresAt !== key.policy.expiresAt
    const refused =
      this.#contradiction(key.policy, policy) ??
      (moved ? this.#lifetime(policy) : null) ??
      this.#schedule(key.policy.rotation, policy) ??
      wrong ??
      this.#crowd(key, policy)
    if (refused) return refused
    if (!isSame(policy.rotation, key.policy.rotation)) {
      key.dueAt = this.#dueFrom(this.#current(key).madeAt, policy)
      key.toldDue = false
    }
    key.policy = policy
    key.credits = credits
    key.revision++
    return "ok"
  }

  addCredits(key: ModelKey, amount: number): string {
    if (key.deletedAt !== null) return "not_found"
    if (key.revoked) return "key_revoked"
    if (key.credits === null) return "invalid_input"
    key.credits.remaining += amount
    return "ok"
  }

  revoke(key: ModelKey): string {
    if (key.deletedAt !== null) return "not_found"
    if (!key.revoked) key.revision++
    key.revoked = true
    return "ok"
  }

  delete(key: ModelKey): string {
    if (key.deletedAt !== null) return "not_found"
    if (key.policy.protected && !key.revoked) return "delete_protected"
    key.deletedAt = this.now
    key.revision++
    return "ok"
  }

  restore(key: ModelKey): string {
    if (!this.canRestore(key)) return "not_found"
    const refused = this.#crowd(key, key.policy)
    if (refused) return refused
    key.deletedAt = null
    key.revision++
    return "ok"
  }

  canRestore({ deletedAt }: ModelKey): boolean {
    return deletedAt !== null && this.now < deletedAt + restorable
  }

  /** @param overlap milliseconds; null: nobody says so */
  mayRotate(key: ModelKey, overlap: number | null): string {
    if (key.deletedAt !== null) return "not_found"
    if (key.revoked) return "key_revoked"
    if (this.#previous(key)) return "rotation_under_way"
    return overlap !== null && overlap > this.#longestOverlap() ? "invalid_input" : "ok"
  }

  rotated(key: ModelKey, overlap: number | null, text: string): void {
    const ended = key.secrets.filter((secret) => !this.#lives(secret))
    const forgotten = ended.sort((a, b) => Number(a.endsAt) - Number(b.endsAt)).slice(0, -endedAtMost)
    for (const secret of forgotten) key.secrets.splice(key.secrets.indexOf(secret), 1)
    const { expiresAt, rotation } = key.policy
    const usual = rotation ? rotation.overlap_seconds * 1000 : hour
    const lasting = overlap ?? Math.min(usual, this.#longestOverlap())
    this.#current(key).endsAt = atMost(this.now + lasting, expiresAt)
    key.secrets.push({ text, madeAt: this.now, endsAt: null })
    key.dueAt = this.#dueFrom(this.now, key.policy)
    key.toldDue = false
    key.revision++
  }

  /** The keys about whose schedule something is done now. */
  rotationsDue(): ModelKey[] {
    const pending = this.keys.filter((key) => this.#awaitsRotation(key) && this.now >= key.dueAt)
    const due = pending.filter((key) => key.deletedAt === null && this.state(key) === "active")
    return this.recoverable ? due.filter((key) => !this.#previous(key)) : due
  }

  /** That its rotation is due was told, as nobody could read its new secret. */
  toldDue(key: ModelKey): void {
    key.toldDue = true
    key.revision++
  }

  finish(key: ModelKey): string {
    return this.#inRotation(key, (previous) => {
      previous.endsAt = this.now
      return "ok"
    })
  }

  cancel(key: ModelKey): string {
    return this.#inRotation(key, (previous) => {
      this.#current(key).endsAt = this.now
      previous.endsAt = null
      return "ok"
    })
  }

  extend(key: ModelKey, overlap: number): string {
    return this.#inRotation(key, (previous) => {
      const until = this.now + overlap
      if (until > this.#current(key).madeAt + this.#longestOverlap()) return "invalid_input"
      if (previous.endsAt !== null && until < previous.endsAt) return "invalid_input"
      previous.endsAt = atMost(until, key.policy.expiresAt)
      return "ok"
    })
  }

  /** Decides on a secret, and consumes what it costs. */
  verify(text: string, asked: Asked): Verdict {
    const key = this.keys.find(({ secrets }) => secrets.some((secret) => secret.text === text))
    const secret = key?.secrets.find((one) => one.text === text)
    if (!key || !secret || key.deletedAt !== null) return verdict("NOT_FOUND")
    const { policy } = key
    const state = this.state(key)
    if (state !== "active") return verdict(state.toUpperCase())
    if (!this.#lives(secret)) return verdict("EXPIRED")
    if (this.suspended.has(policy.owner)) return verdict("OWNER_SUSPENDED")
    if (!allowed(policy.addresses, asked.address)) return verdict("IP_NOT_ALLOWED")
    if (!allowed(policy.origins, asked.origin)) return verdict("ORIGIN_NOT_ALLOWED")
    if (asked.needs && !asked.needs.some((need) => need.every((name) => holds(policy, name)))) {
      return verdict("INSUFFICIENT_PERMISSIONS")
    }
    return this.#spend(key, asked)
  }

  /** All or nothing: of every limit and the credits, or of none. */
  #spend(key: ModelKey, { cost, dryRun }: Asked): Verdict {
    const own = key.policy.limits.map((limit) => ({ ...limit, per: "key" as const, overrides: [] }))
    const limits = [...own, ...this.limits.filter(({ name }) => !own.some((limit) => limit.name === name))]
    const { owner } = key.policy
    const consumers = { key: key.id, owner: `owner ${owner}`, keyspace: "all" }
    const counted = limits.map(({ name, per, overrides, ...usual }) => {
      const { count, window_seconds } = overrides.find((override) => override.owner === owner) ?? usual
      const counter = `${name} of ${consumers[per]}`
      const window = window_seconds * 1000
      const unit = window / count
      const backlog = Math.min(Math.max((this.#busyUntil.get(counter) ?? 0) - this.now, 0), window)
      const after = backlog + cost * unit
      const left = (used: number) => Math.floor((window - used) / unit)
      const over = after > window
      // A cost above the count never fits: then it is worth asking again when all of it is there.
      const wait = over ? (cost > count ? backlog : after - window) : 0
      return {
        name,
        counter,
        over,
        wait,
        until: this.now + after,
        before: left(backlog),
        remaining: left(after),
      }
    })
    const untouched = Object.fromEntries(counted.map(({ name, before }) => [name, before]))
    if (counted.some(({ over }) => over)) {
      const wait = Math.max(...counted.map((limit) => limit.wait))
      return { ...verdict("RATE_LIMITED"), remaining: untouched, retryAfterSeconds: Math.ceil(wait / 1000) }
    }
    const { credits } = key
    if (credits !== null && credits.remaining < cost) {
      const { remaining, refillsAt } = credits
      const retryAfterSeconds = refillsAt && Math.ceil((refillsAt - this.now) / 1000)
      const told = { remaining: untouched, credits: { remaining, refillsAt }, retryAfterSeconds }
      return { ...verdict("USAGE_EXCEEDED"), ...told }
    }
    const left = credits && { remaining: credits.remaining - cost, refillsAt: credits.refillsAt }
    if (!dryRun && cost > 0) {
      for (const { counter, until } of counted) this.#busyUntil.set(counter, until)
      if (credits && left) credits.remaining = left.remaining
    }
    return {
      ...verdict("VALID"),
      remaining: Object.fromEntries(counted.map(({ name, remaining }) => [name, remaining])),
      credits: left,
    }
  }

  state({ revoked, policy }: ModelKey): string {
    if (revoked) return "revoked"
    if (!policy.enabled) return "disabled"
    if (policy.notBefore !== null && this.now < policy.notBefore) return "not_yet_valid"
    if (policy.expiresAt !== null && this.now >= policy.expiresAt) return "expired"
    return "active"
  }

  /** The instants to come at which something ends or begins by itself, the next one first. */
  instants(): number[] {
    const ofKeys = this.keys.flatMap((key) => {
      const { policy, credits, secrets, deletedAt } = key
      return [
        policy.notBefore ?? 0,
        policy.expiresAt ?? 0,
        credits?.refillsAt ?? 0,
        this.#awaitsRotation(key) ? key.dueAt : 0,
        ...secrets.map(({ endsAt }) => endsAt ?? 0),
        deletedAt === null ? 0 : deletedAt + restorable,
      ]
    })
    const all = new Set([...ofKeys, ...this.#busyUntil.values()])
    return [...all].filter((at) => at > this.now).sort((a, b) => a - b)
  }

  #contradiction(before: Policy, { notBefore, expiresAt }: Policy): string | null {
    const past = expiresAt !== null && expiresAt !== before.expiresAt && expiresAt <= this.now
    const backwards = notBefore !== null && expiresAt !== null && notBefore >= expiresAt
    return past || backwards ? "invalid_input" : null
  }

  #lifetime({ expiresAt }: Policy): string | null {
    const { expiryRequired, maxLifetime } = this.rules
    if (expiresAt === null) return expiryRequired ? "invalid_input" : null
    return maxLifetime !== null && expiresAt > this.now + maxLifetime * 1000 ? "invalid_input" : null
  }

  /** Of a schedule that is as it was before nothing is demanded. */
  #schedule(before: Schedule | null, { rotation }: Policy): string | null {
    if (rotation === null || isSame(rotation, before)) return null
    return rotation.overlap_seconds * 1000 > this.#longestOverlap() ? "invalid_input" : null
  }

  /** What a key has to spend once something was said of it, or that it cannot be said. */
  #credits(before: ModelKey["credits"], { credits: said }: Said) {
    if (said === undefined) return { credits: before, wrong: null }
    if (said === null) return { credits: null, wrong: null }
    const { remaining, refill } = { refill: null, ...before, ...said }
    if (remaining === undefined) return { credits: before, wrong: "invalid_input" }
    const refillsAt = refill && refillAfter(refill, this.now)
    return { credits: { remaining, refill, refillsAt }, wrong: null }
  }

  #policyOfNew({ credits: _, ...said }: Said): Policy {
    const { rotation, defaultLifetime } = this.rules
    const expiresAt = defaultLifetime === null ? null : this.now + defaultLifetime * 1000
    return { ...blank, rotation, expiresAt, ...said }
  }

  /** Whether there is no room for a key where it comes to, or another one has its name. @param key null: a new one */
  #crowd(key: ModelKey | null, policy: Policy): string | null {
    const there = key?.deletedAt === null ? key : null
    const others = this.keys.filter((one) => one !== key && one.deletedAt === null)
    const given = there?.policy.owner !== policy.owner
    if (this.#counts({ policy, revoked: key?.revoked ?? false })) {
      const { maxKeys, maxKeysPerOwner } = this.rules
      const counting = others.filter((one) => this.#counts(one))
      const theirs = counting.filter((one) => one.policy.owner === policy.owner)
      const enters = there === null || !this.#counts(there)
      if (enters && maxKeys !== null && counting.length >= maxKeys) return "too_many_keys"
      if ((enters || given) && maxKeysPerOwner !== null && theirs.length >= maxKeysPerOwner) {
        return "too_many_keys"
      }
    }
    const named = given || there?.policy.name !== policy.name
    const same = ({ policy: other }: ModelKey) => other.owner === policy.owner && other.name === policy.name
    return this.rules.uniqueNames && named && others.some(same) ? "already_exists" : null
  }

  #counts({ policy, revoked }: Pick<ModelKey, "policy" | "revoked">): boolean {
    if (this.rules.counted === "all") return true
    const over = policy.expiresAt !== null && this.now >= policy.expiresAt
    return !revoked && policy.enabled && !over
  }

  #awaitsRotation({ policy, toldDue }: ModelKey): boolean {
    return policy.rotation !== null && !toldDue
  }

  #dueFrom(instant: number, { rotation }: Policy): number {
    return rotation ? instant + rotation.every_seconds * 1000 : 0
  }

  #longestOverlap(): number {
    return (this.rules.maxOverlap ?? Number.POSITIVE_INFINITY) * 1000
  }

  #inRotation(key: ModelKey, change: (previous: ModelSecret) => string): string {
    if (key.deletedAt !== null) return "not_found"
    if (key.revoked) return "key_revoked"
    const previous = this.#previous(key)
    if (!previous) return "no_rotation"
    const outcome = change(previous)
    if (outcome === "ok") key.revision++
    return outcome
  }

  /** The secret that lasts as long as its key; there is always exactly one. */
  #current({ id, secrets }: ModelKey): ModelSecret {
    const [current, ...more] = secrets.filter(({ endsAt }) => endsAt === null)
    if (!current || more.length > 0) throw new Error(`The model has lost count of the secrets of ${id}.`)
    return current
  }

  /** The secret that lives on beside the current one while a key is being rotated. */
  #previous(key: ModelKey): ModelSecret | undefined {
    return key.secrets.find((secret) => secret.endsAt !== null && this.#lives(secret))
  }

  #lives({ endsAt }: ModelSecret): boolean {
    return endsAt === null || this.now < endsAt
  }
}

function verdict(code: string): Verdict {
  return { code, remaining: {}, credits: null, retryAfterSeconds: null }
}

function atMost(instant: number, end: number | null): number {
  return end === null ? instant : Math.min(instant, end)
}

function isSame(one: Schedule | null, other: Schedule | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** The lists of the model hold single addresses and origins, so that to be allowed is to be listed. */
function allowed(list: readonly string[], from: string | null): boolean {
  return list.length === 0 || (from !== null && list.includes(from))
}

function holds({ permissions }: Policy, name: string): boolean {
  if (permissions.includes(`!${name}`)) return false
  return permissions.includes(name) || permissions.includes("invoices.*")
}
