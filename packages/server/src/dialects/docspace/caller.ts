import {
  type Caller,
  confined,
  type Holder,
  Holdings,
  isFailure,
  type Key,
  mayWithKey,
  type Owner,
  ownOwner,
  PermissionSet,
} from "@keyward/core"
import type { FastifyRequest } from "fastify"
import { isForeign } from "../../provenance.ts"
import { isStorable } from "../../storable.ts"
import { visitOf } from "../../visit.ts"
import { proveBearer } from "../bearer.ts"
import type { DialectContext } from "../dialect.ts"
import { isScope } from "./api-key.ts"
import { type Credential, presentedCredential } from "./credential.ts"
import { confinement, outcomes, type Standing, scopePermissions, standings, texts } from "./mapping.ts"
import { Refusal, tooManyAttempts, unauthorized } from "./refusal.ts"

/** Who calls. */
export interface DocSpaceCaller {
  /** The user, or service account, with all that they may do in the organization. */
  readonly principal: Caller
  /** The same for keys of the dialect's keyspace alone: every other key does not exist to it. */
  readonly caller: Caller
  /** Whose keys are the caller's own. */
  readonly owner: Owner
  /** What the credential is good for; null: for everything that its user may do, who signed in themselves. */
  readonly scope: Holder | null
  /** The presented API key; null: another credential. */
  readonly key: Key | null
}

/**
 * Recognizes whoever calls.
 * @throws Refusal 401, 403 for a page of another site, 429; 503 when the provider of a JWT does not answer
 * @throws AuthorityError "store_unavailable", "sign_in_refused", "too_many_attempts", "overloaded"
 */
export async function authenticate(
  context: DialectContext,
  request: FastifyRequest,
): Promise<DocSpaceCaller> {
  const { keyspace } = context
  const credential = presentedCredential(request)
  const ambient = "ambient" in credential && credential.ambient
  // Of every request that changes something a browser tells which page asks.
  if (ambient && request.method !== "GET" && isForeign(request)) throw new Refusal(403, texts.accessDenied)
  const { principal, scope, key } = await recognized(context, request, credential)
  const owner = ownOwner(principal)
  if (!owner || principal.organizationId !== keyspace.organizationId) throw unauthorized()
  return { principal, caller: confined(principal, keyspace.id, confinement), owner, scope, key }
}

type Recognized = Pick<DocSpaceCaller, "principal" | "scope" | "key">

async function recognized(
  context: DialectContext,
  request: FastifyRequest,
  credential: Credential,
): Promise<Recognized> {
  switch (credential.kind) {
    case "none":
      throw unauthorized()
    case "password": {
      const { email, password } = credential
      if (!isStorable(email)) throw unauthorized()
      const { id: organizationId } = context.organization
      const visit = visitOf(request)
      const principal = await context.authority.authenticate({ organizationId, email, password, visit })
      return { principal, scope: null, key: null }
    }
    case "key":
      return byKey(context, request, credential.text)
    case "jwt":
      return byToken(context, request, credential.text)
    case "session":
      return bySession(context, request, credential.text)
  }
}

/** A key stands for its owner, as far as its scopes reach. */
async function byKey(context: DialectContext, request: FastifyRequest, text: string): Promise<Recognized> {
  const { authority, verifier, keyspace } = context
  const { outcome, subject, retryAfterMs } = await verifier.verify({
    text,
    visible: ({ key }) => key.organizationId === keyspace.organizationId && key.keyspaceId === keyspace.id,
    guesser: request.ip,
    clientIp: request.ip,
    origin: request.headers.origin ?? null,
  })
  if (outcomes[outcome] === "too many attempts") throw tooManyAttempts(retryAfterMs ?? 1000)
  if (outcomes[outcome] === "unrecognized" || !subject) throw unauthorized()
  try {
    const principal = await authority.acting(subject, visitOf(request))
    return { principal, scope: subject.holds, key: subject.key }
  } catch (error) {
    // The key belongs to the organization or to an external id: nobody who could act.
    if (isFailure(error, "permission_denied")) throw unauthorized()
    throw error
  }
}

/** A JWT of the configured provider stands for a user of the organization, as far as its `scope` claim reaches. */
async function byToken(context: DialectContext, request: FastifyRequest, text: string): Promise<Recognized> {
  const { identifyBearer } = context
  if (!identifyBearer) throw unauthorized()
  const proof = await proveBearer(context, identifyBearer, text, request)
  switch (proof.outcome) {
    case "too many attempts":
      throw tooManyAttempts(proof.retryAfterMs)
    case "provider unavailable":
      throw new Refusal(503, texts.providerUnavailable, Math.ceil(proof.retryAfterMs / 1000))
    case "refused":
      throw unauthorized()
    case "proved": {
      const { organizationId, actor, holds, claims } = proof.bearer
      if (actor.kind !== "user") throw unauthorized()
      const { address, userAgent, requestId } = visitOf(request)
      const principal = { organizationId, actor: { ...actor, address, userAgent }, holds, requestId }
      return { principal, scope: scopeOf(claims["scope"]), key: null }
    }
  }
}

/** @param claim names between spaces (RFC 8693 §4.2), or a list of them; what is no scope of the vendor's opens nothing */
function scopeOf(claim: unknown): Holder {
  const names: readonly unknown[] =
    typeof claim === "string" ? claim.split(" ") : Array.isArray(claim) ? claim : []
  return new Holdings([new PermissionSet(names.filter(isScope).flatMap((name) => scopePermissions[name]))])
}

async function bySession(
  context: DialectContext,
  request: FastifyRequest,
  token: string,
): Promise<Recognized> {
  const { authority, guesses, clock } = context
  const wait = guesses.waitOf(request.ip, clock.now())
  if (wait > 0) throw tooManyAttempts(wait)
  const signedIn = await authority.signedIn(token, visitOf(request))
  if (!signedIn) {
    guesses.failed(request.ip, clock.now())
    throw unauthorized()
  }
  // Nobody waits for it: at worst the session ends a minute early.
  authority
    .touchSession(signedIn.session)
    .catch((error) => request.log.warn({ err: error }, "the last use of a session was not noted"))
  return { principal: signedIn.caller, scope: null, key: null }
}

/** @throws Refusal 403 unless the credential reaches as far as this permission, of the keyspace's catalog */
export function demandScope({ scope }: DocSpaceCaller, permission: string): void {
  if (scope && !scope.allows({ name: permission, resource: null })) throw new Refusal(403, null)
}

/** @throws Refusal 403 unless the caller may create and change keys of their own, which guests may not */
export function demandOwnKeys({ caller, owner }: DocSpaceCaller, keyspaceId: string): void {
  if (!mayWithKey(caller, "write", { keyspaceId, owner })) throw new Refusal(403, texts.accessDenied)
}

/** What the vendor calls the caller. */
export function standingOf({ principal: { holds } }: DocSpaceCaller, keyspaceId: string): Standing {
  const row = standings.find(
    ({ here, everywhere }) =>
      here.every((name) => holds.allows({ name, resource: keyspaceId })) &&
      everywhere.every((name) => holds.allows({ name, resource: null })),
  )
  return row?.standing ?? "guest"
}
