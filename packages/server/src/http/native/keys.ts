import * as contract from "@keyward/contract"
import {
  type Instant,
  type Key,
  type KeyFilter,
  type KeyPatch,
  keyOrder,
  later,
  printTimestamp,
} from "@keyward/core"
import type { FastifyInstance } from "fastify"
import type { Keyward } from "../../keyward.ts"
import type { Authenticate } from "../authentication.ts"
import { serve } from "../serve.ts"
import { invalid } from "../validation.ts"
import { isKeyPosition, pageOf, printPage } from "./page.ts"
import { printKey } from "./print.ts"
import {
  blindSecretOf,
  checkedMetadata,
  creditsOf,
  instantOf,
  keyFilterOf,
  limitsOf,
  mergedMetadata,
  optionalInstant,
  optionalSchedule,
} from "./read.ts"
import { expectedRevision, sendRevision } from "./revision.ts"

export function serveKeys(app: FastifyInstance, keyward: Keyward, authenticate: Authenticate): void {
  const { authority } = keyward
  const { clock } = keyward.deps

  serve(app, contract.createKey, authenticate, async ({ caller, body, reply }) => {
    const { key, secret } = await authority.createKey(caller, {
      keyspaceId: body.keyspace_id,
      name: body.name,
      owner: body.owner,
      permissions: body.permissions,
      roles: body.roles,
      tags: body.tags,
      metadata: body.metadata && checkedMetadata(body.metadata),
      limits: body.limits && limitsOf(body.limits),
      credits: creditsOf(body.credits, null),
      allowedAddresses: body.allowed_addresses,
      allowedOrigins: body.allowed_origins,
      notBefore: optionalInstant(body.not_before),
      expiresAt: optionalInstant(body.expires_at),
      rotation: optionalSchedule(body.rotation),
      enabled: body.enabled,
      deleteProtected: body.delete_protected,
      digest: blindSecretOf(body),
    })
    sendRevision(reply, key)
    reply.header("location", `/v1/keys/${key.id}`).header("cache-control", "no-store")
    // As it was when it was made, which is what a repetition of the call is answered too.
    return { ...printKey(key, key.createdAt), secret }
  })

  serve(app, contract.listKeys, authenticate, async ({ caller, query }) => {
    const filter = filterOf(query)
    const order = query.deleted ? "deleted_at" : keyOrder(filter)
    const list = `keys by ${order}`
    const page = pageOf(query, list, isKeyPosition(order))
    const now = clock.now()
    const keys = await (query.deleted
      ? authority.deletedKeys(caller, filter, page)
      : authority.keys(caller, filter, page))
    return printPage(keys, list, (key) => printKey(key, now))
  })

  serve(app, contract.readKey, authenticate, async ({ caller, params, query, reply }) => {
    const key = await (query.deleted
      ? authority.deletedKey(caller, params.key_id)
      : authority.key(caller, params.key_id))
    sendRevision(reply, key)
    return printKey(key, clock.now())
  })

  serve(app, contract.updateKey, authenticate, async ({ caller, params, body, request, reply }) => {
    const change = (before: Key) => patchOf(body, before)
    const key = await authority.updateKey(caller, params.key_id, change, expectedRevision(request))
    sendRevision(reply, key)
    return printKey(key, clock.now())
  })

  serve(app, contract.deleteKey, authenticate, async ({ caller, params, request }) => {
    await authority.deleteKey(caller, params.key_id, expectedRevision(request))
    return undefined
  })

  serve(app, contract.restoreKey, authenticate, async ({ caller, params, body, request, reply }) => {
    const key = await authority.restoreKey(caller, params.key_id, expectedRevision(request), body.owner)
    sendRevision(reply, key)
    return printKey(key, clock.now())
  })

  serve(app, contract.revokeKey, authenticate, async ({ caller, params, body, reply }) => {
    const revocation = { reason: body.reason ?? "unspecified", note: body.note ?? null }
    const key = await authority.revokeKey(caller, params.key_id, revocation)
    sendRevision(reply, key)
    return printKey(key, clock.now())
  })

  serve(app, contract.addKeyCredits, authenticate, async ({ caller, params, body, reply }) => {
    const { key, at } = await authority.addCredits(caller, params.key_id, body.amount)
    sendRevision(reply, key)
    return printKey(key, at)
  })

  serve(app, contract.revealKey, authenticate, async ({ caller, params, body, reply }) => {
    const { key, secret } = await authority.revealKey(caller, params.key_id, body.reason)
    reply.header("cache-control", "no-store")
    return { key_id: key.id, secret }
  })

  serve(app, contract.readKeyUsage, authenticate, async ({ caller, params, query }) => {
    const { from, to } = spanOf(query, clock.now())
    const counts = await authority.keyUsage(caller, params.key_id, from, to)
    return {
      key_id: params.key_id,
      from: printTimestamp(from),
      to: printTimestamp(to),
      items: counts.map(({ hour, outcome, count }) => ({ hour: printTimestamp(hour), outcome, count })),
    }
  })
}

function filterOf(query: contract.Query<typeof contract.listKeys>): KeyFilter {
  const { owner_kind: kind, owner_id: id } = query
  if ((kind === undefined) !== (id === undefined)) {
    const member = kind === undefined ? "query.owner_kind" : "query.owner_id"
    throw invalid([
      { member, message: "An owner is a kind and an id.", fix: "Send owner_kind and owner_id together." },
    ])
  }
  return {
    ...keyFilterOf(query),
    owner: kind !== undefined && id !== undefined ? { kind, id } : undefined,
  }
}

/** A JSON Merge Patch (RFC 7396) as a change of the key as it is: absent stays, null clears, metadata is merged. */
function patchOf(body: contract.Body<typeof contract.updateKey>, before: Key): KeyPatch {
  const listOr = <Item>(list: readonly Item[] | null | undefined) => (list === null ? [] : list)
  return {
    name: body.name,
    owner: body.owner,
    permissions: listOr(body.permissions),
    roles: listOr(body.roles),
    tags: listOr(body.tags),
    metadata: body.metadata === null ? {} : body.metadata && mergedMetadata(before.metadata, body.metadata),
    limits: body.limits === undefined ? undefined : limitsOf(body.limits ?? []),
    credits: creditsOf(body.credits, before.credits),
    allowedAddresses: listOr(body.allowed_addresses),
    allowedOrigins: listOr(body.allowed_origins),
    notBefore: optionalInstant(body.not_before),
    expiresAt: optionalInstant(body.expires_at),
    rotation: optionalSchedule(body.rotation),
    enabled: body.enabled,
    deleteProtected: body.delete_protected,
  }
}

const hourMs = 3_600_000

function spanOf(
  query: contract.Query<typeof contract.readKeyUsage>,
  now: Instant,
): { readonly from: Instant; readonly to: Instant } {
  const { defaultHours, maximumHours } = contract.bounds.usage
  const to = query.to === undefined ? now : instantOf(query.to)
  const from = query.from === undefined ? later(to, -defaultHours * hourMs) : instantOf(query.from)
  if (to - from > maximumHours * hourMs || from > to) {
    const message = `From \`from\` to \`to\` is 0 to ${maximumHours} hours.`
    throw invalid([
      { member: "query.from", message, fix: "Ask for a shorter span, and for more than one if need be." },
    ])
  }
  return { from, to }
}
