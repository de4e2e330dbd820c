/**
 * The first text, by code point, that comes after every text with a prefix; so `prefix <= text < afterPrefix(prefix)`
 * finds exactly those on an index. null: nothing comes after them.
 */
export function afterPrefix(prefix: string): string | null {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0)
  while (points.length > 0) {
    const last = points.pop() ?? 0
    // Surrogates (U+D800 to U+DFFF) are no characters of their own.
    if (last < 0x10ffff) return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1)
  }
  return null
}
