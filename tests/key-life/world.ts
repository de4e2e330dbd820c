import { expect } from "vitest"
import type { NativeServer, Reply } from "../../packages/server/test/http/native-server.ts"
import type { KeyspaceLimit, Model, ModelKey, Said, Verdict } from "./model.ts"
import { changeOfClockAfter } from "./refills.ts"

/** A keyspace of a running server, and what is known there that is no key of it. */
export interface World {
  readonly server: NativeServer
  readonly keyspaceId: string
  /** A service account, by which one of the owners goes. */
  readonly machineId: string
  /** Texts that no key of the organization has, and what each comes to. */
  readonly strangers: Readonly<Record<string, "NOT_FOUND" | "MALFORMED">>
}

/** Where every key may be used from that is bound to a place, unless it is bound to another. */
export const home = { address: "203.0.113.7", origin: "https://app.example.com" }

/** Texts that look like secrets: one of another organization, the same spelt wrong, and what is no key text at all. */
export async function strangersOf(server: NativeServer): Promise<World["strangers"]> {
  const { secret } = await server.neighbour()
  const misspelt = secret.slice(0, -1) + (secret.endsWith("0") ? "1" : "0")
  return { [secret]: "NOT_FOUND", [misspelt]: "MALFORMED", "not a key": "MALFORMED" }
}

let worlds = 0

/** A keyspace without keys, and a service account without any either, in the evening before Berlin's clock is changed. */
export async function newWorld(
  server: NativeServer,
  strangers: World["strangers"],
  recoverable: boolean,
): Promise<World> {
  const { clock } = server
  clock.advance(changeOfClockAfter(clock.now() + eveningBefore) - eveningBefore - clock.now())
  const name = `life ${++worlds}`
  const permissions = ["invoices.read", "invoices.write"].map((permission) => ({ name: permission }))
  const retention = recoverable ? "recoverable" : "digest"
  const keyspace = { name, prefix: "life", permissions, retention }
  const made = await server.ask("/v1/keyspaces", { method: "POST", body: keyspace })
  const machine = await server.ask("/v1/service-accounts", { method: "POST", body: { display_name: name } })
  return { server, keyspaceId: made.json.id, machineId: machine.json.id, strangers }
}

const eveningBefore = 4 * 60 * 60 * 1000

/** Leaves nothing behind that the jobs would still do in the lives to come. */
export async function leave(model: Model, { server }: World): Promise<void> {
  for (const { id, policy, revoked, deletedAt } of model.keys) {
    if (policy.rotation === null || revoked || deletedAt !== null) continue
    expect(outcomeOf(await server.ask(`/v1/keys/${id}/revoke`, { method: "POST", body: {} }))).toBe("ok")
  }
}

/** "ok", or the code of the problem. */
export function outcomeOf({ status, json }: Reply): string {
  return status < 400 ? "ok" : json.code
}

/** What is said of a key, as the API takes it. */
export function bodyOf(said: Said, world: World): Record<string, unknown> {
  const { owner, addresses, origins, notBefore, expiresAt, protected: kept, ...same } = said
  return {
    ...same,
    ...(owner !== undefined && { owner: ownerOf(owner, world) }),
    ...(addresses && { allowed_addresses: addresses }),
    ...(origins && { allowed_origins: origins }),
    ...(notBefore !== undefined && { not_before: printed(notBefore) }),
    ...(expiresAt !== undefined && { expires_at: printed(expiresAt) }),
    ...(kept !== undefined && { delete_protected: kept }),
  }
}

export function limitBodyOf({ overrides, ...same }: KeyspaceLimit, world: World): object {
  return {
    ...same,
    overrides: overrides.map(({ owner, ...numbers }) => ({ ...numbers, owner: ownerOf(owner, world) })),
  }
}

function ownerOf(id: string, { machineId }: World): object {
  return id === "machine" ? { kind: "service_account", id: machineId } : { kind: "external", id }
}

/** What a verification answered, as the model tells it. */
// biome-ignore lint/suspicious/noExplicitAny: an answer is whatever the server sent; the test says what it must be.
export function verdictOf({ code, limits, credits, retry_after_seconds }: any): Verdict {
  const left = limits.map((limit: { name: string; remaining: number }) => [limit.name, limit.remaining])
  return {
    code,
    remaining: Object.fromEntries(left),
    credits: credits ? { remaining: credits.remaining, refillsAt: instantOf(credits.refills_at) } : null,
    retryAfterSeconds: retry_after_seconds ?? null,
  }
}

