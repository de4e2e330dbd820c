import { InvalidArgumentError, Option } from "commander"

/**
 * `--clear <option>`, repeatable: a merge patch in which the members that are named are null.
 * @param members of the patch, by the name of their option
 */
export function clearOption(members: Readonly<Record<string, string>>): Option {
  const names = Object.keys(members).join(", ")
  return new Option("--clear <option>", `empty it, or set it to none (repeatable): ${names}`).argParser(
    (text: string, before: Readonly<Record<string, null>> = {}) => {
      const member = Object.hasOwn(members, text) ? members[text] : undefined
      if (member === undefined) throw new InvalidArgumentError(`It takes one of ${names}.`)
      return { ...before, [member]: null }
    },
  )
}
