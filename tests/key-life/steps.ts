import fc from "fast-check"
import { expect } from "vitest"
import { asked, atInstants, caps, keyspaceLimits, overlap, owner, policyPart, wait } from "./inputs.ts"
import {
  type Asked,
  blank,
  type Caps,
  type KeyspaceLimit,
  type Model,
  type ModelKey,
  type Policy,
} from "./model.ts"
import { type Deed, Step, stepWithKey, type Tally } from "./step.ts"
import { bodyOf, home, outcomeOf, verdictOf, type World } from "./world.ts"

const keysAtMost = 5
const index = fc.nat(keysAtMost - 1)

/** Every kind of step; what stands twice is taken as often again. */
export function steps(tally: Tally): fc.Arbitrary<Step>[] {
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

  const update = (kind: string, at: number, change: Partial<Policy>) =>
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
      const outcome = model.mayRotate(key)
      const reply = await server.ask(`/v1/keys/${key.id}/rotate`, { method: "POST", body })
      expect(outcomeOf(reply), "rotate").toBe(outcome)
      if (outcome === "ok") model.rotated(key, seconds === null ? null : seconds * 1000, reply.json.secret)
      return outcome
    })
  }

  const create = (wanted: Partial<Policy>) => {
    const roomLeft = ({ keys }: Readonly<Model>) => keys.length < keysAtMost
    return new Step("create", wanted, tally, roomLeft, async (model, world, tell) => {
      const name = `key ${model.keys.length + 1}`
      tell(name)
      const policy = { ...blank, ...atInstants(wanted, model.now) }
      const outcome = model.mayCreate(policy)
      const body = { keyspace_id: world.keyspaceId, name, ...bodyOf(policy, world) }
      const reply = await world.server.ask("/v1/keys", { method: "POST", body })
      expect(outcomeOf(reply), "create").toBe(outcome)
      if (outcome === "ok") model.created(name, reply.json.id, policy, reply.json.secret)
      return outcome
    })
  }

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

  const setKeyspace = (limits: readonly KeyspaceLimit[], { maxKeys, maxKeysPerOwner, counted }: Caps) => {
    const policy = { max_keys: maxKeys, max_keys_per_owner: maxKeysPerOwner, counted_keys: counted }
    const body = { limits, policy }
    return new Step("set keyspace", body, tally, always, async (model, { server, keyspaceId }) => {
      model.limits = limits
      model.caps = { maxKeys, maxKeysPerOwner, counted }
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
    return new Step("wait until", { next, offset }, tally, possible, async (model, world) => {
      const instants = model.instants()
      const at = instants[next % instants.length] ?? model.now
      return pass(at + offset - model.now, model, world)
    })
  }

  const use = fc
    .tuple(index, fc.integer({ min: 1, max: 3 }), fc.constantFrom(0, 0, 1))
    .map(([at, cost, back]) => verify("use", at, back, { needs: null, ...home, cost, dryRun: false }))
  const rotation = fc.tuple(index, fc.option(overlap)).map(([at, seconds]) => rotate(at, seconds))
  const change = fc.tuple(index, policyPart).map(([at, part]) => update("update", at, part))
  const until = fc
    .tuple(fc.nat(3), fc.constantFrom(-1, 0, 0))
    .map(([next, offset]) => waitUntil(next, offset))
  return [
    ...Array(4).fill(fc.oneof(fc.constant({}), policyPart).map(create)),
    ...Array(4).fill(change),
    fc
      .tuple(index, fc.boolean())
      .map(([at, enabled]) => update(enabled ? "enable" : "disable", at, { enabled })),
    fc.tuple(index, owner).map(([at, to]) => update("transfer", at, { owner: to })),
    index.map(call("revoke", "/revoke", (model, key) => model.revoke(key), {})),
    index.map(call("delete", "", (model, key) => model.delete(key))),
    ...Array(2).fill(index.map(call("restore", "/restore", (model, key) => model.restore(key)))),
    ...Array(3).fill(
      fc
        .tuple(index, fc.integer({ min: 1, max: 9 }))
        .map(([at, amount]) =>
          call("add credits", "/credits", (model, key) => model.addCredits(key, amount), { amount })(at),
        ),
    ),
    ...Array(6).fill(rotation),
    ...Array(3).fill(index.map(call("finish", "/rotation/finish", (model, key) => model.finish(key)))),
    ...Array(3).fill(index.map(call("cancel", "/rotation/cancel", (model, key) => model.cancel(key)))),
    ...Array(2).fill(
      fc.tuple(index, overlap).map(([at, seconds]) => {
        const expected = (model: Model, key: ModelKey) => model.extend(key, seconds * 1000)
        return call("extend", "/rotation/extend", expected, { overlap: `PT${seconds}S` })(at)
      }),
    ),
    ...Array(4).fill(
      fc.tuple(index, fc.nat(3), asked).map(([at, back, question]) => verify("verify", at, back, question)),
    ),
    ...Array(6).fill(use),
    fc.tuple(keyspaceLimits, caps).map(([limits, most]) => setKeyspace(limits, most)),
    fc.constantFrom("suspend" as const, "resume" as const).map(stand),
    wait.map(
      (milliseconds) =>
        new Step("wait", { milliseconds }, tally, always, async (model, world) =>
          pass(milliseconds, model, world),
        ),
    ),
    ...Array(5).fill(until),
  ]
}

function always(): boolean {
  return true
}

function pass(milliseconds: number, model: Model, { server }: World): string {
  model.now += milliseconds
  server.clock.advance(milliseconds)
  return new Date(model.now).toISOString()
}
