import { describe, expect, test } from "vitest"
import { ConfigError, describeConfig, readConfig } from "../src/config.ts"

const base64 = (bytes: number) => Buffer.alloc(bytes, 7).toString("base64")

test("nothing set is a whole configuration", () => {
  const config = readConfig({})
  expect(config).toMatchObject({
    host: "127.0.0.1",
    port: 4747,
    trustedHops: 0,
    revocationBoundMs: 1000,
    peppers: null,
    encryptionKeys: null,
    dialects: {
      arthur: { mount: null, organizationId: null, settings: { conformance: "documented", maxKeys: 1000 } },
      automox: { mount: null, settings: { maxKeys: 10 } },
      octopus: { mount: null, settings: { maxKeys: null, maxLifetimeDays: null } },
      docspace: { mount: null, settings: { creationsPerQuarterHour: null, portalRegistration: false } },
    },
    url: null,
    apiKey: null,
  })
  expect(config.databaseUrl).toMatch(/^sqlite:\/.*keyward\.db$/)
  expect(Object.isFrozen(config)).toBe(true)
})

test("every value that is read means what it says", () => {
  const config = readConfig({
    KEYWARD_HOST: "::1",
    KEYWARD_PORT: "0",
    KEYWARD_DATA_DIR: "/srv/keyward",
    KEYWARD_TRUSTED_HOPS: "2",
    KEYWARD_PEPPERS: `1:${base64(32)},2:${base64(40)}`,
    KEYWARD_ENCRYPTION_KEYS: `3:${base64(32)}`,
    KEYWARD_ARTHUR_MOUNT: "port:4748",
    KEYWARD_AUTOMOX_MOUNT: "path:/vendors/automox",
    KEYWARD_OCTOPUS_MOUNT: "host:Octopus.example.com",
    KEYWARD_OCTOPUS_MAX_LIFETIME_DAYS: "366",
    KEYWARD_DOCSPACE_CREATIONS_PER_QUARTER_HOUR: "5",
    KEYWARD_DOCSPACE_PORTAL_REGISTRATION: "on",
    PATH: "/bin",
  })
  expect(config).toMatchObject({
    host: "::1",
    port: 0,
    trustedHops: 2,
    databaseUrl: "sqlite:/srv/keyward/keyward.db",
    secretsFile: "/srv/keyward/secrets.json",
    dialects: {
      arthur: { mount: { kind: "port", port: 4748 } },
      automox: { mount: { kind: "path", path: "/vendors/automox" } },
      octopus: { mount: { kind: "host", host: "octopus.example.com" }, settings: { maxLifetimeDays: 366 } },
      docspace: { mount: null, settings: { creationsPerQuarterHour: 5, portalRegistration: true } },
    },
  })
  expect([...(config.peppers?.keys() ?? [])]).toEqual([1, 2])
  expect(config.encryptionKeys?.get(3)).toEqual(Buffer.alloc(32, 7))
})

test("a name that is no setting is a mistake, and every mistake is named at once", () => {
  const environment = { KEYWARD_PROT: "1", KEYWARD_PORT: "x", KEYWARD_LOG_LEVEL: "loud" }
  expect(() => readConfig(environment)).toThrow(ConfigError)
  for (const name of Object.keys(environment)) expect(() => readConfig(environment)).toThrow(name)
  expect(() => describeConfig(environment)).toThrow(ConfigError)
})

