import type { Key } from "../key/key.ts"
import type { Owner } from "../owner.ts"
import type { Store } from "../store/store.ts"

/** Most UTF-16 code units of a name that is given here; so it is no longer than a name may be, however that is counted. */
export const nameMaximum = 255

/** How many older keys of the same name are told apart. */
const namesakesMaximum = 1000

/** How many names are looked up at a time. */
const chunk = 50

/**
 * Finds names for keys whose own an older key has: that name with the lowest free number, `build 2`. Of several the oldest
 * gets the lowest, so which number a key gets does not depend on whether newer ones have theirs already. A key with a
 * thousand namesakes before it gets its alias for a number, so that one name costs no more than that.
 */
export class FreeNames {
  readonly #store: Store
  /** Given by now, by owner: whether they were stored since makes no difference. */
  readonly #given = new Map<string, Set<string>>()

  constructor(store: Store) {
    this.#store = store
  }

  async nameFor({ id, alias, organizationId, keyspaceId, owner, name }: Key): Promise<string> {
    const namesakes = await this.#store.olderNamesakes(organizationId, [id], namesakesMaximum)
    const older = namesakes.get(id) ?? 1
    const given = this.#givenTo(owner)
    let [number, wanted] = older < namesakesMaximum ? [2, older] : [alias, 1]
    for (;;) {
      const first = number
      const names = Array.from({ length: chunk }, (_, at) => numbered(name, first + at))
      const taken = await this.#store.takenNames(organizationId, keyspaceId, owner, names)
      for (const free of names.filter((one) => !taken.has(one) && !given.has(one))) {
        wanted--
        if (wanted > 0) continue
        given.add(free)
        return free
      }
      number += chunk
    }
  }

  #givenTo({ kind, id }: Owner): Set<string> {
    const owner = `${kind} ${id}`
    const given = this.#given.get(owner) ?? new Set()
    this.#given.set(owner, given)
    return given
  }
}

/** The name with a number, shortened where it would be too long. */
function numbered(name: string, number: number): string {
  const end = ` ${number}`
  const start = name.slice(0, nameMaximum - end.length)
  // A character of two units is left out whole.
  return `${start.isWellFormed() ? start : start.slice(0, -1)}${end}`
}
