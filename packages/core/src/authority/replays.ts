import { hash } from "node:crypto"
import { AuthorityError, fail } from "../failure.ts"
import { canonicalJson } from "../json.ts"
import type { PurposeSealer } from "../key/sealing.ts"
import type { Change } from "../store/change.ts"
import { later } from "../time.ts"
import type { Caller, Idempotency } from "./caller.ts"
import type { AuthorityDeps } from "./deps.ts"

/** How long the answer to a creating call is kept, milliseconds. */
export const replayLifetimeMs = 24 * 60 * 60 * 1000

/** When it is worth asking again for what is under way, milliseconds. */
const retryAfterMs = 1000

/** What is sealed of a creating call. */
interface Kept<Created> {
  /** That of the record: a sealed text that was moved to another record is not taken for its own. */
  readonly intent: string
  readonly fingerprint: string
  readonly created: Created
}

/** The change that keeps an answer; none where the caller named no idempotency key. */
export type Keep<Created> = (created: Created) => Change[]

/**
 * Has what a caller intends done once, however often they ask. The answer is kept in the very commit that makes what it
 * tells of, so a crash leaves both or neither; of two nodes that are asked at once the store lets one commit.
 */
export class Replays {
  readonly #deps: AuthorityDeps
  readonly #sealer: PurposeSealer
  readonly #underWay = new Set<string>()

  constructor(deps: AuthorityDeps) {
    this.#deps = deps
    this.#sealer = deps.sealer.forPurpose("idempotent replay")
  }

  /**
   * To be asked once it is known that the caller may do such a thing at all, and before anything else is looked at: what
   * has changed since is no reason to answer a repetition differently.
   * @param create makes it, and commits what `keep` gives for it before anything else; JSON can say all that it returns
   * @param demandStill throws unless the caller may still be told what they were told then
   * @throws "idempotency_key_reused" when the call that named the key first asked for something else
   * @throws "idempotency_in_progress" while that one is not answered yet
   * @throws "installation_secret_missing" when what was answered is sealed under a key-encryption key that is not here
   */
  async once<Created extends object>(
    caller: Caller,
    create: (keep: Keep<Created>) => Promise<Created>,
    demandStill: (created: Created) => void = () => undefined,
  ): Promise<Created> {
    const { idempotency, organizationId } = caller
    if (!idempotency) return create(() => [])
    const intent = intentOf(caller, idempotency)
    if (this.#underWay.has(intent)) fail({ code: "idempotency_in_progress", retryAfterMs })
    this.#underWay.add(intent)
    const replayed = async (): Promise<Created | null> => {
      const created = await this.#earlier<Created>(organizationId, intent, idempotency.fingerprint)
      if (created === null) return null
      demandStill(created)
      idempotency.onReplay?.()
      return created
    }
    try {
      return (await replayed()) ?? (await this.#create(caller, intent, idempotency, create, replayed))
    } finally {
      this.#underWay.delete(intent)
    }
  }

  async #create<Created extends object>(
    { organizationId }: Caller,
    intent: string,
    { fingerprint }: Idempotency,
    create: (keep: Keep<Created>) => Promise<Created>,
    replayed: () => Promise<Created | null>,
  ): Promise<Created> {
    try {
      return await create((created) => {
        const now = this.#deps.clock.now()
        const kept: Kept<Created> = { intent, fingerprint, created }
        const sealed = this.#sealer.seal(JSON.stringify(kept))
        const expiresAt = later(now, replayLifetimeMs)
        return [
          { kind: "replay.insert", replay: { organizationId, intent, sealed, createdAt: now, expiresAt } },
        ]
      })
    } catch (error) {
      if (!(error instanceof AuthorityError)) throw error
      // Another node may have been faster, and this call have failed over just what that one made.
      const created = await replayed()
      if (created === null) throw error
      return created
    }
  }

  async #earlier<Created>(
    organizationId: string,
    intent: string,
    fingerprint: string,
  ): Promise<Created | null> {
    const { store, clock } = this.#deps
    const replay = await store.replay(organizationId, intent)
    if (!replay || clock.now() >= replay.expiresAt) return null
    const kept: Kept<Created> = JSON.parse(this.#sealer.open(replay.sealed))
    if (kept.intent !== intent) throw new Error("The answer was sealed for another intent.")
    if (kept.fingerprint !== fingerprint) fail({ code: "idempotency_key_reused" })
    return kept.created
  }
}

/**
 * Equal keys of two callers name two intents, and so do those of two credentials of one. Not under the pepper, as a
 * secret's digest is: while that is changed, two nodes would know one intent by two names.
 */
function intentOf({ organizationId, actor }: Caller, { key }: Idempotency): string {
  const { kind, id, credential } = actor
  const by = credential && [credential.kind, credential.id]
  return hash("sha256", canonicalJson([organizationId, kind, id, by, key]), "base64url")
}
