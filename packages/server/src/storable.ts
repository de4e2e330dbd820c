/** Whether every store can keep the text as it is. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\u0000")
}
