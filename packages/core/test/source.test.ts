import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { addressList, isAddressRange, isOriginPattern, originAllowed } from "../src/verification/source.ts"

describe("addresses", () => {
  test.each([
    ["203.0.113.7", "203.0.113.7", true, "the very address"],
    ["203.0.113.7", "203.0.113.8", false, "its neighbour"],
    ["203.0.113.0/24", "203.0.113.0", true, "the first of a range"],
    ["203.0.113.0/24", "203.0.113.255", true, "the last of a range"],
    ["203.0.113.0/24", "203.0.114.0", false, "one after it"],
    ["203.0.113.9/24", "203.0.113.200", true, "bits after the prefix length do not count"],
    ["10.0.0.0/7", "11.255.255.255", true, "a prefix length within a byte"],
    ["10.0.0.0/7", "12.0.0.0", false, "one after it"],
    ["0.0.0.0/0", "198.51.100.1", true, "all of IPv4"],
    ["0.0.0.0/0", "2001:db8::1", false, "is nothing of IPv6"],
    ["2001:db8::/32", "2001:db8:ffff::1", true, "IPv6"],
    ["2001:db8::/32", "2001:db9::1", false, "another network"],
    ["2001:db8::/33", "2001:db8:8000::1", false, "a prefix length within a byte"],
    ["2001:db8::1", "2001:0DB8:0:0:0:0:0:1", true, "one address in two spellings"],
    ["10.0.0.0/8", "::ffff:10.1.2.3", true, "IPv4 mapped into IPv6"],
    ["10.0.0.0/8", "::ffff:a01:203", true, "the same in hexadecimal"],
    ["10.0.0.0/8", "0:0:0:0:0:ffff:10.1.2.3", true, "the same written out"],
    ["10.0.0.0/8", "::ffff:11.1.2.3", false, "another mapped address"],
    ["10.0.0.0/8", "::10.1.2.3", false, "the old compatible form is an address of IPv6"],
    ["::ffff:10.1.2.3", "10.1.2.3", true, "mapped in the list"],
    ["::ffff:10.0.0.0/104", "10.1.2.3", true, "a mapped range"],
    ["::ffff:10.0.0.0/104", "11.1.2.3", false, "and its end"],
    ["::/0", "10.1.2.3", true, "all of IPv6 holds the mapped ones"],
    ["64:ff9b::/96", "10.0.0.1", false, "NAT64 is not the mapped form"],
    ["fe80::/10", "fe80::1", true, "link-local"],
    ["fe80::/10", "fe80::1%eth0", false, "a zone means something on one machine only"],
    ["0.0.0.0/0", "203.0.113.07", false, "a leading zero, which some read as octal"],
    ["0.0.0.0/0", "3405803783", false, "a number"],
    ["0.0.0.0/0", "0x7f.1", false, "hexadecimal"],
    ["0.0.0.0/0", "203.0.113", false, "three parts"],
    ["0.0.0.0/0", "203.0.113.7:443", false, "with a port"],
    ["0.0.0.0/0", " 203.0.113.7", false, "with a space"],
    ["0.0.0.0/0", "203.0.113.7, 10.0.0.1", false, "a list"],
    ["::/0", "[2001:db8::1]", false, "in brackets"],
    ["0.0.0.0/0", "", false, "empty"],
    ["0.0.0.0/0", "localhost", false, "a name"],
  ])("%s, %s: %s, %s", (range, address, allowed) => {
    expect(addressList([range]).includes(address)).toBe(allowed)
  })

  test.each([
    "",
    "/8",
    "10.0.0.0/",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/08",
    "10.0.0.0/8/8",
    "10.0.0.0/255.0.0.0",
    "10.0.0.*",
    "10.0.0.1-10.0.0.9",
    "2001:db8::/129",
    "fe80::1%eth0",
    "fe80::%1/64",
    "example.com",
    "10.0.0.0/8\n",
  ])("%j is no range", (text) => {
    expect(isAddressRange(text)).toBe(false)
    expect(() => addressList([text])).toThrow(RangeError)
  })

  test("a range of IPv4 holds what arithmetic says, mapped or not", () => {
    const number = fc.integer({ min: 0, max: 2 ** 32 - 1 })
    const print = (n: number) => [24, 16, 8, 0].map((shift) => (n >>> shift) & 255).join(".")
    fc.assert(
      fc.property(
        number,
        fc.integer({ min: 0, max: 32 }),
        number,
        fc.boolean(),
        (base, bits, other, near) => {
          // Near: differs from the base in few low bits, so that both sides of the edge are met.
          const asked = near ? (base ^ (other % 2 ** Math.min(32, 33 - bits))) >>> 0 : other
          const size = 2 ** (32 - bits)
          const expected = Math.floor(asked / size) === Math.floor(base / size)
          const list = addressList([`${print(base)}/${bits}`])
          expect(list.includes(print(asked))).toBe(expected)
          expect(list.includes(`::ffff:${print(asked)}`)).toBe(expected)
        },
      ),
    )
  })
})

