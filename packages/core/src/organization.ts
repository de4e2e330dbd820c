import type { Instant } from "./time.ts"

/** The tenant. Everything else belongs to exactly one. */
export interface Organization {
  readonly id: string
  /** An integer for dialects that need one; unique in the installation, never given twice. */
  readonly alias: number
  /** 1 to 255 characters. */
  readonly name: string
  readonly createdAt: Instant
  readonly updatedAt: Instant
  readonly revision: number
}
