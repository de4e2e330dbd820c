import { tellFailure } from "./failure.ts"

/** What one check of `keyward doctor` has found. */
export interface Finding {
  readonly check: string
  readonly result: "ok" | "warn" | "fail"
  readonly detail: string
  /** What to do; null where nothing is wrong. */
  readonly fix: string | null
}

export function ok(check: string, detail: string): Finding {
  return { check, result: "ok", detail, fix: null }
}

export function warn(check: string, detail: string, fix: string): Finding {
  return { check, result: "warn", detail, fix }
}

export function fail(check: string, detail: string, fix: string): Finding {
  return { check, result: "fail", detail, fix }
}

/** What a check that threw has found. */
export function failed(check: string, error: unknown): Finding {
  const { detail, fix } = tellFailure(error).document
  return fail(check, detail, fix)
}
