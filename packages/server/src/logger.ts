import { type DestinationStream, type Logger, pino } from "pino"
import type { LogLevel } from "./config.ts"

/**
 * JSON lines. What is logged of an error is chosen, not whatever it carries: an engine's error may hold the values of
 * a row. Requests are logged by id, method, route and status; never headers, bodies or query strings.
 * @param destination default: standard output
 */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options = { level, base: null, serializers: { err: describeError } }
  return destination ? pino(options, destination) : pino(options)
}

interface DescribedError {
  readonly type: string
  readonly message: string
  readonly code?: string
  readonly stack?: string
  readonly cause?: DescribedError
}

function describeError(error: unknown): DescribedError {
  if (!(error instanceof Error)) return { type: typeof error, message: "not an error" }
  return {
    type: error.name,
    message: error.message,
    ...("code" in error && typeof error.code === "string" ? { code: error.code } : {}),
    ...(error.stack ? { stack: error.stack } : {}),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  }
}
