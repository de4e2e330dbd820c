/**
 * What becomes of keys, as the documentation tells it: a second, small telling to hold the product against, which shares
 * no line with it. Instants are milliseconds since 1970, `null` means none. What changes a model answers "ok", or the code
 * of the problem that the API has to answer; then nothing has changed.
 */

export interface ModelLimit {
  readonly name: string
  readonly count: number
  readonly window_seconds: number
}

export interface KeyspaceLimit extends ModelLimit {
  /** Who consumes it together. */
  readonly per: "key" | "owner" | "keyspace"
}

export interface ModelSecret {
  readonly text: string
  /** null: with the key. */
  endsAt: number | null
}

/** What of a key its caller decides, named as the API names it, with instants as numbers. */
export interface Policy {
  readonly owner: string
  readonly permissions: readonly string[]
  readonly limits: readonly ModelLimit[]
  /** How many are left; null: they are not counted. */
  readonly credits: number | null
  readonly addresses: readonly string[]
  readonly origins: readonly string[]
  readonly notBefore: number | null
  readonly expiresAt: number | null
  readonly enabled: boolean
  readonly protected: boolean
}

export interface ModelKey {
  readonly name: string
  /** As the API named it when it was made. */
  readonly id: string
  policy: Policy
  revoked: boolean
  deletedAt: number | null
  revision: number
  /** Oldest first. */
  readonly secrets: ModelSecret[]
}

export interface Caps {
  readonly maxKeys: number | null
  readonly maxKeysPerOwner: number | null
  readonly counted: "active" | "all"
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
  readonly credits: number | null
  readonly retryAfterSeconds: number | null
}

const day = 24 * 60 * 60 * 1000
const restorable = 30 * day
const hour = 60 * 60 * 1000
/** How many ended secrets of a key a rotation leaves. */
const endedAtMost = 20

export const blank: Policy = {
  owner: "ada",
  permissions: [],
  limits: [],
  credits: null,
  addresses: [],
  origins: [],
  notBefore: null,
  expiresAt: null,
  enabled: true,
  protected: false,
}

export class Model {
  now: number
  readonly keys: ModelKey[] = []
  limits: readonly KeyspaceLimit[] = []
  caps: Caps = { maxKeys: null, maxKeysPerOwner: null, counted: "active" }
  readonly suspended = new Set<string>()
  /** Until when what was consumed of a limit lasts, by the limit's name and who consumes it. */
  readonly #busyUntil = new Map<string, number>()

  constructor(now: number) {
    this.now = now
  }

  /** Whether a new key may be made. */
  mayCreate(policy: Policy): string {
    return this.#contradiction(blank, policy) ?? this.#crowd(null, policy) ?? "ok"
  }

  created(name: string, id: string, policy: Policy, text: string): void {
    const secrets = [{ text, endsAt: null }]
    this.keys.push({ name, id, policy, revoked: false, deletedAt: null, revision: 1, secrets })
  }

  update(key: ModelKey, change: Partial<Policy>): string {
    if (key.deletedAt !== null) return "not_found"
    if (key.revoked) return "key_revoked"
    const policy = { ...key.policy, ...change }
    const refused = this.#contradiction(key.policy, policy) ?? this.#crowd(key, policy)
    if (refused) return refused
    key.policy = policy
    key.revision++
    return "ok"
  }

