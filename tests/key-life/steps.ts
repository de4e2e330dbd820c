import fc from "fast-check"
import { expect } from "vitest"
import { scheduledRotation } from "../../packages/server/src/jobs/scheduled-rotation.ts"
import {
  asked,
  atInstants,
  keyspaceLimits,
  overlap,
  owner,
  policyPart,
  rules,
  timed,
  wait,
} from "./inputs.ts"
import type { Asked, KeyspaceLimit, Model, ModelKey, Rules, Said } from "./model.ts"
import { type Deed, Step, stepWithKey, type Tally } from "./step.ts"
import { taskStep } from "./tasks.ts"
import { bodyOf, home, limitBodyOf, outcomeOf, verdictOf, type World } from "./world.ts"

const keysAtMost = 5
const index = fc.nat(keysAtMost - 1)

/**
 * What lives are made of, each kind of step as often as it weighs: all of them, or few, by which one gets further. Under
 * all kinds of circumstances keys are used where little else happens to them; to refills and to rotations on a schedule it
 * comes where time passes.
 */
export function steps(tally: Tally): Readonly<Record<"ofAll" | "ofUse" | "ofTime", fc.Arbitrary<Step>[]>> {
  const withKey = (kind: string, at: number, input: unknown, deed: Deed<ModelKey>) =>
    stepWithKey(kind, at, input, tally, deed)

  /** A call about a key of which the model says what it comes to. */
  const call =
    (kind: string, path: string, expected: (model: Model, key: ModelKey) => string, body?: object) =>
    (at: number) =>
      withKey(kind, at, body ?? null, async (key, model, { server }) => {
        const outcome = expected(model, key)
        const method = path === "" ? "DELETE" : "POST"
        const reply = await server.ask(`/v1/keys/${key.id}${path}`, { method, body })
        expect(outcomeOf(reply), kind).toBe(outcome)
        return outcome
      })

  const update = (kind: string, at: number, change: Said) =>
    withKey(kind, at, change, async (key, model, world) => {
      const dated = atInstants(change, model.now)
      const outcome = model.update(key, dated)
      const reply = await world.server.ask(`/v1/keys/${key.id}`, {
        method: "PATCH",
        body: bodyOf(dated, world),
      })
      expect(outcomeOf(reply), kind).toBe(outcome)
      return outcome
    })

  const rotate = (at: number, seconds: number | null) => {
    const body = seconds === null ? {} : { overlap: `PT${seconds}S` }
    return withKey("rotate", at, body, async (key, model, { server }) => {
      const lasting = seconds === null ? null : seconds * 1000
      const outcome = model.mayRotate(key, lasting)
      const reply = await server.ask(`/v1/keys/${key.id}/rotate`, { method: "POST", body })
      expect(outcomeOf(reply), "rotate").toBe(outcome)
      if (outcome === "ok") model.rotated(key, lasting, reply.json.secret)
      return outcome
    })
  }

  const create = (wanted: Said) => {
    const roomLeft = ({ keys }: Readonly<Model>) => keys.length < keysAtMost
    return new Step("create", wanted, tally, roomLeft, async (model, world) => {
      const said = { name: "a", owner: "ada", ...atInstants(wanted, model.now) }
      const outcome = model.mayCreate(said)
      const body = { keyspace_id: world.keyspaceId, ...bodyOf(said, world) }
      const reply = await world.server.ask("/v1/keys", { method: "POST", body })
      expect(outcomeOf(reply), "create").toBe(outcome)
      if (outcome === "ok") model.created(reply.json.id, said, reply.json.secret)
      return outcome
    })
  }

  /** What is done without being asked: whoever may read the new secrets fetches them. */
  const doRotations = () =>
    new Step("job", null, tally, always, async (model, { server }) => {
      await scheduledRotation.run(server.keyward)
      const due = model.rotationsDue()
      for (const key of due) {
        if (model.recoverable) {
          const body = { reason: "It was rotated." }
          const { json } = await server.ask(`/v1/keys/${key.id}/reveal`, { method: "POST", body })
          model.rotated(key, null, json.secret)
        } else model.toldDue(key)
      }
      return due.length === 0 ? "ok" : model.recoverable ? "rotated" : "told"
    })

  /** Presents one of the secrets that the key ever had. @param back 0: the last one */
  const verify = (kind: string, at: number, back: number, question: Asked) =>
    withKey(kind, at, { ...question, back }, async (key, model, { server }) => {
      const text = key.secrets.at(-1 - (back % key.secrets.length))?.text ?? ""
      const { needs, address, origin, cost, dryRun } = question
      const body = {
        ...{ key: text, cost, dry_run: dryRun },
        ...(needs && { permissions: needs.map((need) => `(${need.join(" and ")})`).join(" or ") }),
        ...(address && { client_ip: address }),
        ...(origin && { origin }),
      }
      const { json } = await server.ask("/v1/keys/verify", { method: "POST", body })
      const verdict = model.verify(text, question)
      expect(verdictOf(json), kind).toEqual(verdict)
      return verdict.code
    })

  const setKeyspace = (limits: readonly KeyspaceLimit[], demanded: Rules) => {
    const policy = {
      max_keys: demanded.maxKeys,
      max_keys_per_owner: demanded.maxKeysPerOwner,
      counted_keys: demanded.counted,
      unique_names: demanded.uniqueNames,
      expiry_required: demanded.expiryRequired,
      max_lifetime_seconds: demanded.maxLifetime,
      default_lifetime_seconds: demanded.defaultLifetime,
      max_overlap_seconds: demanded.maxOverlap,
    }
    const input = { limits, ...demanded }
    return new Step("set keyspace", input, tally, always, async (model, world) => {
      model.limits = limits
      model.rules = demanded
      const { server, keyspaceId } = world
      const printed = limits.map((limit) => limitBodyOf(limit, world))
      const body = { limits: printed, policy, rotation: demanded.rotation }
      const reply = await server.ask(`/v1/keyspaces/${keyspaceId}`, { method: "PATCH", body })
      expect(outcomeOf(reply)).toBe("ok")
      return "ok"
    })
  }

  const stand = (verb: "suspend" | "resume") =>
    new Step(`${verb} machine`, null, tally, always, async (model, { server, machineId }) => {
      if (verb === "suspend") model.suspended.add("machine")
      else model.suspended.delete("machine")
      const reply = await server.ask(`/v1/service-accounts/${machineId}/${verb}`, { method: "POST" })
      expect(outcomeOf(reply)).toBe("ok")
      return "ok"
    })

  /** Exactly to one of the next instants at which something happens by itself, or to just before. */
  const waitUntil = (next: number, offset: number) => {
    const possible = (model: Readonly<Model>) => model.instants().length > 0
    return new Step("wait", { next, offset }, tally, possible, async (model, world, tell) => {
      const instants = model.instants()
      const at = instants[next % instants.length] ?? model.now
      return pass(at + offset - model.now, model, world, tell)
    })
  }

  const extend = (at: number, seconds: number) => {
    const expected = (model: Model, key: ModelKey) => model.extend(key, seconds * 1000)
    return call("extend", "/rotation/extend", expected, { overlap: `PT${seconds}S` })(at)
  }
  const addCredits = (at: number, amount: number) =>
    call("add credits", "/credits", (model, key) => model.addCredits(key, amount), { amount })(at)
  const waitFor = (milliseconds: number) =>
    new Step("wait", { milliseconds }, tally, always, async (model, world, tell) =>
      pass(milliseconds, model, world, tell),
    )

  const kinds = {
    create: fc.oneof(fc.constant({}), policyPart).map(create),
    createTimed: timed.map(create),
    update: fc.tuple(index, policyPart).map(([at, part]) => update("update", at, part)),
    updateTimed: fc.tuple(index, timed).map(([at, part]) => update("update", at, part)),
    able: fc
      .tuple(index, fc.boolean())
      .map(([at, enabled]) => update(enabled ? "enable" : "disable", at, { enabled })),
    transfer: fc.tuple(index, owner).map(([at, to]) => update("transfer", at, { owner: to })),
    revoke: index.map(call("revoke", "/revoke", (model, key) => model.revoke(key), {})),
    delete: index.map(call("delete", "", (model, key) => model.delete(key))),
    restore: index.map(call("restore", "/restore", (model, key) => model.restore(key))),
    addCredits: fc.tuple(index, fc.integer({ min: 1, max: 9 })).map(([at, amount]) => addCredits(at, amount)),
    rotate: fc.tuple(index, fc.option(overlap)).map(([at, seconds]) => rotate(at, seconds)),
    finish: index.map(call("finish", "/rotation/finish", (model, key) => model.finish(key))),
    cancel: index.map(call("cancel", "/rotation/cancel", (model, key) => model.cancel(key))),
    extend: fc.tuple(index, fc.oneof(overlap, fc.constant(9000))).map(([at, seconds]) => extend(at, seconds)),
    job: fc.constant(null).map(doRotations),
    task: taskStep(tally),
    verify: fc
      .tuple(index, fc.nat(3), asked)
      .map(([at, back, question]) => verify("verify", at, back, question)),
    use: fc
      .tuple(index, fc.integer({ min: 1, max: 3 }), fc.constantFrom(0, 0, 1))
      .map(([at, cost, back]) => verify("use", at, back, { needs: null, ...home, cost, dryRun: false })),
    setKeyspace: fc.tuple(keyspaceLimits, rules).map(([limits, demanded]) => setKeyspace(limits, demanded)),
    stand: fc.constantFrom("suspend" as const, "resume" as const).map(stand),
    wait: wait.map(waitFor),
    waitUntil: fc
      .tuple(fc.nat(3), fc.constantFrom(-1, 0, 0))
      .map(([next, offset]) => waitUntil(next, offset)),
  }
  const weighted = (weights: Partial<Record<keyof typeof kinds, number>>) =>
    Object.entries(weights).flatMap(([kind, weight]) =>
      Array<fc.Arbitrary<Step>>(weight).fill(kinds[kind as keyof typeof kinds]),
    )
  return {
    ofAll: weighted({
      ...{ create: 4, update: 4, able: 1, transfer: 1, revoke: 1, delete: 1, restore: 2, addCredits: 1 },
      ...{ rotate: 6, finish: 4, cancel: 3, extend: 5, job: 1, verify: 6, use: 6 },
      ...{ setKeyspace: 1, stand: 2, wait: 1, waitUntil: 5, task: 2 },
    }),
    ofUse: weighted({
      ...{ create: 4, update: 8, able: 2, transfer: 2, revoke: 1, delete: 2, restore: 1, stand: 3 },
      ...{ verify: 12, use: 4, setKeyspace: 1, waitUntil: 2 },
    }),
    ofTime: weighted({
      ...{ createTimed: 4, updateTimed: 2, able: 1, delete: 1, restore: 2, addCredits: 1, setKeyspace: 1 },
      ...{ rotate: 2, finish: 1, cancel: 2, job: 6, use: 6, wait: 2, waitUntil: 12 },
    }),
  }
}

function always(): boolean {
  return true
}

function pass(milliseconds: number, model: Model, { server }: World, tell: (until: string) => void): string {
  const refills = model.pass(milliseconds)
  server.clock.advance(milliseconds)
  tell(`until ${new Date(model.now).toISOString()}`)
  return refills > 0 ? "refilled" : "ok"
}
