import fc from "fast-check"
import { expect } from "vitest"
import { atInstants, owner } from "./inputs.ts"
import type { Model, ModelKey, Said } from "./model.ts"
import { Step, type Tally } from "./step.ts"
import { bodyOf, outcomeOf, type World } from "./world.ts"

/** Which keys a task is about: all for which this holds. */
interface Matching {
  readonly owner?: string
  readonly state?: string
  readonly name?: string
}

type Action = "revoke" | Pick<Said, "enabled" | "owner" | "expiresAt">

/** What a task came to with one key: the result, and the problem where it was refused. */
type Result = readonly [keyId: string, result: string, problem: string | null]

const matching: fc.Arbitrary<Matching> = fc.record(
  {
    owner,
    state: fc.constantFrom("active", "active", "disabled", "expired", "revoked"),
    name: fc.constantFrom("a", "b"),
  },
  { requiredKeys: [] },
)

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.constantFrom("revoke" as const),
  fc.constantFrom({ enabled: true }, { enabled: false }),
  owner.map((to) => ({ owner: to })),
  fc.option(fc.integer({ min: -1, max: 40 })).map((seconds) => ({ expiresAt: seconds && seconds * 1000 })),
)

/** Has many keys changed at once, of which the model does one after another what the single call does. */
export function taskStep(tally: Tally): fc.Arbitrary<Step> {
  return fc.tuple(matching, action, fc.boolean()).map(
    ([match, wanted, dryRun]) =>
      new Step(
        dryRun ? "dry run" : "task",
        { match, action: wanted },
        tally,
        always,
        async (model, world) => {
          const { server, keyspaceId } = world
          const change = wanted === "revoke" ? wanted : atInstants(wanted, model.now)
          const { name, owner: theirs, ...filter } = match
          const created = await server.ask("/v1/tasks", {
            method: "POST",
            body: {
              filter: {
                ...{ keyspace_id: keyspaceId, ...filter, ...(name && { name_prefix: name }) },
                ...(theirs && bodyOf({ owner: theirs }, world)),
              },
              action: actionBodyOf(change, world),
              dry_run: dryRun,
            },
          })
          const past =
            change !== "revoke" &&
            change.expiresAt !== undefined &&
            (change.expiresAt ?? Infinity) <= model.now
          expect(outcomeOf(created)).toBe(past ? "invalid_input" : "ok")
          if (past) return "invalid_input"
          await server.workOnTasks()
          const path = `/v1/tasks/${created.json.id}`
          const { json } = await server.ask(`${path}/results?limit=200`)
          const results: Result[] = json.items.map(
            ({ key_id, result, problem }: { key_id: string; result: string; problem: { code: string } }) => [
              key_id,
              result,
              problem?.code ?? null,
            ],
          )
          const expected = resultsOf(model, match, change, dryRun)
          expect(results).toEqual(expected.toSorted(byKey))
          const task = await server.ask(path)
          const count = (kind: string) => expected.filter(([, result]) => result === kind).length
          const counts = {
            changed: count("changed"),
            unchanged: count("unchanged"),
            refused: count("refused"),
          }
          expect(task.json).toMatchObject({ state: "finished", counts })
          return counts.changed > 0 ? "ok" : "nothing"
        },
      ),
  )
}

/** The newest key first; each as it is when it is come to. */
function resultsOf(
  model: Model,
  match: Matching,
  change: "revoke" | Said,
  dryRun: boolean,
): readonly Result[] {
  const results: Result[] = []
  for (const key of model.keys.toSorted((a, b) => (a.id < b.id ? 1 : -1))) {
    if (!isMatched(model, key, match)) continue
    const before = { ...key }
    const outcome = change === "revoke" ? model.revoke(key) : model.update(key, change)
    const same = key.revoked === before.revoked && isDeepSame(key.policy, before.policy)
    if (same || dryRun) Object.assign(key, before)
    const refused = outcome !== "ok"
    const result = refused ? "refused" : same ? "unchanged" : "changed"
    results.push([key.id, result, refused ? outcome : null])
  }
  return results
}

function isMatched(model: Model, key: ModelKey, { owner, state, name }: Matching): boolean {
  return (
    key.deletedAt === null &&
    (owner === undefined || key.policy.owner === owner) &&
    (state === undefined || model.state(key) === state) &&
    (name === undefined || key.policy.name === name)
  )
}

function actionBodyOf(change: "revoke" | Said, world: World): object {
  if (change === "revoke") return { kind: "revoke" }
  if (change.enabled !== undefined) return { kind: change.enabled ? "enable" : "disable" }
  return { kind: change.owner === undefined ? "set_expiry" : "transfer", ...bodyOf(change, world) }
}

function byKey([a]: Result, [b]: Result): number {
  return a < b ? -1 : 1
}

function isDeepSame(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function always(): boolean {
  return true
}
