import { type Need, parseNeed, printNeed } from "./grammar.ts"
import type { Holder } from "./set.ts"

/** What a verification asks for: needs joined by `and` and `or`; `and` binds tighter. */
export type PermissionQuery =
  | { readonly kind: "need"; readonly need: Need }
  | { readonly kind: "and" | "or"; readonly parts: readonly PermissionQuery[] }

/** Longest query, in characters, and deepest nesting of parentheses. */
export const queryMaximum = 1000
export const queryDepth = 16

/**
 * Reads `invoices.read and (invoices.write:inv_42 or admin.invoices)`. The words are not case-sensitive.
 * @returns the query, or a sentence that says what is wrong and at which character (from 1)
 */
export function parseQuery(text: string): PermissionQuery | { readonly error: string } {
  if (text.length > queryMaximum) return { error: `The query is longer than ${queryMaximum} characters.` }
  const tokens = [...text.matchAll(/[()]|[^\s()]+/g)].map((match) => ({
    text: match[0],
    at: match.index + 1,
  }))
  let next = 0
  try {
    const query = alternatives(0)
    const rest = tokens[next]
    return rest ? { error: `Expected "and" or "or" at character ${rest.at}.` } : query
  } catch (error) {
    if (error instanceof QueryError) return { error: error.message }
    throw error
  }

  function alternatives(depth: number): PermissionQuery {
    return joined("or", () => joined("and", () => single(depth)))
  }

  function joined(word: "and" | "or", part: () => PermissionQuery): PermissionQuery {
    const first = part()
    const parts = [first]
    while (tokens[next]?.text.toLowerCase() === word) {
      next++
      parts.push(part())
    }
    return parts.length === 1 ? first : { kind: word, parts }
  }

  function single(depth: number): PermissionQuery {
    const token = tokens[next]
    if (!token) throw new QueryError("The query ends where a permission was expected.")
    next++
    if (token.text === "(") {
      if (depth === queryDepth) throw new QueryError(`Parentheses are nested deeper than ${queryDepth}.`)
      const inner = alternatives(depth + 1)
      const end = tokens[next]
      if (!end) throw new QueryError(`The "(" at character ${token.at} is not closed.`)
      if (end.text !== ")") throw new QueryError(`Expected "and", "or" or ")" at character ${end.at}.`)
      next++
      return inner
    }
    const need = parseNeed(token.text)
    if (!need) throw new QueryError(`Expected a permission at character ${token.at}.`)
    return { kind: "need", need }
  }
}

class QueryError extends Error {}

/**
 * The needs that keep `query` from holding: none when it holds. Of alternatives that all fail, the one that lacks
 * least is named (the first of equals), so that granting exactly these would be enough.
 */
export function missingFor(query: PermissionQuery, held: Holder): string[] {
  switch (query.kind) {
    case "need":
      return held.allows(query.need) ? [] : [printNeed(query.need)]
    case "and":
      return [...new Set(query.parts.flatMap((part) => missingFor(part, held)))]
    case "or":
      return query.parts
        .map((part) => missingFor(part, held))
        .reduce((least, missing) => (missing.length < least.length ? missing : least))
  }
}
