/**
 * When credits are refilled, counted out minute by minute, by clocks that follow one rule each: UTC, and Berlin's, which is
 * an hour ahead of it, and two from the last Sunday of March, 01:00 UTC, to that of October.
 */

export interface ModelRefill {
  readonly amount: number
  readonly maximum: number
  readonly every: "day" | "week" | "month"
  readonly on: number
  readonly at: string
  readonly time_zone: "UTC" | "Europe/Berlin"
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** The first refill after an instant: the first minute of its day that is not before its time of day. */
export function refillAfter(refill: ModelRefill, instant: number): number {
  const summers = refill.time_zone === "UTC" ? [] : summersAround(instant)
  const winterOffset = refill.time_zone === "UTC" ? 0 : hour
  const time = Date.parse(`1970-01-01T${refill.at}Z`)
  let last = Number.NEGATIVE_INFINITY
  // From some time before, so as to know of which day the time has come already.
  for (let at = instant - (instant % minute) - 2 * day; ; at += minute) {
    const shown = at + winterOffset + (summers.some(([from, to]) => from <= at && at < to) ? hour : 0)
    const date = Math.floor(shown / day)
    if (date === last || shown - date * day < time) continue
    last = date
    if (at > instant && isOn(refill, date)) return at
  }
}

/** When Berlin's clock is changed next. */
export function changeOfClockAfter(instant: number): number {
  return (
    summersAround(instant)
      .flat()
      .find((change) => change > instant) ?? Number.NaN
  )
}

/** From when to when it is summer in Berlin, from the year before to the one after. */
function summersAround(instant: number): [from: number, to: number][] {
  const year = new Date(instant).getUTCFullYear()
  return [year - 1, year, year + 1].map((one) => [lastSunday(one, 3), lastSunday(one, 10)])
}

/** 01:00 UTC of it. @param month 1 to 12, of 31 days */
function lastSunday(year: number, month: number): number {
  const last = new Date(Date.UTC(year, month - 1, 31, 1))
  return last.getTime() - last.getUTCDay() * day
}

/** @param date days since 1970-01-01, which was a Thursday */
function isOn({ every, on }: ModelRefill, date: number): boolean {
  if (every === "day") return true
  if (every === "week") return ((date + 3) % 7) + 1 === on
  const [today, tomorrow] = [date, date + 1].map((one) => new Date(one * day).getUTCDate())
  return today === on || (tomorrow === 1 && (today ?? 0) < on)
}
