import { type Clock, type Instant, later } from "@keyward/core"

/** A clock that stands still until it is moved. */
export interface TestClock extends Clock {
  /** @param milliseconds negative: the clock is set back */
  advance(milliseconds: number): void
}

export function testClock(start = "2026-07-01T23:30:49.068Z"): TestClock {
  let now = Date.parse(start) as Instant
  return {
    now: () => now,
    advance(milliseconds) {
      now = later(now, milliseconds)
    },
  }
}
