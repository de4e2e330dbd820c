import process from "node:process"

// How hard what is shown by repetition is tried. `npm test` tries little of it, and the same each time; the short form of
// `npm run prove` more, and the same each time; its long form that many times over, with other seeds. See scripts/prove.mjs.

const { PROVE_ROUNDS, PROVE_SEEDS } = process.env

/** Whether more is to be shown than `npm test` has time for. */
export const proving = PROVE_ROUNDS !== undefined

/** How often the long form does what the short form does once. */
const rounds = countOf(PROVE_ROUNDS ?? "1")

/** What chance begins with; what is done by chance is done with each of them. */
export const seeds: readonly number[] = (PROVE_SEEDS ?? "20261121").split(",").map(countOf)

/** How often something is done: in `npm test`, and in the short form of `npm run prove`. */
export function times({ quick, proof }: { readonly quick: number; readonly proof: number }): number {
  return proving ? proof * rounds : quick
}

function countOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new RangeError(`"${text}" is no count, nor a seed, of 1 or more.`)
  return Number(text)
}
