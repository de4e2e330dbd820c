import { describe, expect, test } from "vitest"
import { GuessThrottle } from "../../src/verification/guess-throttle.ts"
import { testClock } from "../test-clock.ts"

function exhausted(source: string, limit = 3) {
  const clock = testClock()
  const throttle = new GuessThrottle(limit)
  for (let guess = 0; guess < limit; guess++) throttle.failed(source, clock.now())
  return { throttle, clock, waitOf: (other: string) => throttle.waitOf(other, clock.now()) }
}

test("a source may fail as often as the limit says, then waits until one more would fit", () => {
  const { waitOf, clock, throttle } = exhausted("192.0.2.1", 60)
  expect(waitOf("192.0.2.1")).toBe(1000)
  clock.advance(999)
  expect(waitOf("192.0.2.1")).toBe(1)
  clock.advance(1)
  expect(waitOf("192.0.2.1")).toBe(0)
  throttle.failed("192.0.2.1", clock.now())
  expect(waitOf("192.0.2.1")).toBe(1000)
})

test("to fail while waiting does not make the wait longer", () => {
  const { waitOf, clock, throttle } = exhausted("192.0.2.1", 60)
  for (let guess = 0; guess < 100; guess++) throttle.failed("192.0.2.1", clock.now())
  expect(waitOf("192.0.2.1")).toBe(1000)
})

test("other sources do not wait", () => {
  const { waitOf } = exhausted("192.0.2.1")
  expect(waitOf("192.0.2.2")).toBe(0)
  expect(waitOf("2001:db8::1")).toBe(0)
})

test("a limit of 0 is none", () => {
  const throttle = new GuessThrottle(0)
  const { now } = testClock()
  for (let guess = 0; guess < 10_000; guess++) throttle.failed("192.0.2.1", now())
  expect(throttle.waitOf("192.0.2.1", now())).toBe(0)
})

describe("one source, written in another way or one of the same holder", () => {
  test.each([
    ["the same /64", "2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff"],
    ["the whole address spelled out", "2001:db8::5", "2001:0db8:0000:0000:0000:0000:0000:0009"],
    ["capitals", "2001:db8:a::1", "2001:DB8:A::2"],
    ["a zone", "fe80::1%eth0", "fe80::2%eth1"],
    ["IPv4 through a socket for both", "192.0.2.1", "::ffff:192.0.2.1"],
    ["IPv4 mapped in hexadecimal", "192.0.2.1", "::ffff:c000:0201"],
    ["the loopback", "::1", "0:0:0:0:0:0:0:2"],
  ])("%s", (_name, one, other) => {
    expect(exhausted(one).waitOf(other)).toBeGreaterThan(0)
    expect(exhausted(other).waitOf(one)).toBeGreaterThan(0)
  })
})

test.each([
  ["2001:db8:0:1::1", "2001:db8:0:2::1"],
  ["2001:db8::1", "2001:db8:0:1::1"],
  ["::ffff:192.0.2.1", "::ffff:192.0.2.2"],
  ["::1", "1::"],
  ["what is: no address", "what is: another"],
])("%s is not %s", (one, other) => {
  expect(exhausted(one).waitOf(other)).toBe(0)
})

test("whoever guesses from more sources than are remembered makes the oldest be forgotten, and no more is kept", () => {
  const { waitOf, throttle, clock } = exhausted("192.0.2.1")
  for (let source = 0; source < 50_000; source++) throttle.failed(`source ${source}`, clock.now())
  expect(waitOf("192.0.2.1")).toBe(0)
  for (let guess = 1; guess < 3; guess++) throttle.failed("source 49999", clock.now())
  expect(waitOf("source 49999")).toBeGreaterThan(0)
})
