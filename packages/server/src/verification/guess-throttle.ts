import { isIPv6, SocketAddress } from "node:net"
import { decideLimit, type Instant, type Limit } from "@keyward/core"
import { LRUCache } from "lru-cache"

/** Most sources that are remembered; the ones not heard of for longest are forgotten first. */
const sourceMaximum = 50_000

/**
 * Slows down whoever presents secrets that do not exist. Only failures count, so a source whose keys are good never
 * notices; once over the limit, every secret from that source is refused before it is looked up.
 */
export class GuessThrottle {
  readonly #limit: Limit | null
  readonly #sources = new LRUCache<string, number>({ max: sourceMaximum })

  /** @param failuresPerMinute per source; 0: no throttle */
  constructor(failuresPerMinute: number) {
    this.#limit =
      failuresPerMinute === 0 ? null : { name: "guesses", count: failuresPerMinute, windowSeconds: 60 }
  }

  /** Milliseconds until the source may try again; 0: now. */
  waitOf(source: string, now: Instant): number {
    if (!this.#limit || this.#sources.size === 0) return 0
    const tat = this.#sources.get(network(source))
    if (tat === undefined) return 0
    return decideLimit(this.#limit, tat, 1, now).status.retryAfterMs
  }

  failed(source: string, now: Instant): void {
    if (!this.#limit) return
    const key = network(source)
    const { accepted, tat } = decideLimit(this.#limit, this.#sources.get(key) ?? null, 1, now)
    if (accepted) this.#sources.set(key, tat)
  }
}

/** An IPv6 holder has a whole /64 to guess from, so that counts as one source, however its addresses are written. */
function network(source: string): string {
  if (!source.includes(":")) return source
  const [unzoned = ""] = source.split("%")
  if (!isIPv6(unzoned)) return source
  const { address } = new SocketAddress({ address: unzoned, family: "ipv6" })
  // An IPv4 client of a socket that serves both.
  if (address.startsWith("::ffff:") && address.includes(".")) return address.slice("::ffff:".length)
  const [head = "", tail] = address.split("::")
  const groups = head.split(":")
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(":").length
  return [...groups, ...Array<string>(missing).fill("0"), ...(tail?.split(":") ?? [])].slice(0, 4).join(":")
}
