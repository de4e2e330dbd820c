import fc from "fast-check"
import type { Model, ModelKey } from "./model.ts"
import { compare, type World } from "./world.ts"

/** How often each kind of step came to each outcome. */
export type Tally = Map<string, number>

/** What a step does in the model and in the world; it fails where the two differ, and tells what it came to. */
export type Deed<Subject> = (subject: Subject, model: Model, world: World) => Promise<string>

/** One call of the API, or a step of the clock, after which world and model are compared. */
export class Step implements fc.AsyncCommand<Model, World> {
  readonly #kind: string
  readonly #input: unknown
  readonly #tally: Tally
  readonly #possible: (model: Readonly<Model>) => boolean
  readonly #deed: (model: Model, world: World, tell: (whom: string) => void) => Promise<string>
  #told: string

  constructor(
    kind: string,
    input: unknown,
    tally: Tally,
    possible: (model: Readonly<Model>) => boolean,
    deed: (model: Model, world: World, tell: (whom: string) => void) => Promise<string>,
  ) {
    this.#kind = kind
    this.#input = input
    this.#told = kind
    this.#tally = tally
    this.#possible = possible
    this.#deed = deed
  }

  check(model: Readonly<Model>): boolean {
    return this.#possible(model)
  }

  async run(model: Model, world: World): Promise<void> {
    const input = this.#input === null ? "" : ` ${JSON.stringify(this.#input)}`
    this.#told = `\n  ${this.#kind}${input}`
    const outcome = await this.#deed(model, world, (whom) => {
      this.#told = `\n  ${this.#kind} ${whom}${input}`
    })
    this.#told += `: ${outcome}`
    const name = `${this.#kind}: ${outcome}`
    this.#tally.set(name, (this.#tally.get(name) ?? 0) + 1)
    await compare(model, world)
  }

  /** Each life has steps of its own, so that one that failed can still be told after others were tried. */
  [fc.cloneMethod](): Step {
    return new Step(this.#kind, this.#input, this.#tally, this.#possible, this.#deed)
  }

  toString(): string {
    return this.#told
  }
}

/** A step with one of the keys that there are. @param at which one: the first again after the last */
export function stepWithKey(
  kind: string,
  at: number,
  input: unknown,
  tally: Tally,
  deed: Deed<ModelKey>,
): Step {
  const possible = ({ keys }: Readonly<Model>) => keys.length > 0
  return new Step(kind, input, tally, possible, async (model, world, tell) => {
    const which = at % model.keys.length
    const key = model.keys[which]
    if (!key) throw new Error("There is no key, and the step was taken all the same.")
    tell(`key ${which + 1}`)
    return deed(key, model, world)
  })
}
