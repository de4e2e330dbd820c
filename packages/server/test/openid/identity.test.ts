import { describe, expect, test } from "vitest"
import { claimAt, identityOf } from "../../src/openid/identity.ts"

describe("a claim's path", () => {
  const claims = {
    groups: ["a"],
    realm_access: { roles: ["b"] },
    "realm_access.roles": ["c"],
    "https://example.com/roles": ["d"],
    resource_access: { keyward: { roles: ["e"] } },
    text: "f",
  }
  test.each([
    ["groups", ["a"]],
    ["realm_access.roles", ["b"]],
    ["https://example.com/roles", ["d"]],
    ["resource_access.keyward.roles", ["e"]],
    ["text", "f"],
  ])("%s", (path, value) => expect(claimAt(claims, path)).toEqual(value))

  test.each([
    "",
    ".",
    "nothing",
    "groups.length.x",
    "text.length",
    "constructor",
    "__proto__",
    "toString.name",
    "realm_access..roles",
  ])("%s leads to nothing", (path) => expect(claimAt(claims, path)).toBeUndefined())
})

test("texts are such as every store can keep, and no longer than a name may be", () => {
  const settings = { organization: { kind: "fixed", id: null }, roles: null } as const
  const of = (claims: object) => identityOf({ issuer: "i", subject: "s", claims: { ...claims } }, settings)
  expect(of({ name: "Ada" }).name).toBe("Ada")
  expect(of({ name: "😀".repeat(300) }).name).toBe("😀".repeat(255))
  for (const name of ["", "a\u0000b", "\ud800", 7, null, ["Ada"], undefined])
    expect(of({ name }).name).toBeNull()
})
