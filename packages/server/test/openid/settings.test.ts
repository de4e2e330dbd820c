import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { ConfigError, describeConfig, readConfig } from "../../src/config.ts"
import { identityOf } from "../../src/openid/identity.ts"

const bearer = {
  KEYWARD_OPENID_ISSUER: "https://login.example.com/realms/main",
  KEYWARD_OPENID_AUDIENCE: "keyward",
}
const browser = {
  KEYWARD_OPENID_ISSUER: "https://login.example.com/realms/main",
  KEYWARD_OPENID_CLIENT_ID: "keyward",
  KEYWARD_OPENID_CLIENT_SECRET: "hush",
  KEYWARD_PUBLIC_URL: "https://keys.example.com/",
}

function refusal(environment: Readonly<Record<string, string>>): string {
  try {
    readConfig(environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return ""
}

describe("settings of the OpenID provider", () => {
  test("none is configured unless an issuer is", () => {
    expect(readConfig({}).openId).toBeNull()
    expect(readConfig({ KEYWARD_OPENID_CLOCK_SKEW_SECONDS: "5" }).openId).toBeNull()
  })

  test("bearer tokens, with what is taken for granted", () => {
    expect(readConfig(bearer).openId).toEqual({
      issuer: bearer.KEYWARD_OPENID_ISSUER,
      audience: "keyward",
      algorithms: ["RS256", "ES256", "EdDSA"],
      clockSkewMs: 30_000,
      timeoutMs: 5000,
      organization: { kind: "fixed", id: null },
      roles: null,
      signIn: null,
    })
  })

  test("sign-in in the browser", () => {
    expect(readConfig(browser).openId).toMatchObject({
      audience: null,
      signIn: {
        clientId: "keyward",
        clientSecret: "hush",
        scopes: "openid email profile",
        createUsers: false,
        publicUrl: "https://keys.example.com",
      },
    })
    const { KEYWARD_OPENID_CLIENT_SECRET: _secret, ...open } = browser
    expect(readConfig(open).openId?.signIn?.clientSecret).toBeNull()
  })

  test("roles by the values of a claim", () => {
    const { openId } = readConfig({
      ...bearer,
      KEYWARD_OPENID_ROLES_CLAIM: "realm_access.roles",
      KEYWARD_OPENID_ROLE_MAP:
        "keyward-admins=admin, ops=auditor,ops=member,CN=ops%2COU=it=auditor,100%25=key-desk",
    })
    expect(openId?.roles).toEqual({
      path: "realm_access.roles",
      map: new Map([
        ["keyward-admins", ["admin"]],
        ["ops", ["auditor", "member"]],
        ["CN=ops,OU=it", ["auditor"]],
        ["100%", ["key-desk"]],
      ]),
    })
  })

  const wrong: readonly [what: string, environment: Readonly<Record<string, string>>, named: string][] = [
    ["an issuer without TLS", { KEYWARD_OPENID_ISSUER: "http://login.example.com" }, "KEYWARD_OPENID_ISSUER"],
    [
      "one that only looks local",
      { KEYWARD_OPENID_ISSUER: "http://127.0.0.1.example.com" },
      "KEYWARD_OPENID_ISSUER",
    ],
    ["one with credentials", { KEYWARD_OPENID_ISSUER: "https://a:b@example.com" }, "KEYWARD_OPENID_ISSUER"],
    ["one with a query", { KEYWARD_OPENID_ISSUER: "https://example.com?x" }, "KEYWARD_OPENID_ISSUER"],
    ["one that is no URL", { KEYWARD_OPENID_ISSUER: "example" }, "KEYWARD_OPENID_ISSUER"],
    ["none at all", { KEYWARD_OPENID_ISSUER: "" }, "KEYWARD_OPENID_AUDIENCE says nothing"],
    ["nothing to use it for", { KEYWARD_OPENID_AUDIENCE: "" }, "KEYWARD_OPENID_CLIENT_ID"],
    ["a client without a public URL", { KEYWARD_OPENID_CLIENT_ID: "x" }, "KEYWARD_PUBLIC_URL"],
    ["no algorithm", { KEYWARD_OPENID_ALGORITHMS: "none" }, '"none"'],
    ["a symmetric algorithm", { KEYWARD_OPENID_ALGORITHMS: "RS256,HS256" }, '"HS256"'],
    ["an empty algorithm", { KEYWARD_OPENID_ALGORITHMS: "" }, "KEYWARD_OPENID_ALGORITHMS"],
    ["half a mapping", { KEYWARD_OPENID_ROLES_CLAIM: "roles" }, "KEYWARD_OPENID_ROLE_MAP"],
    ["the other half", { KEYWARD_OPENID_ROLE_MAP: "a=admin" }, "KEYWARD_OPENID_ROLES_CLAIM"],
    [
      "a role that is no name",
      { KEYWARD_OPENID_ROLES_CLAIM: "roles", KEYWARD_OPENID_ROLE_MAP: "a=Admin" },
      '"a=Admin"',
    ],
    [
      "an entry that breaks off",
      { KEYWARD_OPENID_ROLES_CLAIM: "roles", KEYWARD_OPENID_ROLE_MAP: "a=admin,=owner" },
      '"=owner"',
    ],
    [
      "an entry that cannot be decoded",
      { KEYWARD_OPENID_ROLES_CLAIM: "roles", KEYWARD_OPENID_ROLE_MAP: "%zz=owner" },
      '"%zz=owner"',
    ],
    [
      "two organizations",
      {
        KEYWARD_OPENID_ORGANIZATION_ID: "01981d3a-7c00-7000-8000-000000000001",
        KEYWARD_OPENID_ORGANIZATION_CLAIM: "org",
      },
      "exclude",
    ],
    ["too much skew", { KEYWARD_OPENID_CLOCK_SKEW_SECONDS: "301" }, "KEYWARD_OPENID_CLOCK_SKEW_SECONDS"],
    [
      "new users without roles",
      { ...browser, KEYWARD_OPENID_CREATE_USERS: "true" },
      "KEYWARD_OPENID_ROLES_CLAIM",
    ],
    ["scopes without openid", { ...browser, KEYWARD_OPENID_SCOPES: "email" }, "KEYWARD_OPENID_SCOPES"],
  ]
  test.each(wrong)("refused: %s", (_what, environment, named) => {
    expect(refusal({ ...bearer, ...environment })).toContain(named)
  })

  test("an issuer on this machine may do without TLS", () => {
    for (const host of ["localhost", "127.0.0.1:8080", "[::1]:8080"]) {
      expect(refusal({ ...bearer, KEYWARD_OPENID_ISSUER: `http://${host}` })).toBe("")
    }
  })

  test("the client secret is never shown", () => {
    const shown = JSON.stringify(describeConfig(browser))
    expect(shown).toContain("********")
    expect(shown).not.toContain("hush")
  })
})

describe("docs/openid.md", () => {
  const page = readFileSync(new URL("../../../../docs/openid.md", import.meta.url), "utf8")

  test("names every setting with its default", () => {
    const rows = [...page.matchAll(/^\| `(KEYWARD_OPENID_\w+)` \|.*\| ([^|]+) \|$/gm)]
    const stated = rows.map(([, name, standard = ""]) => [name, /^`(.*)`$/.exec(standard)?.[1] ?? ""])
    const settings = describeConfig({}).filter(({ name }) => name.startsWith("KEYWARD_OPENID_"))
    const declared = settings.map((setting) => [setting.name, setting.default])
    expect(stated.sort()).toEqual(declared.sort())
  })

  test("has an example that says what it does", () => {
    const [, lines = ""] = /```sh\n([^`]+)```/.exec(page) ?? []
    const [, claims = ""] = /```json\n([^`]+)```/.exec(page) ?? []
    const { openId } = readConfig(
      Object.fromEntries(
        lines
          .trim()
          .split("\n")
          .map((line) => /^(\w+)=(.*)$/.exec(line)?.slice(1) ?? []),
      ),
    )
    if (!openId) throw new Error("The example configures no provider.")
    const { iss, sub, ...rest } = JSON.parse(claims)
    const identity = identityOf({ issuer: iss, subject: sub, claims: rest }, openId)
    expect(iss).toBe(openId.issuer)
    expect(rest.aud).toContain(openId.audience)
    expect(identity).toMatchObject({ email: "jane@example.com", roles: ["admin"] })
  })
})