describe("a value out of its range", () => {
  test.each([
    ["KEYWARD_PORT", "65535", "65536"],
    ["KEYWARD_PORT", "0", "-1"],
    ["KEYWARD_PORT", "80", "80 "],
    ["KEYWARD_PORT", "80", ""],
    ["KEYWARD_PORT", "80", "0x50"],
    ["KEYWARD_ARTHUR_MOUNT", "", "4748"],
    ["KEYWARD_ARTHUR_MOUNT", "off", "on"],
    ["KEYWARD_ARTHUR_MOUNT", "port:65535", "port:65536"],
    ["KEYWARD_AUTOMOX_MOUNT", "port:0", "port:"],
    ["KEYWARD_AUTOMOX_MOUNT", "path:/a/b_c", "path:/a/"],
    ["KEYWARD_AUTOMOX_MOUNT", "path:/a", "path:/../a"],
    ["KEYWARD_DOCSPACE_MOUNT", "host:files.example.com", "host:files.example.com:443"],
    ["KEYWARD_OCTOPUS_MOUNT", "host:octopus", "path:/octopus"],
    ["KEYWARD_OCTOPUS_MAX_LIFETIME_DAYS", "", "0"],
    ["KEYWARD_AUTOMOX_MAX_KEYS", "1000", "1001"],
    ["KEYWARD_TRUSTED_HOPS", "16", "17"],
    ["KEYWARD_CACHE_KEYS", "1", "0"],
    ["KEYWARD_CACHE_KEYS", "10000000", "10000001"],
    ["KEYWARD_REVOCATION_BOUND_MS", "60000", "60001"],
    ["KEYWARD_REVOCATION_BOUND_MS", "0", "1.5"],
    ["KEYWARD_GUESS_LIMIT", "0", "1000001"],
    ["KEYWARD_USAGE_FLUSH_MS", "100", "99"],
    ["KEYWARD_LOG_LEVEL", "silent", "SILENT"],
    ["KEYWARD_ARTHUR_CONFORMANCE", "observed", "strict"],
    ["KEYWARD_ARTHUR_MAX_KEYS", "1", "0"],
    ["KEYWARD_ARTHUR_ORGANIZATION_ID", "01980a5e-7c1f-7a44-9d0c-3f2b5a6c7d8e", "acme"],
    ["KEYWARD_ARTHUR_ALLOWED_ORIGINS", "https://a.example, https://b.example", "a.example"],
    ["KEYWARD_DATABASE_URL", "postgresql://db/x", "mysql://db/x"],
    ["KEYWARD_URL", "https://keys.example", "keys.example"],
    ["KEYWARD_HOST", "0.0.0.0", ""],
  ])("%s takes %j and not %j", (name, good, bad) => {
    expect(() => readConfig({ [name]: good })).not.toThrow()
    expect(() => readConfig({ [name]: bad })).toThrow(ConfigError)
    expect(() => readConfig({ [name]: bad })).toThrow(name)
  })

  test.each([
    ["KEYWARD_PEPPERS", `1:${base64(31)}`],
    ["KEYWARD_PEPPERS", `0:${base64(32)}`],
    ["KEYWARD_PEPPERS", base64(32)],
    ["KEYWARD_PEPPERS", `1:${base64(32)},`],
    ["KEYWARD_PEPPERS", `1:${base64(32)},1:${base64(33)}`],
    ["KEYWARD_ENCRYPTION_KEYS", `1:${base64(33)}`],
    ["KEYWARD_ENCRYPTION_KEYS", "1:not base64"],
  ])("%s does not take %j, and does not repeat it", (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(name)
    try {
      readConfig({ [name]: value })
    } catch (error) {
      expect(String(error)).not.toContain(value)
    }
  })
})

describe("where dialects are mounted", () => {
  test("a dialect whose clients need the root says so, and what to do instead", () => {
    expect(() => readConfig({ KEYWARD_OCTOPUS_MOUNT: "path:/octopus" })).toThrow(
      'KEYWARD_OCTOPUS_MOUNT "path:/octopus": The clients of Octopus Deploy only work from the root of a host; use port:4750 or host:keys.example.com.',
    )
  })
  test.each([
    ["port:5000", "port:5000"],
    ["host:keys.example.com", "host:KEYS.example.com"],
    ["path:/vendors", "path:/vendors/automox"],
    ["path:/vendors/automox", "path:/vendors"],
  ])("%s and %s are one place, which only one dialect can have", (arthur, automox) => {
    const mounts = { KEYWARD_ARTHUR_MOUNT: arthur, KEYWARD_AUTOMOX_MOUNT: automox }
    expect(() => readConfig(mounts)).toThrow("KEYWARD_ARTHUR_MOUNT and KEYWARD_AUTOMOX_MOUNT")
  })
  test.each([
    ["port:0", "port:0"],
    ["path:/vendors", "path:/vendors2"],
  ])("%s and %s are two", (arthur, automox) => {
    const mounts = { KEYWARD_ARTHUR_MOUNT: arthur, KEYWARD_AUTOMOX_MOUNT: automox }
    expect(() => readConfig(mounts)).not.toThrow()
  })
  test("in development each has a port of its own, unless it is said otherwise", () => {
    const mountsOf = (environment: Record<string, string>) =>
      Object.values(readConfig(environment, true).dialects).map(({ mount }) => mount)
    const on = (port: number) => ({ kind: "port", port })
    expect(mountsOf({})).toEqual([4748, 4749, 4750, 4751].map(on))
    expect(mountsOf({ KEYWARD_PORT: "0", KEYWARD_AUTOMOX_MOUNT: "off" })).toEqual([on(0), null, on(0), on(0)])
  })
})