  addCredits(key: ModelKey, amount: number): string {
    if (key.deletedAt !== null) return "not_found"
    if (key.revoked) return "key_revoked"
    const { credits } = key.policy
    if (credits === null) return "invalid_input"
    key.policy = { ...key.policy, credits: credits + amount }
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

  mayRotate(key: ModelKey): string {
    if (key.deletedAt !== null) return "not_found"
    if (key.revoked) return "key_revoked"
    return this.#previous(key) ? "rotation_under_way" : "ok"
  }

  rotated(key: ModelKey, overlap: number | null, text: string): void {
    const ended = key.secrets.filter((secret) => !this.#lives(secret))
    const forgotten = ended.sort((a, b) => Number(a.endsAt) - Number(b.endsAt)).slice(0, -endedAtMost)
    for (const secret of forgotten) key.secrets.splice(key.secrets.indexOf(secret), 1)
    const current = this.#current(key)
    current.endsAt = atMost(this.now + (overlap ?? hour), key.policy.expiresAt)
    key.secrets.push({ text, endsAt: null })
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
    const own = key.policy.limits.map((limit) => ({ ...limit, per: "key" as const }))
    const limits = [...own, ...this.limits.filter(({ name }) => !own.some((limit) => limit.name === name))]
    const consumers = { key: key.name, owner: `owner ${key.policy.owner}`, keyspace: "all" }
    const counted = limits.map(({ name, count, window_seconds, per }) => {
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
    const { credits } = key.policy
    if (credits !== null && credits < cost) {
      return { ...verdict("USAGE_EXCEEDED"), remaining: untouched, credits }
    }
    if (!dryRun && cost > 0) {
      for (const { counter, until } of counted) this.#busyUntil.set(counter, until)
      if (credits !== null) key.policy = { ...key.policy, credits: credits - cost }
    }
    return {
      ...verdict("VALID"),
      remaining: Object.fromEntries(counted.map(({ name, remaining }) => [name, remaining])),
      credits: credits === null ? null : credits - cost,
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
    const ofKeys = this.keys.flatMap(({ policy, secrets, deletedAt }) => [
      policy.notBefore ?? 0,
      policy.expiresAt ?? 0,
      ...secrets.map(({ endsAt }) => endsAt ?? 0),
      deletedAt === null ? 0 : deletedAt + restorable,
    ])
    const all = new Set([...ofKeys, ...this.#busyUntil.values()])
    return [...all].filter((at) => at > this.now).sort((a, b) => a - b)
  }

  #contradiction(before: Policy, { notBefore, expiresAt }: Policy): string | null {
    const past = expiresAt !== null && expiresAt !== before.expiresAt && expiresAt <= this.now
    const backwards = notBefore !== null && expiresAt !== null && notBefore >= expiresAt
    return past || backwards ? "invalid_input" : null
  }

  /** Whether a key comes to count where there is no room for it. @param key null: a new one */
  #crowd(key: ModelKey | null, policy: Policy): string | null {
    if (!this.#counts({ policy, revoked: key?.revoked ?? false })) return null
    const others = this.keys.filter((one) => one !== key && one.deletedAt === null && this.#counts(one))
    const { maxKeys, maxKeysPerOwner } = this.caps
    const counted = key !== null && key.deletedAt === null && this.#counts(key)
    if (!counted && maxKeys !== null && others.length >= maxKeys) return "too_many_keys"
    if (counted && key.policy.owner === policy.owner) return null
    const theirs = others.filter((one) => one.policy.owner === policy.owner)
    return maxKeysPerOwner !== null && theirs.length >= maxKeysPerOwner ? "too_many_keys" : null
  }

  #counts({ policy, revoked }: Pick<ModelKey, "policy" | "revoked">): boolean {
    if (this.caps.counted === "all") return true
    const over = policy.expiresAt !== null && this.now >= policy.expiresAt
    return !revoked && policy.enabled && !over
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
  #current({ name, secrets }: ModelKey): ModelSecret {
    const [current, ...more] = secrets.filter(({ endsAt }) => endsAt === null)
    if (!current || more.length > 0) throw new Error(`The model has lost count of the secrets of ${name}.`)
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

/** The lists of the model hold single addresses and origins, so that to be allowed is to be listed. */
function allowed(list: readonly string[], from: string | null): boolean {
  return list.length === 0 || (from !== null && list.includes(from))
}

function holds({ permissions }: Policy, name: string): boolean {
  if (permissions.includes(`!${name}`)) return false
  return permissions.includes(name) || permissions.includes("invoices.*")
}
