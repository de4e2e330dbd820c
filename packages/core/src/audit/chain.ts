import { hash } from "node:crypto"
import { canonicalJson, type JsonObject } from "../json.ts"
import { printTimestamp } from "../time.ts"
import type { AuditDraft, AuditEvent } from "./event.ts"

/** What the first event of a chain points back to. */
export const genesisHash = "0".repeat(64)

/** The end of a chain: what the next event continues. `sequence` 0 with `genesisHash` for an empty one. */
export interface ChainHead {
  readonly sequence: number
  readonly hash: string
}

export const emptyChain: ChainHead = { sequence: 0, hash: genesisHash }

/** The event that follows `head`. */
export function chainEvent(head: ChainHead, draft: AuditDraft): AuditEvent {
  const placed = { ...draft, sequence: head.sequence + 1, previousHash: head.hash }
  return { ...placed, hash: eventHash(placed) }
}

/**
 * SHA-256, in hexadecimal, of the canonical JSON (RFC 8785) of the printed event without its `hash`. It covers the
 * organization, the place in the chain and the hash before, so an event can be neither changed nor moved.
 */
export function eventHash(event: Omit<AuditEvent, "hash">): string {
  return hash("sha256", canonicalJson(printedWithoutHash(event)), "hex")
}

/** An event as the native API and exported files print it: one JSON object, snake_case, RFC 3339. */
export function printAuditEvent(event: AuditEvent) {
  return { ...printedWithoutHash(event), hash: event.hash }
}

function printedWithoutHash(event: Omit<AuditEvent, "hash">) {
  return {
    id: event.id,
    organization_id: event.organizationId,
    sequence: event.sequence,
    at: printTimestamp(event.at),
    action: event.action,
    actor: {
      kind: event.actor.kind,
      id: event.actor.id,
      credential: event.actor.credential && {
        kind: event.actor.credential.kind,
        id: event.actor.credential.id,
      },
      address: event.actor.address,
      user_agent: event.actor.userAgent,
    },
    target: { kind: event.target.kind, id: event.target.id },
    details: event.details,
    request_id: event.requestId,
    previous_hash: event.previousHash,
  }
}

function hashesTo(content: JsonObject, claimed: string): boolean {
  try {
    return hash("sha256", canonicalJson(content), "hex") === claimed
  } catch (error) {
    // What has no canonical form was never written by us.
    if (error instanceof RangeError) return false
    throw error
  }
}

/** The first thing that is wrong with a chain. `sequence` is where it should have continued. */
export interface BrokenLink {
  readonly sequence: number
  readonly reason: string
}

/**
 * Follows a chain of printed events, one after another, from any source: a database or an exported file.
 * Feed it with `next`; it answers with the first broken link, and again with the same one from then on.
 */
export class ChainVerifier {
  #head: ChainHead
  #broken: BrokenLink | null = null

  constructor(start: ChainHead = emptyChain) {
    this.#head = start
  }

  get head(): ChainHead {
    return this.#head
  }

  next(printed: JsonObject): BrokenLink | null {
    if (this.#broken) return this.#broken
    const { hash: claimed, ...content } = printed
    const sequence = this.#head.sequence + 1
    if (content["sequence"] !== sequence) {
      return this.#break(
        sequence,
        `Event ${sequence} is missing; the next one is number ${String(content["sequence"])}.`,
      )
    }
    if (content["previous_hash"] !== this.#head.hash) {
      return this.#break(sequence, `Event ${sequence} does not continue the event before it.`)
    }
    if (typeof claimed !== "string" || !hashesTo(content, claimed)) {
      return this.#break(sequence, `Event ${sequence} was changed after it was written.`)
    }
    this.#head = { sequence, hash: claimed }
    return null
  }

  /** Says whether the chain ends where it was recorded to end (by the database, or by whoever noted its head); one that ends early was cut off. */
  end(recorded: ChainHead): BrokenLink | null {
    if (this.#broken) return this.#broken
    if (recorded.sequence === this.#head.sequence && recorded.hash === this.#head.hash) return null
    if (recorded.sequence === this.#head.sequence) {
      const { sequence } = recorded
      return this.#break(sequence, `Event ${sequence} is not the one that was recorded last.`)
    }
    return this.#break(
      Math.min(this.#head.sequence, recorded.sequence) + 1,
      `The chain ends at event ${this.#head.sequence}, but ${recorded.sequence} events were recorded.`,
    )
  }

  #break(sequence: number, reason: string): BrokenLink {
    this.#broken = { sequence, reason }
    return this.#broken
  }
}
