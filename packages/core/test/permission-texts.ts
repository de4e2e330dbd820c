import fc from "fast-check"

/** Names over an alphabet so small that grants and needs meet, nest and miss each other all the time. */
const name = fc
  .array(fc.constantFrom("a", "b", "ab"), { minLength: 1, maxLength: 3 })
  .map((segments) => segments.join("."))
const resource = fc.constantFrom("r", "s")

const pattern = fc.oneof(
  { weight: 4, arbitrary: name },
  { weight: 3, arbitrary: name.map((stem) => `${stem}.*`) },
  { weight: 1, arbitrary: fc.constant("*") },
)
const bound = fc.oneof(
  fc.constant(""),
  resource.map((one) => `:${one}`),
  fc.constant(":*"),
)

export const allowText = fc.tuple(pattern, bound).map(([covers, where]) => covers + where)
export const denyText = allowText.map((text) => `!${text}`)
export const grantText = fc.oneof({ weight: 2, arbitrary: allowText }, { weight: 1, arbitrary: denyText })
export const needText = fc
  .tuple(name, fc.option(resource))
  .map(([permission, where]) => (where === null ? permission : `${permission}:${where}`))