describe("what is shown", () => {
  test("names every setting once, with what it means and what it is without being set", () => {
    const described = describeConfig({})
    expect(new Set(described.map(({ name }) => name)).size).toBe(described.length)
    for (const { name, value, default: standard, description } of described) {
      expect(name).toMatch(/^KEYWARD_[A-Z_]+$/)
      // What depends on others is shown as it comes out: the folder in full, the file in it.
      if (!["KEYWARD_DATA_DIR", "KEYWARD_DATABASE_URL", "KEYWARD_SECRETS_FILE"].includes(name)) {
        expect([name, value]).toEqual([name, standard])
      }
      expect(description.length).toBeGreaterThan(15)
      expect(() => readConfig({ [name]: standard })).not.toThrow()
    }
  })

  test("holds no secret", () => {
    const secrets = {
      KEYWARD_PEPPERS: `1:${base64(32)}`,
      KEYWARD_ENCRYPTION_KEYS: `1:${base64(32)}`,
      KEYWARD_API_KEY: "keyward_hunter2",
    }
    const shown = JSON.stringify(describeConfig(secrets))
    for (const value of Object.values(secrets)) expect(shown).not.toContain(value)
    expect(shown).not.toContain(base64(32))
  })

  test.each([
    ["KEYWARD_DATABASE_URL", "postgres://user:hunter2@db/keyward"],
    ["KEYWARD_DATABASE_URL", "postgresql://user:hunter2@db:5432/keyward?sslmode=require"],
    ["KEYWARD_DATABASE_URL", "postgres://:hunter2@db/keyward"],
    ["KEYWARD_DATABASE_URL", "postgres://user:p@hunter2@db/keyward"],
    ["KEYWARD_DATABASE_URL", "postgres://user:p:hunter2@db/keyward"],
    ["KEYWARD_DATABASE_URL", "postgres://user:p/hunter2@db/keyward"],
    ["KEYWARD_DATABASE_URL", "postgres://db/keyward?user=u&password=hunter2"],
    ["KEYWARD_DATABASE_URL", "postgres://db/keyward?password=hunter2&user=u"],
    ["KEYWARD_URL", "https://user:hunter2@keys.example"],
  ])("%s holds no password, however it is written: %s", (name, value) => {
    const shown = describeConfig({ [name]: value }).find((setting) => setting.name === name)
    expect(shown?.value).not.toContain("hunter2")
    expect(shown?.value).toMatch(/db|keys\.example/)
  })

  test.each(["sqlite:/srv/a:b@c.db", "postgres://user@db:5432/keyward", "postgres:///keyward"])(
    "what holds no password is shown as it is: %s",
    (value) => {
      const shown = describeConfig({ KEYWARD_DATABASE_URL: value })
      expect(shown.find(({ name }) => name === "KEYWARD_DATABASE_URL")?.value).toBe(value)
    },
  )

  test("a database that cannot be used is not repeated either", () => {
    expect(() => readConfig({ KEYWARD_DATABASE_URL: "mysql://u:hunter2@db" })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("hunter2") }),
    )
  })
})
describe("sessions", () => {
  test("last an hour without use and twelve at most, and browsers come to any host", () => {
    expect(readConfig({})).toMatchObject({
      publicUrl: null,
      sessionLifetime: { idleMs: 3_600_000, absoluteMs: 43_200_000 },
    })
  })

  test("last as long as is set", () => {
    const { sessionLifetime } = readConfig({
      KEYWARD_SESSION_IDLE_MINUTES: "5",
      KEYWARD_SESSION_HOURS: "720",
    })
    expect(sessionLifetime).toEqual({ idleMs: 300_000, absoluteMs: 2_592_000_000 })
  })

  test.each([
    ["KEYWARD_SESSION_IDLE_MINUTES", "4"],
    ["KEYWARD_SESSION_IDLE_MINUTES", "0"],
    ["KEYWARD_SESSION_IDLE_MINUTES", "an hour"],
    ["KEYWARD_SESSION_HOURS", "0"],
    ["KEYWARD_SESSION_HOURS", "721"],
    ["KEYWARD_PUBLIC_URL", "keys.example.com"],
    ["KEYWARD_PUBLIC_URL", "ftp://keys.example.com"],
    ["KEYWARD_PUBLIC_URL", "https://user@keys.example.com"],
    ["KEYWARD_PUBLIC_URL", "https://keys.example.com/?a=b"],
    ["KEYWARD_PUBLIC_URL", "https://keys.example.com/#a"],
  ])("%s=%s is refused by name", (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(ConfigError)
    expect(() => readConfig({ [name]: value })).toThrow(name)
  })

  test("the public URL has no slash at its end", () => {
    const urls = ["https://keys.example.com", "https://keys.example.com/", "HTTPS://Keys.Example.com:443//"]
    expect(urls.map((url) => readConfig({ KEYWARD_PUBLIC_URL: url }).publicUrl)).toEqual(
      urls.map(() => "https://keys.example.com"),
    )
  })
})

test("every setting is described", () => {
  for (const { name, description } of describeConfig({})) {
    expect(name).toMatch(/^KEYWARD_[A-Z_]+$/)
    expect(description.length).toBeGreaterThan(20)
  }
})
