/**
 * Compares by Unicode code point, which is the order of the UTF-8 bytes: the one order of text in every store.
 * JavaScript's own `<` compares UTF-16 code units and puts an emoji (U+1F511) before a full-width letter (U+FF21).
 */
export function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** Compares numbers as numbers and text by code point. */
export function compareValues(a: string | number, b: string | number): number {
  return typeof a === "number" && typeof b === "number" ? a - b : compareText(String(a), String(b))
}
