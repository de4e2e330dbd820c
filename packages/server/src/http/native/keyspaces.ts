import * as contract from "@keyward/contract"
import { type KeyspacePolicy, openPolicy, type Patch } from "@keyward/core"
import type { FastifyInstance } from "fastify"
import type { Keyward } from "../../keyward.ts"
import type { Authenticate } from "../authentication.ts"
import { serve } from "../serve.ts"
import { isKeyPosition, isTimePosition, pageOf, printPage } from "./page.ts"
import { printKeyspace, printRemediedKey, printViolatingKey } from "./print.ts"
import { keyspaceLimitsOf, optionalSchedule, orEmpty } from "./read.ts"
import { expectedRevision, sendRevision } from "./revision.ts"

export function serveKeyspaces(
  app: FastifyInstance,
  { authority }: Keyward,
  authenticate: Authenticate,
): void {
  serve(app, contract.createKeyspace, authenticate, async ({ caller, body, reply }) => {
    const keyspace = await authority.createKeyspace(caller, {
      name: body.name,
      description: body.description,
      prefix: body.prefix,
      retention: body.retention,
      permissions: body.permissions?.map(described),
      roles: body.roles?.map(describedRole),
      limits: body.limits && keyspaceLimitsOf(body.limits),
      policy: body.policy && policyOf(body.policy),
      rotation: optionalSchedule(body.rotation),
    })
    sendRevision(reply, keyspace)
    reply.header("location", `/v1/keyspaces/${keyspace.id}`)
    return printKeyspace(keyspace)
  })

  serve(app, contract.listKeyspaces, authenticate, async ({ caller, query }) => {
    const page = pageOf(query, "keyspaces", isTimePosition)
    return printPage(await authority.keyspaces(caller, page), "keyspaces", printKeyspace)
  })

  serve(app, contract.readKeyspace, authenticate, async ({ caller, params, reply }) => {
    const keyspace = await authority.keyspace(caller, params.keyspace_id)
    sendRevision(reply, keyspace)
    return printKeyspace(keyspace)
  })

  serve(app, contract.updateKeyspace, authenticate, async ({ caller, params, body, request, reply }) => {
    const patch = {
      name: body.name,
      description: orEmpty(body.description, ""),
      permissions: orEmpty(body.permissions, [])?.map(described),
      roles: orEmpty(body.roles, [])?.map(describedRole),
      limits: body.limits === undefined ? undefined : keyspaceLimitsOf(body.limits ?? []),
      policy: body.policy === null ? openPolicy : body.policy && policyOf(body.policy),
      rotation: optionalSchedule(body.rotation),
    }
    const keyspace = await authority.updateKeyspace(
      caller,
      params.keyspace_id,
      patch,
      expectedRevision(request),
    )
    sendRevision(reply, keyspace)
    return printKeyspace(keyspace)
  })

  const violations = "violations"
  const isPosition = isKeyPosition("created_at")

  serve(app, contract.listViolations, authenticate, async ({ caller, params, query }) => {
    const page = pageOf(query, violations, isPosition)
    const found = await authority.violations(caller, params.keyspace_id, page)
    return printPage(found, violations, printViolatingKey)
  })

  serve(app, contract.applyPolicy, authenticate, async ({ caller, params, query }) => {
    const page = pageOf(query, violations, isPosition)
    const applied = await authority.applyPolicy(caller, params.keyspace_id, query.dry_run ?? false, page)
    return printPage(applied, violations, printRemediedKey)
  })
}

/** What a merge patch makes of a policy: null is what holds by default. */
function policyOf(patch: contract.KeyspacePolicyInput): Patch<KeyspacePolicy> {
  return {
    maxKeys: patch.max_keys,
    maxKeysPerOwner: patch.max_keys_per_owner,
    countedKeys: orEmpty(patch.counted_keys, openPolicy.countedKeys),
    uniqueNames: orEmpty(patch.unique_names, openPolicy.uniqueNames),
    maxLifetimeSeconds: patch.max_lifetime_seconds,
    expiryRequired: orEmpty(patch.expiry_required, openPolicy.expiryRequired),
    expiryWithinCreator: orEmpty(patch.expiry_within_creator, openPolicy.expiryWithinCreator),
    ownersGrant: orEmpty(patch.owners_grant, openPolicy.ownersGrant),
    defaultLifetimeSeconds: patch.default_lifetime_seconds,
    requiredTags: orEmpty(patch.required_tags, openPolicy.requiredTags),
    exclusivePermissions: orEmpty(patch.exclusive_permissions, openPolicy.exclusivePermissions),
    maxOverlapSeconds: patch.max_overlap_seconds,
    idleSeconds: patch.idle_seconds,
    disableIdle: orEmpty(patch.disable_idle, openPolicy.disableIdle),
  }
}

function described<Named extends { readonly description?: string }>(named: Named) {
  return { ...named, description: named.description ?? "" }
}

function describedRole<
  Named extends { readonly description?: string; readonly permissions?: readonly string[] },
>(role: Named) {
  return { ...described(role), permissions: role.permissions ?? [] }
}
