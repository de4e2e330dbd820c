import { bounds, type JsonObject, type Limit } from "@keyward/contract"
import { type InputError, type Instant, parseTimestamp, type Limit as StoredLimit } from "@keyward/core"
import type { Static } from "typebox"
import { invalid } from "../validation.ts"

/** How the native API reads what a schema alone does not settle. */

/** A timestamp that the schema has already found well-formed. */
export function instantOf(text: string): Instant {
  const instant = parseTimestamp(text)
  if (instant === null) throw new RangeError("The schema let something through that is no timestamp.")
  return instant
}

/** undefined stays: the member is absent; null stays: none. */
export function optionalInstant(text: string | null | undefined): Instant | null | undefined {
  return text === null || text === undefined ? text : instantOf(text)
}

export function limitsOf(limits: readonly Static<typeof Limit>[]): StoredLimit[] {
  return limits.map(({ name, count, window_seconds }) => ({ name, count, windowSeconds: window_seconds }))
}

/** @throws HttpProblem "invalid_input" for metadata that is too large or too deep */
export function checkedMetadata(metadata: JsonObject): JsonObject {
  const errors: InputError[] = []
  const bytes = Buffer.byteLength(JSON.stringify(metadata))
  if (bytes > bounds.metadata.bytes) {
    const message = `The metadata takes ${bytes} bytes as JSON; the limit is ${bounds.metadata.bytes}.`
    errors.push({
      member: "/metadata",
      message,
      fix: "Keep less, or keep it elsewhere and a reference to it here.",
    })
  }
  if (depthOf(metadata) > bounds.metadata.depth) {
    const message = `The metadata is nested deeper than ${bounds.metadata.depth} levels.`
    errors.push({ member: "/metadata", message, fix: "Send a flatter object." })
  }
  if (errors.length > 0) throw invalid(errors)
  return metadata
}

/** RFC 7396: what is absent stays, null removes, objects are merged, everything else is replaced. */
export function mergedMetadata(before: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(before))
  for (const [name, value] of Object.entries(patch)) {
    const old = merged.get(name)
    if (value === null) merged.delete(name)
    else if (isObject(value)) merged.set(name, mergedMetadata(isObject(old) ? old : {}, value))
    else merged.set(name, value)
  }
  return Object.fromEntries(merged)
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}
