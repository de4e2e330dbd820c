import {
  type Credits,
  type CreditsPatch,
  type NewCredits,
  onUnavailable,
  type Refill,
  refillPeriods,
} from "@keyward/contract"
import { type Command, Option } from "commander"
import { given } from "../given.ts"
import { addCreatingOptions, type CreatingOptions, creationOf } from "./creating.ts"
import { CommandFailure } from "./failure.ts"
import { numberOrNone, wholeNumber } from "./option-text.ts"
import { printKey } from "./print-key.ts"
import { connect } from "./remote.ts"

/** What of a key's credits `keys create` and `keys update` take alike. */
export interface CreditOptions {
  readonly credits?: number
  readonly refill?: number | "none"
  readonly refillMaximum?: number
  readonly refillEvery?: Refill["every"]
  readonly refillOn?: number
  readonly refillAt?: string
  readonly refillZone?: string
  readonly creditsOnUnavailable?: Credits["on_unavailable"]
}

export function addCreditOptions(command: Command): Command {
  return command
    .option("--credits <units>", "what it has to spend: each verification takes its cost", wholeNumber)
    .option("--refill <units>", "how many each refill adds; none: there is none", numberOrNone)
    .option("--refill-maximum <units>", "up to where refills add; default: one refill's", wholeNumber)
    .addOption(new Option("--refill-every <period>", "how often").choices(refillPeriods))
    .option("--refill-on <day>", "day of the week, 1 is Monday, or of the month; default: 1", wholeNumber)
    .option("--refill-at <hh:mm>", "time of day; default: 00:00")
    .option("--refill-zone <name>", "by the clock of which time zone: Europe/Berlin; default: UTC")
    .addOption(
      new Option(
        "--credits-on-unavailable <policy>",
        "while the store cannot count: deny, or allow uncounted; default: deny",
      ).choices(onUnavailable),
    )
}

/** The credits that a change of a key names; undefined: none. */
export function creditsPatchOf(options: CreditOptions): CreditsPatch | undefined {
  const schedule = given({
    amount: options.refill === "none" ? undefined : options.refill,
    maximum: options.refillMaximum,
    every: options.refillEvery,
    on: options.refillOn,
    at: options.refillAt,
    time_zone: options.refillZone,
  })
  const scheduled = Object.keys(schedule).length > 0 ? schedule : undefined
  const patch = given({
    remaining: options.credits,
    refill: options.refill === "none" ? null : scheduled,
    on_unavailable: options.creditsOnUnavailable,
  })
  return Object.keys(patch).length > 0 ? patch : undefined
}

/** The same for a key that is created. @throws CommandFailure where something is missing that only a change can leave out */
export function newCreditsOf(options: CreditOptions): NewCredits | undefined {
  const patch = creditsPatchOf(options)
  if (!patch) return undefined
  const { remaining, refill, ...rest } = patch
  if (remaining === undefined) {
    throw new CommandFailure("usage", "How many credits the key has is not said.", "Add --credits <units>.")
  }
  if (refill === undefined || refill === null) return { remaining, ...rest }
  const { amount, every, ...when } = refill
  if (amount === undefined || every === undefined) {
    const fix = "Add --refill <units> and --refill-every <period>."
    throw new CommandFailure("usage", "A refill has an amount and a period.", fix)
  }
  return { remaining, refill: { amount, every, ...when }, ...rest }
}

/** `keys add-credits` */
export function addCreditCommands(keys: Command): void {
  const add = keys
    .command("add-credits <key-id>")
    .summary("add to what a key has to spend")
    .requiredOption("--amount <units>", "how many more", wholeNumber)
  addCreatingOptions(add).action(addCredits)
}

async function addCredits(
  keyId: string,
  options: CreatingOptions & { readonly amount: number },
): Promise<void> {
  const client = await connect(options)
  await printKey(await client.keys.addCredits(keyId, options.amount, creationOf(options)), options)
}
