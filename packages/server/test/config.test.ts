import { describe, expect, test } from "vitest"
import { ConfigError, describeConfig, readConfig } from "../src/config.ts"

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
