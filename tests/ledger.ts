import type { AuditEvent, Key } from "@keyward/contract"
import { type KeywardClient, KeywardUnreachable } from "@keyward/sdk"
import { expect } from "vitest"
import type { Chance } from "./chance.ts"

/** What a key is, as far as the operations below change it. */
interface Policy {
  readonly name: string
  readonly permissions: readonly string[]
  readonly enabled: boolean
  readonly revoked: boolean
}

interface LedgerKey {
  readonly id: string
  readonly secret: string
  /** By what was acknowledged. */
  policy: Policy
  /** What the key is if the change that was sent last, and never answered, was made; null: all were answered. */
  unanswered: Policy | null
}

const catalog = ["invoices.read", "invoices.write", "reports.read", "reports.write"]

/**
 * What clients were told while they created, changed and revoked keys of one keyspace, so that it can be held against
 * what is there after a crash. Each key is changed by one hand alone, one change after another, so for each it is known
 * what was acknowledged and which single change was under way.
 */
export class Ledger {
  readonly acknowledged = { create: 0, update: 0, revoke: 0 }
  unanswered = 0
  readonly #keys: LedgerKey[] = []
  /** Names of keys whose creation was sent and never answered; nobody has their secrets. */
  readonly #unansweredNames = new Set<string>()
  #names = 0

  static permissions = catalog.map((name) => ({ name }))

  get operations(): number {
    return Object.values(this.acknowledged).reduce((sum, count) => sum + count)
  }

  /** Works without a pause until the server is gone. @throws whatever else it answers than success */
  async hand(client: KeywardClient, keyspaceId: string, chance: Chance, onAnswer: () => void): Promise<void> {
    const own: LedgerKey[] = []
    try {
      for (;;) {
        const live = own.filter(({ policy }) => !policy.revoked)
        if (live.length === 0 || chance.below(10) < 4)
          own.push(await this.#create(client, keyspaceId, chance))
        else if (chance.below(10) < 7) await this.#update(client, chance.oneOf(live), chance)
        else await this.#revoke(client, chance.oneOf(live))
        onAnswer()
      }
    } catch (error) {
      if (!(error instanceof KeywardUnreachable)) throw error
      this.unanswered++
    }
  }

  async #create(client: KeywardClient, keyspaceId: string, chance: Chance): Promise<LedgerKey> {
    const policy = { ...this.#anyPolicy(chance), revoked: false }
    const { name, permissions, enabled } = policy
    this.#unansweredNames.add(name)
    const { id, secret } = await client.keys.create({ keyspace_id: keyspaceId, name, permissions, enabled })
    this.#unansweredNames.delete(name)
    this.acknowledged.create++
    const key = { id, secret, policy, unanswered: null }
    this.#keys.push(key)
    return key
  }

  async #update(client: KeywardClient, key: LedgerKey, chance: Chance): Promise<void> {
    const { name, permissions, enabled } = this.#anyPolicy(chance)
    const change = chance.oneOf([{ name }, { permissions }, { enabled }, { name, permissions, enabled }])
    key.unanswered = { ...key.policy, ...change }
    await client.keys.update(key.id, change)
    this.#settle(key, key.unanswered)
    this.acknowledged.update++
  }

  async #revoke(client: KeywardClient, key: LedgerKey): Promise<void> {
    key.unanswered = { ...key.policy, revoked: true }
    await client.keys.revoke(key.id)
    this.#settle(key, key.unanswered)
    this.acknowledged.revoke++
  }

  #settle(key: LedgerKey, policy: Policy): void {
    key.policy = policy
    key.unanswered = null
  }

  /** Names are never used twice. */
  #anyPolicy(chance: Chance): Omit<Policy, "revoked"> {
    this.#names++
    return {
      name: `key ${this.#names}`,
      permissions: catalog.filter(() => chance.below(2) === 0),
      enabled: chance.below(4) > 0,
    }
  }

  /**
   * Holds what is there against what was told: what was acknowledged is there, what was not answered was done whole or
   * not at all, and nothing else was.
   * @param present all keys of the keyspace
   */
  expectKept(present: readonly Key[]): void {
    const byId = new Map(present.map((key) => [key.id, key]))
    for (const key of this.#keys) {
      const found = byId.get(key.id)
      expect(found, `${key.policy.name} was acknowledged`).toBeDefined()
      if (!found) continue
      byId.delete(key.id)
      const policy = policyOf(found)
      expect(key.unanswered ? [key.policy, key.unanswered] : [key.policy]).toContainEqual(policy)
      // From here on it is known whether the change was made.
      this.#settle(key, policy)
    }
    const unacknowledged = [...byId.values()].map(({ name }) => name)
    expect(new Set(unacknowledged).size).toBe(unacknowledged.length)
    for (const name of unacknowledged) expect([...this.#unansweredNames]).toContain(name)
  }

  /** Every secret that was handed out is decided on by what its key is. */
  async expectDecided(client: KeywardClient): Promise<void> {
    const verifications = await client.keys.verifyBatch(this.#keys.map(({ secret }) => ({ key: secret })))
    expect(
      verifications.map(({ key_id, code, name, permissions }) => ({ key_id, code, name, permissions })),
    ).toEqual(
      this.#keys.map(({ id, policy }) => ({
        key_id: id,
        code: policy.revoked ? "REVOKED" : policy.enabled ? "VALID" : "DISABLED",
        name: policy.name,
        permissions: policy.permissions,
      })),
    )
  }
}

/** The events of each key come to just what the key is, revision by revision: a change is there exactly if its event is. */
export function expectRecorded(present: readonly Key[], events: readonly AuditEvent[]): void {
  const byTarget = Map.groupBy(events, ({ target }) => target.id)
  for (const key of present) {
    const own = byTarget.get(key.id) ?? []
    expect(own.length).toBe(key.revision)
    expect(replayed(own)).toEqual(policyOf(key))
  }
  const created = events.filter(({ action, details }) => {
    return action === "key.created" && details["keyspace_id"] === present[0]?.keyspace_id
  })
  expect(created.length).toBe(present.length)
}

function replayed(events: readonly AuditEvent[]): unknown {
  let policy: Record<string, unknown> = {}
  for (const { action, details } of events) {
    if (action === "key.created") policy = { ...details, revoked: false }
    else if (action === "key.revoked") policy["revoked"] = true
    else {
      for (const [member, change] of Object.entries(details)) {
        expect(change).toMatchObject({ before: policy[member] })
        policy[member] = Reflect.get(Object(change), "after")
      }
    }
  }
  const { name, permissions, enabled, revoked } = policy
  return { name, permissions, enabled, revoked }
}

function policyOf({ name, permissions, enabled, revoked_at }: Key): Policy {
  return { name, permissions, enabled, revoked: revoked_at !== null }
}