describe("origins", () => {
  const wildcard = "https://*.example.com"
  test.each([
    ["https://app.example.com", "https://app.example.com", true, "the very origin"],
    ["https://app.example.com", "http://app.example.com", false, "another scheme"],
    ["https://app.example.com", "https://App.Example.COM", true, "hosts have no case"],
    ["https://app.example.com", "https://app.example.com:443", true, "the scheme's own port"],
    ["https://app.example.com:443", "https://app.example.com", true, "the scheme's own port, in the list"],
    ["http://app.example.com", "http://app.example.com:80", true, "the scheme's own port, http"],
    ["https://app.example.com", "https://app.example.com:80", false, "the other scheme's port"],
    ["https://app.example.com", "https://app.example.com:8443", false, "another port"],
    ["https://app.example.com:8443", "https://app.example.com:8443", true, "a port of its own"],
    ["https://app.example.com", "https://app.example.com/", false, "a slash is not part of an origin"],
    ["https://app.example.com", "https://app.example.com.", false, "a trailing dot is another host"],
    ["https://app.example.com", "https://app.example.com.evil.test", false, "more after the host"],
    ["https://app.example.com", "https://evilapp.example.com", false, "more before the host"],
    ["https://app.example.com", "app.example.com", false, "no scheme"],
    ["https://app.example.com", "null", false, "the origin of sandboxed pages and files"],
    ["https://app.example.com", "", false, "empty"],
    ["https://app.example.com", "https://app.example.com https://evil.test", false, "two origins"],
    ["https://app.example.com", "https://app.example.com@evil.test", false, "user information"],
    ["https://app.example.com", "https://user@app.example.com", false, "user information before the host"],
    [wildcard, "https://app.example.com", true, "a host below"],
    [wildcard, "https://a.b.example.com", true, "a host further below"],
    [wildcard, "https://example.com", false, "the host itself"],
    [wildcard, "https://.example.com", false, "an empty label"],
    [wildcard, "https://a..example.com", false, "an empty label between"],
    [wildcard, "https://notexample.com", false, "another host with the same end"],
    [wildcard, "http://app.example.com", false, "another scheme"],
    [wildcard, "https://app.example.com:8443", false, "another port"],
    ["https://*.example.com:8443", "https://app.example.com:8443", true, "a wildcard with a port"],
    [wildcard, "https://*.example.com", false, "the wildcard itself is no origin"],
    [wildcard, "https://*.app.example.com", false, "nor is one below it"],
    ["https://app.example.com", "https://*.app.example.com", false, "a wildcard is not the host below it"],
    [wildcard, "https://app.example.com.", false, "a trailing dot"],
    [wildcard, "https://evil.test/.example.com", false, "the end in a path"],
    [wildcard, "https://evil.test?.example.com", false, "the end in a query"],
    [wildcard, "https://evil.test#.example.com", false, "the end in a fragment"],
    [wildcard, "https://evil.test\\.example.com", false, "the end after a backslash"],
    [wildcard, "https://evil.test:80@a.example.com", false, "user information"],
    [wildcard, "https://evil.test\n.example.com", false, "the end on another line"],
    ["https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443", true, "IPv6"],
  ])("%s, %s: %s, %s", (pattern, origin, allowed) => {
    expect(originAllowed(origin, [pattern])).toBe(allowed)
    expect(originAllowed(origin, ["https://other.test", pattern])).toBe(allowed)
  })
  test("no pattern, no origin", () => {
    expect(originAllowed("https://app.example.com", [])).toBe(false)
  })

  test.each([
    ["https://App.example.com", "capitals"],
    ["https://app.example.com/", "a path"],
    ["https://app.example.com?x", "a query"],
    ["ftp://app.example.com", "another scheme"],
    ["app.example.com", "no scheme"],
    ["*", "everything"],
    ["https://*", "every host"],
    ["https://*.", "every host below nothing"],
    ["https://a.*.com", "a wildcard within"],
    ["https://*.*.com", "two wildcards"],
    ["https://*app.example.com", "a wildcard without a dot"],
    ["https://*.[2001:db8::1]", "below an address"],
    ["https://[zz]", "no address in brackets"],
    ["https://[203.0.113.7]", "IPv4 in brackets"],
    ["https://a..b", "an empty label"],
    ["https://-a.b", "a label that starts with a hyphen"],
    ["https://a-.b", "a label that ends with a hyphen"],
    ["https://a.b.", "a trailing dot"],
    ["https://a:0", "port 0"],
    ["https://a:080", "a port with a leading zero"],
    ["https://a:65536", "a port too high"],
    ["https://u@a", "user information"],
    ["null", "the opaque origin"],
    [`https://${"a.".repeat(200)}b`, "a host too long"],
  ])("%s is no pattern: %s", (text) => {
    expect(isOriginPattern(text)).toBe(false)
  })

  test("whatever is allowed by a wildcard has, as a browser reads it, a host below", () => {
    const scrap = fc.constantFrom(
      "https://",
      "evil.test",
      "app",
      "example.com",
      ".example.com",
      "/",
      "@",
      "#",
      ":",
      "443",
      ".",
      "\\",
    )
    fc.assert(
      fc.property(fc.array(scrap, { minLength: 1, maxLength: 6 }), (scraps) => {
        const origin = `https://${scraps.join("")}`
        if (!originAllowed(origin, [wildcard])) return
        const { hostname, protocol, port } = new URL(origin)
        expect(hostname.endsWith(".example.com") && protocol === "https:" && port === "").toBe(true)
      }),
      { numRuns: 3000 },
    )
  })
})
