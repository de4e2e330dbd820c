import type { Key } from "../key/key.ts"
import type { Keyspace } from "../keyspace.ts"
import type { Owner } from "../owner.ts"
import type { PolicyRule } from "../policy/rule-names.ts"
import type { Violation } from "../policy/rules.ts"
import { countsAt } from "../store/claims.ts"
import type { TimePosition } from "../store/list.ts"
import { compareText } from "../store/order.ts"
import type { Store } from "../store/store.ts"
import type { Instant } from "../time.ts"

/**
 * The rules about several keys of a keyspace at once, and which keys break them. Who was there first keeps their place: of
 * the keys that count against a maximum the newest are beyond it, and of an owner's keys of one name all but the oldest
 * have another's. What counts is as `countsAt` says, so a key that nobody can use may break these rules too.
 */
export class CapRules {
  readonly #store: Store
  readonly #keyspace: Keyspace
  readonly #now: Instant
  /** The first key beyond each maximum that was asked about; by owner, and of the keyspace as a whole. */
  readonly #firsts = new Map<string, TimePosition | null>()

  constructor(store: Store, keyspace: Keyspace, now: Instant) {
    this.#store = store
    this.#keyspace = keyspace
    this.#now = now
  }

  /** @returns by the key's id; one that breaks none of these rules is left out */
  async brokenBy(keys: readonly Key[]): Promise<ReadonlyMap<string, readonly Violation[]>> {
    const { organizationId, policy } = this.#keyspace
    const ids = policy.uniqueNames ? keys.map(({ id }) => id) : []
    const repeated = await this.#store.olderNamesakes(organizationId, ids, 1)
    const broken = new Map<string, readonly Violation[]>()
    for (const key of keys) {
      const violations = await this.#exceededBy(key)
      if (repeated.has(key.id)) violations.push(repeatedName)
      if (violations.length > 0) broken.set(key.id, violations)
    }
    return broken
  }

  async #exceededBy(key: Key): Promise<Violation[]> {
    const { maxKeys, maxKeysPerOwner, countedKeys } = this.#keyspace.policy
    if (!countsAt(key, countedKeys, this.#now)) return []
    const violations: Violation[] = []
    if (maxKeys !== null && isFrom(await this.#firstBeyond(null, maxKeys), key)) {
      violations.push(this.#beyond("max_keys", "/keyspace_id", `The keyspace has at most ${maxKeys} keys`))
    }
    if (maxKeysPerOwner !== null && isFrom(await this.#firstBeyond(key.owner, maxKeysPerOwner), key)) {
      const message = `An owner has at most ${maxKeysPerOwner} keys of this keyspace`
      violations.push(this.#beyond("max_keys_per_owner", "/owner", message))
    }
    return violations
  }

  #beyond(rule: PolicyRule, member: string, message: string): Violation {
    const { countedKeys } = this.#keyspace.policy
    return {
      rule,
      member,
      message: `${message}, and as many were there before this one (${rule}).`,
      fix: countedKeys === "all" ? "Delete it, or an older one." : "Disable or delete it, or an older one.",
    }
  }

  async #firstBeyond(owner: Owner | null, limit: number): Promise<TimePosition | null> {
    const name = owner ? `${owner.kind} ${owner.id}` : ""
    const known = this.#firsts.get(name)
    if (known !== undefined) return known
    const { id: keyspaceId, organizationId, policy } = this.#keyspace
    const maximum = { keyspaceId, owner, countedKeys: policy.countedKeys, limit }
    const first = await this.#store.firstBeyond(organizationId, maximum, this.#now)
    this.#firsts.set(name, first)
    return first
  }
}

const repeatedName: Violation = {
  rule: "unique_names",
  member: "/name",
  message: "An older key of the same owner has this name (unique_names).",
  fix: "Give it a name that no other key of its owner has.",
}

/** Whether a key is the first that there is no place for, or comes after it. */
function isFrom(first: TimePosition | null, { createdAt, id }: Key): boolean {
  if (first === null || createdAt < first.createdAt) return false
  return createdAt > first.createdAt || compareText(id, first.id) >= 0
}
