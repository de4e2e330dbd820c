import { createReadStream } from "node:fs"
import process from "node:process"
import { createInterface } from "node:readline"
import type { JsonObject } from "@keyward/core"
import { CommandFailure } from "./failure.ts"

/**
 * The events of a file: an event or a page of them (`{"items": […]}`) on each line, or one JSON document over the whole
 * file. Reads no more than it needs, unless it is one document.
 * @param path `-`: standard input
 * @throws CommandFailure for a file that cannot be read or holds something else
 */
export async function* readEvents(path: string): AsyncGenerator<JsonObject, void, undefined> {
  let number = 0
  const whole: string[] = []
  for await (const line of linesOf(path)) {
    number++
    if (line.trim() === "") continue
    const document = whole.length > 0 ? undefined : parseJson(line)
    if (document !== undefined) yield* eventsOf(document, `Line ${number}`)
    else if (number === 1 || whole.length > 0) whole.push(line)
    else throw notEvents(`Line ${number}`)
  }
  if (whole.length > 0) yield* eventsOf(parseJson(whole.join("\n")), "The file")
}

async function* linesOf(path: string): AsyncGenerator<string, void, undefined> {
  const input = path === "-" ? process.stdin : createReadStream(path)
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown"
    throw new CommandFailure("usage", `${path} cannot be read (${code}).`, "Name a file that can be read.")
  }
}

function* eventsOf(document: unknown, where: string): Generator<JsonObject, void, undefined> {
  const items = isObject(document) && Array.isArray(document["items"]) ? document["items"] : document
  for (const event of Array.isArray(items) ? items : [items]) {
    if (!isObject(event)) throw notEvents(where)
    yield event
  }
}

function notEvents(where: string): CommandFailure {
  return new CommandFailure(
    "found",
    `${where} is not an audit event, nor a page of them.`,
    "Give it what `keyward audit export` prints, unchanged.",
  )
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** undefined for text that is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
