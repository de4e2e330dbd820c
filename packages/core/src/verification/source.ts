import { BlockList, isIP, isIPv6, SocketAddress } from "node:net"

/** Which client addresses may use a key, ready to be asked. */
export interface AddressList {
  /** False for text that is no IP address: what is not known is not allowed. */
  includes(address: string): boolean
}

/**
 * Reads addresses and CIDR ranges, IPv4 and IPv6. An IPv4 address and the IPv6 address that maps it (`::ffff:a.b.c.d`)
 * are one and the same on both sides, so a range of IPv6 that holds the mapped ones, such as `::/0`, holds all of IPv4.
 * @throws RangeError on an entry that `isAddressRange` refuses
 */
export function addressList(ranges: readonly string[]): AddressList {
  const list = new BlockList()
  for (const range of ranges) {
    const parsed = parseRange(range)
    if (!parsed) throw new RangeError("Not an address range.")
    list.addSubnet(parsed.address, parsed.bits, parsed.family)
  }
  return {
    includes(address) {
      const family = familyOf(address)
      return family !== null && list.check(address, family)
    },
  }
}

/**
 * Who counts as one source: an IPv6 holder has a whole /64 to choose from, however its addresses are written. Text that is
 * no IP address is a source as it is.
 */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address
  const [unzoned = ""] = address.split("%")
  if (!isIPv6(unzoned)) return address
  const { address: plain } = new SocketAddress({ address: unzoned, family: "ipv6" })
  // An IPv4 client of a socket that serves both.
  if (plain.startsWith("::ffff:") && plain.includes(".")) return plain.slice("::ffff:".length)
  const [head = "", tail] = plain.split("::")
  const groups = head.split(":")
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(":").length
  return [...groups, ...Array<string>(missing).fill("0"), ...(tail?.split(":") ?? [])].slice(0, 4).join(":")
}

/** Whether `text` is an IP address, or a CIDR range whose bits after the prefix length are zero or not (they do not count). */
export function isAddressRange(text: string): boolean {
  return parseRange(text) !== null
}

/** Whether `text` can stand in a list of origins: an origin (RFC 6454 §6.1) in lower case, or one with `*.` before the host. */
export function isOriginPattern(text: string): boolean {
  return parseOrigin(text) !== null
}

/**
 * Whether `origin` is one of `patterns`. `https://*.example.com` covers every host below example.com, and not that host
 * itself. What is not an origin and nothing more (a path, user information, a trailing dot, `null`) is none of them.
 */
export function originAllowed(origin: string, patterns: readonly string[]): boolean {
  const asked = parseOrigin(origin.toLowerCase())
  if (!asked || asked.below) return false
  return patterns.some((text) => {
    const pattern = parseOrigin(text)
    if (!pattern || pattern.scheme !== asked.scheme || pattern.port !== asked.port) return false
    return pattern.below ? asked.host.endsWith(`.${pattern.host}`) : asked.host === pattern.host
  })
}

interface OriginPattern {
  readonly scheme: "http" | "https"
  /** Whether `*.` stood before the host. */
  readonly below: boolean
  readonly host: string
  readonly port: number
}

const label = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
const originPattern = new RegExp(
  `^(https?)://(?:(\\*\\.)?(${label}(?:\\.${label})*)|(\\[[0-9a-f:.]+\\]))(?::([1-9]\\d{0,4}))?$`,
)
/** A host is at most 253 characters (RFC 1035 §2.3.4), and scheme, wildcard and port stand around it. */
const originMaximum = 253 + "https://*.:65535".length

function parseOrigin(text: string): OriginPattern | null {
  const parts = text.length <= originMaximum ? originPattern.exec(text) : null
  if (!parts) return null
  const [, scheme, wildcard, name, address, port] = parts
  if (address !== undefined && familyOf(address.slice(1, -1)) !== "ipv6") return null
  const number = port === undefined ? (scheme === "https" ? 443 : 80) : Number(port)
  if (number > 65_535) return null
  return {
    scheme: scheme === "https" ? "https" : "http",
    below: wildcard !== undefined,
    host: name ?? address ?? "",
    port: number,
  }
}

function parseRange(text: string): { address: string; bits: number; family: "ipv4" | "ipv6" } | null {
  const [address = "", length, ...rest] = text.split("/")
  const family = familyOf(address)
  if (!family || rest.length > 0) return null
  const widest = family === "ipv4" ? 32 : 128
  if (length === undefined) return { address, bits: widest, family }
  if (!/^(?:0|[1-9]\d{0,2})$/.test(length) || Number(length) > widest) return null
  return { address, bits: Number(length), family }
}

function familyOf(address: string): "ipv4" | "ipv6" | null {
  // A zone (`fe80::1%eth0`) means something on one machine only.
  const version = address.includes("%") ? 0 : isIP(address)
  return version === 4 ? "ipv4" : version === 6 ? "ipv6" : null
}