/** Everything there is to see of the keys is as the model says. */
export async function compare(
  model: Model,
  { server, keyspaceId, machineId, strangers }: World,
): Promise<void> {
  const list = async (query: string) => {
    const { json } = await server.ask(`/v1/keys?keyspace_id=${keyspaceId}&limit=200${query}`)
    return json.items.map(seen).sort(byId)
  }
  const told = (keys: readonly ModelKey[]) => keys.map((key) => expected(model, key, machineId)).sort(byId)
  expect(await list("")).toEqual(told(model.keys.filter(({ deletedAt }) => deletedAt === null)))
  // Most of the time there is none to be seen, and none to be seen wrongly.
  if (model.keys.some(({ deletedAt }) => deletedAt !== null)) {
    expect(await list("&deleted=true")).toEqual(told(model.keys.filter((key) => model.canRestore(key))))
  }

  const asked = { needs: null, ...home, cost: 0, dryRun: true }
  const texts = model.keys.flatMap(({ secrets }, which) =>
    secrets.map(({ text }, at) => ({ secret: `key ${which + 1}, secret ${at + 1}`, text })),
  )
  const verdicts = [
    ...texts.map(({ secret, text }) => ({ secret, ...model.verify(text, asked) })),
    ...Object.values(strangers).map((code) => ({ secret: "a stranger's", ...unknown(code) })),
  ]
  const keys = [...texts.map(({ text }) => text), ...Object.keys(strangers)].map((key) => ({
    key,
    client_ip: home.address,
    origin: home.origin,
    cost: 0,
    dry_run: true,
  }))
  const { json } = await server.ask("/v1/keys/verify-batch", { method: "POST", body: { keys } })
  const answered = json.results.map((result: unknown, at: number) => ({
    secret: verdicts[at]?.secret,
    ...verdictOf(result),
  }))
  expect(answered).toEqual(verdicts)
}

function unknown(code: string): Verdict {
  return { code, remaining: {}, credits: null, retryAfterSeconds: null }
}

/** What of a key a list shows, in the order of `expected`. */
// biome-ignore lint/suspicious/noExplicitAny: an answer is whatever the server sent; the test says what it must be.
function seen(key: any) {
  const { name, id, state, revision, enabled, delete_protected, owner, credits, deleted_at, secrets } = key
  const { not_before, expires_at, permissions, limits, allowed_addresses, allowed_origins } = key
  const { rotation, rotation_due_at } = key
  return {
    ...{ name, id, state, revision, enabled, delete_protected, owner: owner.id },
    credits: credits && { remaining: credits.remaining, refillsAt: instantOf(credits.refills_at) },
    ...{ deleted_at, not_before, expires_at, rotation, rotation_due_at },
    ...{ permissions, limits, allowed_addresses, allowed_origins },
    secrets: secrets.map((secret: { expires_at: string | null }) => secret.expires_at),
  }
}

function expected(model: Model, key: ModelKey, machineId: string) {
  const { policy, credits, id, revision } = key
  return {
    ...{ name: policy.name, id, state: model.state(key), revision, enabled: policy.enabled },
    delete_protected: policy.protected,
    owner: policy.owner === "machine" ? machineId : policy.owner,
    credits: credits && { remaining: credits.remaining, refillsAt: credits.refillsAt },
    deleted_at: printed(key.deletedAt),
    not_before: printed(policy.notBefore),
    expires_at: printed(policy.expiresAt),
    rotation: policy.rotation,
    rotation_due_at: printed(policy.rotation && key.dueAt),
    permissions: policy.permissions,
    limits: policy.limits,
    allowed_addresses: policy.addresses,
    allowed_origins: policy.origins,
    secrets: key.secrets.map(({ endsAt }) => printed(endsAt)),
  }
}

function printed(instant: number | null): string | null {
  return instant === null ? null : new Date(instant).toISOString()
}

function instantOf(text: string | null): number | null {
  return text === null ? null : Date.parse(text)
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1
}
