import type { InputError } from "../failure.ts"
import { type KeyspaceLimit, type Limit, limitRateMaximum } from "../limit/limit.ts"
import { isSameOwner } from "../owner.ts"

/**
 * What is wrong with a list of limits: a name twice, or a limit that could not be decided.
 * @param member the JSON Pointer of the list
 */
export function checkLimits(limits: readonly Limit[], member: string): InputError[] {
  const undecidable = limits.flatMap((limit, at) => undecidableNumbers(limit, `${member}/${at}`))
  return [...undecidable, ...repeatedNames(limits, member)]
}

/** The same of the limits of a keyspace, with what they are for some owners. */
export function checkKeyspaceLimits(limits: readonly KeyspaceLimit[], member: string): InputError[] {
  const overridden = limits.flatMap(({ per, overrides = [] }, at): InputError[] => {
    const own = `${member}/${at}/overrides`
    if (per === "keyspace" && overrides.length > 0) {
      const message = "What all keys of the keyspace consume together is the same for every owner."
      return [{ member: own, message, fix: "Leave the overrides out, or have the limit per owner or key." }]
    }
    return overrides.flatMap((override, place) => {
      const again = overrides.findIndex(({ owner }) => isSameOwner(owner, override.owner)) < place
      const twice: InputError = {
        member: `${own}/${place}/owner`,
        message: "The owner occurs twice.",
        fix: "Name each once.",
      }
      return [...undecidableNumbers(override, `${own}/${place}`), ...(again ? [twice] : [])]
    })
  })
  return [...checkLimits(limits, member), ...overridden]
}

function undecidableNumbers(
  { count, windowSeconds }: Pick<Limit, "count" | "windowSeconds">,
  member: string,
): InputError[] {
  const whole = Number.isSafeInteger(count) && count >= 1
  const lasting = Number.isSafeInteger(windowSeconds) && windowSeconds >= 1
  if (whole && lasting && count <= windowSeconds * limitRateMaximum) return []
  return [
    {
      member,
      message: `A limit is 1 or more in 1 or more seconds, in whole numbers, and at most ${limitRateMaximum} a second.`,
      fix: "Use a smaller count or a longer window, or leave the limit out.",
    },
  ]
}

/** The later ones of those that have the same name. */
export function repeatedNames(named: readonly { readonly name: string }[], member: string): InputError[] {
  const seen = new Set<string>()
  return named.flatMap(({ name }, at) => {
    if (!seen.has(name)) {
      seen.add(name)
      return []
    }
    return [
      {
        member: `${member}/${at}/name`,
        message: `The name "${name}" occurs twice.`,
        fix: "Name each once.",
      },
    ]
  })
}
