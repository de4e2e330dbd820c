import { type Static, Type } from "typebox"
import { bounds } from "../bounds.ts"
import { route } from "../route.ts"
import { input } from "../schema.ts"
import { Key } from "./key.ts"
import { etag, IdempotencyKey, idInput } from "./value.ts"

export type AddedCredits = Static<typeof AddedCredits>
export const AddedCredits = input(
  {
    amount: Type.Integer({
      description: "How many more credits the key has, also beyond the maximum of its refills.",
      minimum: 1,
      maximum: bounds.credits.units,
    }),
  },
  { title: "AddedCredits" },
)

export const addKeyCredits = route({
  operationId: "addKeyCredits",
  method: "POST",
  path: "/v1/keys/{key_id}/credits",
  tag: "Keys",
  summary: "Add to a key's credits",
  description:
    "The revision of the key stays. What its holder spends meanwhile may not be in the answer. To set what is left, change the key.",
  permission: "keys.write",
  params: Type.Object({ key_id: idInput("The key's id.") }),
  headers: IdempotencyKey,
  body: AddedCredits,
  answers: { 200: { description: "The key with its credits.", schema: Key, headers: etag } },
  problems: ["not_found", "key_revoked", "grant_exceeds_caller"],
})
