import { hash, randomUUID } from "node:crypto"
import type { AuditEvent, Key, ServiceAccount } from "@keyward/contract"
import { nativeFormat, systemEntropy } from "@keyward/core"
import type { CreateOptions, Fetch, KeywardClient } from "@keyward/sdk"
import { expect } from "vitest"
import type { Chance } from "../chance.ts"
import { registerSecret } from "../evidence.ts"

/**
 * A network on which some requests never arrive, some answers never come back, and some clients do not wait for them.
 * @param fetch the one that there is
 */
export function lossy(fetch: Fetch, chance: Chance): Fetch {
  return async (url, init) => {
    const fate = chance.below(8)
    if (fate === 0) throw new Error("The request was lost.")
    if (fate === 1) return fetch(url, { ...init, signal: AbortSignal.timeout(chance.below(15)) })
    const answer = await fetch(url, init)
    if (fate === 2 || fate === 3) throw new Error("The answer was lost.")
    return answer
  }
}

const kinds = ["key", "key", "blind key", "new secret", "service account", "invitation"] as const
type Kind = (typeof kinds)[number]

/** Something that a client wants to be there once. */
interface Intent {
  readonly kind: Kind
  readonly name: string
  readonly idempotencyKey: string
  /** The secret that the client made itself, of which it sends the SHA-256 alone; null: it is told one, or there is none. */
  readonly made: string | null
  readonly ask: (client: KeywardClient, options: CreateOptions) => Promise<object>
  /** All that it was answered. */
  readonly answers: object[]
}

/** The intents of all clients of a run. */
export class Intents {
  readonly #all: Intent[] = []
  readonly #rotated = new Set<string>()
  readonly #keyspaceId: string

  constructor(keyspaceId: string) {
    this.#keyspaceId = keyspaceId
  }

  get met(): number {
    return this.#all.filter(({ answers }) => answers.length > 0).length
  }

  /** How many were asked for once more when they were met. */
  get repeated(): number {
    return this.#all.filter(({ answers }) => answers.length > 1).length
  }

  /** Everything that a client was told in confidence. */
  get secrets(): string[] {
    return this.#all.flatMap(({ made, answers: [answer] }) => {
      if (!answer) return []
      if (made !== null) return [made]
      return isWithSecret(answer) ? [answer.secret] : isLink(answer) ? [answer.token] : []
    })
  }

  /** One that nobody had before, or one that was met, to be asked for once more. */
  next(chance: Chance): Intent {
    const met = this.#all.filter(({ answers }) => answers.length > 0)
    if (met.length > 0 && chance.below(4) === 0) return chance.oneOf(met)
    const wanted = chance.oneOf(kinds)
    // A key is rotated once: a second time would have to wait for the end of the first.
    const keys = this.#answersTo("key", "blind key").filter(({ id }) => !this.#rotated.has(id))
    const key = wanted === "new secret" && keys.length > 0 ? chance.oneOf(keys) : null
    const kind = wanted === "new secret" && !key ? "key" : wanted
    if (key) this.#rotated.add(key.id)
    const name = `${kind} ${this.#all.length}`
    const idempotencyKey = chance.below(2) === 0 ? randomUUID() : `"${name.replaceAll(" ", "-")}"`
    const made = kind === "blind key" ? nativeFormat.print("chaos", "", systemEntropy) : null
    if (made !== null) registerSecret("key text", made)
    const ask = key
      ? (client: KeywardClient, options: CreateOptions) =>
          client.keys.rotate(key.id, { overlap: "P1D" }, options)
      : this.#creation(kind, name, made)
    const intent = { kind, name, idempotencyKey, made, ask, answers: [] }
    this.#all.push(intent)
    return intent
  }

  #creation(kind: Kind, name: string, made: string | null): Intent["ask"] {
    if (kind === "service account") {
      return (client, options) => client.serviceAccounts.create({ display_name: name }, options)
    }
    if (kind === "key") {
      return (client, options) => client.keys.create({ keyspace_id: this.#keyspaceId, name }, options)
    }
    if (made !== null) {
      const blind = { keyspace_id: this.#keyspaceId, name, secret_sha256: hash("sha256", made) }
      return (client, options) => client.keys.create(blind, options)
    }
    return async (client, options) => {
      const user = { email: `${name.replaceAll(" ", "-")}@example.com`, display_name: name, roles: [] }
      const { id } = await client.users.create(user, { idempotencyKey: `user:${options.idempotencyKey}` })
      return client.links.invite(id, options)
    }
  }

  #answersTo(...wanted: readonly Kind[]): WithSecret[] {
    return this.#all.flatMap(({ kind, made, answers: [answer] }) =>
      answer && wanted.includes(kind) && isWithSecret(answer)
        ? [{ id: answer.id, secret: made ?? answer.secret }]
        : [],
    )
  }

  /** Every intent was met, and whenever it was asked for, the answer was the same. */
  expectOneAnswerEach(): void {
    for (const { name, answers } of this.#all) {
      expect(answers.length, name).toBeGreaterThan(0)
      for (const answer of answers) expect(answer, name).toEqual(answers[0])
    }
  }

  /**
   * What is there, and what is recorded, is there once for each intent.
   * @param keys all of the keyspace
   * @param accounts all of the organization
   */
  expectOnceEach(
    keys: readonly Key[],
    accounts: readonly ServiceAccount[],
    events: readonly AuditEvent[],
  ): void {
    const names = (...wanted: readonly Kind[]) =>
      this.#all.flatMap(({ kind, name }) => (wanted.includes(kind) ? [name] : [])).toSorted()
    const issued = names("key", "blind key")
    expect(keys.map(({ name }) => name).toSorted()).toEqual(issued)
    const intended = accounts.filter(({ display_name }) => display_name.startsWith("service account "))
    expect(intended.map(({ display_name }) => display_name).toSorted()).toEqual(names("service account"))
    const secrets = keys.flatMap((key) => key.secrets)
    expect(secrets).toHaveLength(issued.length + names("new secret").length)
    // The first start has made some by itself.
    const asked = events.filter(({ actor }) => actor.kind !== "system")
    const recorded = (action: AuditEvent["action"]) => asked.filter((event) => event.action === action).length
    expect(recorded("key.rotated")).toBe(names("new secret").length)
    expect(recorded("user.invited")).toBe(names("invitation").length)
  }

  /** Every secret that a client holds is live, and that of the key that it was told of. */
  async expectVerified(client: KeywardClient): Promise<void> {
    const told = this.#answersTo("key", "blind key", "new secret")
    const decided = await client.keys.verifyBatch(told.map(({ secret }) => ({ key: secret })))
    expect(decided.map(({ key_id, code }) => ({ key_id, code }))).toEqual(
      told.map(({ id }) => ({ key_id: id, code: "VALID" })),
    )
  }

  /** The links that clients hold set passwords. @param most how many of them to try */
  async expectLinksGood(client: KeywardClient, most: number): Promise<void> {
    const links = this.#all.flatMap(({ answers: [answer] }) => (answer && isLink(answer) ? [answer] : []))
    for (const { token } of links.slice(0, most)) {
      await client.links.accept({ token, password: "correct horse battery" })
    }
    expect(links.length).toBeGreaterThan(0)
  }
}

interface WithSecret {
  readonly id: string
  readonly secret: string
}

function isWithSecret(answer: object): answer is WithSecret {
  return "secret" in answer
}

function isLink(answer: object): answer is { readonly token: string } {
  return "token" in answer
}
