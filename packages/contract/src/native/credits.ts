import { type Static, Type } from "typebox"
import { bounds } from "../bounds.ts"
import { input, nullable, oneOf } from "../schema.ts"
import { timestamp } from "./value.ts"

export const refillPeriods = ["day", "week", "month"] as const
export const onUnavailable = ["deny", "allow"] as const

const refillMembers = {
  amount: Type.Integer({
    description: "Credits that each refill adds.",
    minimum: 1,
    maximum: bounds.credits.units,
  }),
  maximum: Type.Integer({
    description:
      "A refill adds no more than up to here, and takes nothing away that was added above it. Default: `amount`.",
    minimum: 1,
    maximum: bounds.credits.units,
  }),
  every: oneOf(refillPeriods, { description: "How often there is a refill." }),
  on: Type.Integer({
    description:
      "On which day of the week, 1 (Monday) to 7, or of the month, 1 to 31, the last one where the month is shorter. Default: 1, as it is for `day`.",
    minimum: 1,
    maximum: 31,
  }),
  at: Type.String({
    description:
      "At which time of day, by the clock of `time_zone`. A time that a change of the clock skips is the end of what is skipped; of one that it repeats the first counts. Default: `00:00`.",
    pattern: "^([01][0-9]|2[0-3]):[0-5][0-9]$",
  }),
  time_zone: Type.String({
    description: "A time zone's name in the IANA database: `Europe/Berlin`. Default: `UTC`.",
    minLength: 1,
    maxLength: bounds.credits.zoneLength,
  }),
}

export type Refill = Static<typeof Refill>
export const Refill = Type.Object(refillMembers, {
  title: "Refill",
  description: "When a key is given credits, and how many.",
})

const { amount, every } = refillMembers
const refillDefaults = {
  maximum: Type.Optional(refillMembers.maximum),
  on: Type.Optional(refillMembers.on),
  at: Type.Optional(refillMembers.at),
  time_zone: Type.Optional(refillMembers.time_zone),
}

const creditMembers = {
  remaining: Type.Integer({
    description: "Credits that are left.",
    minimum: 0,
    maximum: bounds.credits.units,
  }),
  on_unavailable: oneOf(onUnavailable, {
    description:
      "What a verification comes to while the store, which counts the credits, does not answer: no decision (`deny`: 503), or the one without credits, uncounted (`allow`). Default: `deny`.",
  }),
}

export type Credits = Static<typeof Credits>
export const Credits = Type.Object(
  {
    ...creditMembers,
    refills_at: nullable(timestamp("The next refill; null: there is none.")),
    refill: nullable(Refill, "When there are more; null: never by themselves."),
  },
  {
    title: "Credits",
    description:
      "What a key has to spend: each accepted verification takes its cost. Use changes `remaining` and `refills_at`, and not the key's revision.",
  },
)

const refill = "When there are more; null: never by themselves."

export type NewCredits = Static<typeof NewCredits>
export const NewCredits = input(
  {
    remaining: creditMembers.remaining,
    refill: Type.Optional(
      nullable(
        input({ amount, every, ...refillDefaults }, { title: "NewRefill" }),
        `${refill} Default: null.`,
      ),
    ),
    on_unavailable: Type.Optional(creditMembers.on_unavailable),
  },
  { title: "NewCredits", description: "What a key is given to spend." },
)

export type CreditsPatch = Static<typeof CreditsPatch>
export const CreditsPatch = input(
  {
    remaining: Type.Optional(creditMembers.remaining),
    refill: Type.Optional(
      nullable(
        input(
          { amount: Type.Optional(amount), every: Type.Optional(every), ...refillDefaults },
          { title: "RefillPatch" },
        ),
        `${refill} Merged member by member.`,
      ),
    ),
    on_unavailable: Type.Optional(creditMembers.on_unavailable),
  },
  {
    title: "CreditsPatch",
    description:
      "A JSON Merge Patch of a key's credits: what is left stays unless `remaining` is sent, which a key without credits needs.",
  },
)
