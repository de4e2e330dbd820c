import { BlockList, isIP } from "node:net"

/** Which client addresses may use a key, ready to be asked. */
export interface AddressList {
  /** False for text that is no IP address: what is not known is not allowed. */
  includes(address: string): boolean
}

/**
 * Reads addresses and CIDR ranges, IPv4 and IPv6. An IPv4-mapped IPv6 address is the IPv4 address it maps.
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
      const plain = unmapped(address)
      const family = familyOf(plain)
      return family !== null && list.check(plain, family)
    },
  }
}

/** Whether `text` is an IP address, or a CIDR range whose bits after the prefix length are zero or not (they do not count). */
export function isAddressRange(text: string): boolean {
  return parseRange(text) !== null
}

const originPattern =
  /^(https?):\/\/(\*\.)?([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/

/** Whether `text` can stand in a list of origins: an origin (RFC 6454 §6.1) in lower case, or one with `*.` before the host. */
export function isOriginPattern(text: string): boolean {
  const parts = originPattern.exec(text)
  return parts !== null && Number(parts[4] ?? 0) <= 65_535
}

/** Whether `origin` is one of `patterns`. `https://*.example.com` covers every host below example.com, and not that host itself. */
export function originAllowed(origin: string, patterns: readonly string[]): boolean {
  const asked = withoutDefaultPort(origin.toLowerCase())
  return patterns.some((pattern) => {
    const [scheme = "", rest = ""] = withoutDefaultPort(pattern).split("://")
    if (!rest.startsWith("*.")) return asked === `${scheme}://${rest}`
    return (
      asked.startsWith(`${scheme}://`) &&
      asked.endsWith(rest.slice(1)) &&
      asked.length > scheme.length + 2 + rest.length
    )
  })
}

function withoutDefaultPort(origin: string): string {
  return origin.replace(/^(http:\/\/.*):80$|^(https:\/\/.*):443$/, "$1$2")
}

function parseRange(text: string): { address: string; bits: number; family: "ipv4" | "ipv6" } | null {
  const [head = "", length, ...rest] = text.split("/")
  const address = unmapped(head)
  const family = familyOf(address)
  if (!family || rest.length > 0 || (address !== head && length !== undefined)) return null
  const widest = family === "ipv4" ? 32 : 128
  if (length === undefined) return { address, bits: widest, family }
  if (!/^\d{1,3}$/.test(length) || Number(length) > widest) return null
  return { address, bits: Number(length), family }
}

function familyOf(address: string): "ipv4" | "ipv6" | null {
  const version = address.includes("%") ? 0 : isIP(address)
  return version === 4 ? "ipv4" : version === 6 ? "ipv6" : null
}

function unmapped(address: string): string {
  const [, ipv4] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? []
  return ipv4 ?? address
}
