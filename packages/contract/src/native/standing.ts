import type { TObject } from "typebox"
import { route } from "../route.ts"
import { Removal, RemovalPreview, type ServiceAccount, type User } from "./principal.ts"
import { etag } from "./value.ts"

/** Which of the two directories: users or service accounts. */
interface Directory<Noun extends string, Path extends string, Params extends TObject, Schema> {
  /** Ends the names of the operations: `suspendUser`. */
  readonly noun: Noun
  /** In sentences: `user`. */
  readonly word: string
  readonly tag: string
  /** Of one of them. */
  readonly path: Path
  readonly params: Params
  readonly schema: Schema
}

/** The routes that suspend, resume and remove, alike for users and service accounts. */
export function standingRoutes<
  const Noun extends string,
  const Path extends string,
  Params extends TObject,
  Schema extends typeof User | typeof ServiceAccount,
>({ noun, word, tag, path, params, schema }: Directory<Noun, Path, Params, Schema>) {
  // Only a user can be the last owner.
  const endsOwner = noun === "User" ? (["last_owner"] as const) : ([] as const)
  // Of the keyspaces' policies: whoever takes the keys over may have too many, or some of the same names.
  const capped = ["already_exists", "too_many_keys"] as const
  return {
    suspend: route({
      operationId: `suspend${noun}`,
      method: "POST",
      path: `${path}/suspend`,
      tag,
      summary: `Suspend a ${word}`,
      description:
        "From now on every key of theirs is refused (OWNER_SUSPENDED), and their sessions are ended. Repeating it changes nothing.",
      permission: "members.write",
      params,
      answers: { 200: { description: `The suspended ${word}.`, schema, headers: etag } },
      problems: ["not_found", "grant_exceeds_caller", ...endsOwner],
    }),
    resume: route({
      operationId: `resume${noun}`,
      method: "POST",
      path: `${path}/resume`,
      tag,
      summary: `Resume a suspended ${word}`,
      description: "Their keys work again as before. Repeating it changes nothing.",
      permission: "members.write",
      params,
      answers: { 200: { description: `The ${word}, active again.`, schema, headers: etag } },
      problems: ["not_found", "grant_exceeds_caller"],
    }),
    previewRemoval: route({
      operationId: `preview${noun}Removal`,
      method: "POST",
      path: `${path}/removal-preview`,
      tag,
      summary: `See what removing a ${word} would do`,
      description: "Refuses what the removal itself would refuse, and changes nothing.",
      permission: "members.write",
      repeatable: true,
      params,
      body: Removal,
      answers: { 200: { description: "What would be done.", schema: RemovalPreview } },
      problems: ["not_found", "grant_exceeds_caller", ...endsOwner, ...capped],
    }),
    remove: route({
      operationId: `remove${noun}`,
      method: "POST",
      path: `${path}/remove`,
      tag,
      summary: `Remove a ${word}`,
      description:
        "Deals with their keys by the policy, in the same transaction. From now on they are unknown; their audit events stay.",
      permission: "members.write",
      params,
      body: Removal,
      answers: { 204: { description: `The ${word} is removed.`, schema: null } },
      problems: ["not_found", "grant_exceeds_caller", ...endsOwner, ...capped],
    }),
  }
}
