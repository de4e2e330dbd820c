import type { Body, Query } from "@keyward/contract"
import * as contract from "@keyward/contract"
import type { Call } from "./call.ts"
import { keyedBy } from "./idempotency.ts"
import { itemsOfPages } from "./pages.ts"
import type { CallOptions, CreateOptions } from "./request.ts"

/** How an object that has revisions is changed. */
export interface ChangeOptions extends CallOptions {
  /** The revision that is to be changed; with any other the change is refused. Absent: whichever there is. */
  readonly ifRevision?: number
}

export interface RestoreOptions extends ChangeOptions {
  /** Whom the key is given to with that. Absent: whose it was, unless that owner was removed. */
  readonly owner?: contract.OwnerInput
}

export function organizationsOf(call: Call) {
  const params = (organizationId: string) => ({ params: { organization_id: organizationId } })
  return {
    /** The caller's own, which is the only one that exists for it. */
    list: async (options: CallOptions = {}) => (await call(contract.listOrganizations, options)).items,
    read: (organizationId: string, options: CallOptions = {}) =>
      call(contract.readOrganization, { ...params(organizationId), ...options }),
    update: (
      organizationId: string,
      patch: contract.OrganizationPatch,
      { ifRevision, ...options }: ChangeOptions = {},
    ) =>
      call(contract.updateOrganization, {
        ...params(organizationId),
        headers: ifMatch(ifRevision),
        body: patch,
        ...options,
      }),
  }
}

export function keyspacesOf(call: Call) {
  const params = (keyspaceId: string) => ({ params: { keyspace_id: keyspaceId } })
  const list = (query: Query<typeof contract.listKeyspaces> = {}, options: CallOptions = {}) =>
    call(contract.listKeyspaces, { query, ...options })
  const violations = (
    keyspaceId: string,
    query: Query<typeof contract.listViolations> = {},
    options: CallOptions = {},
  ) => call(contract.listViolations, { ...params(keyspaceId), query, ...options })
  const applyPolicy = (
    keyspaceId: string,
    query: Query<typeof contract.applyPolicy> = {},
    options: CallOptions = {},
  ) => call(contract.applyPolicy, { ...params(keyspaceId), query, ...options })
  return {
    create: (keyspace: contract.NewKeyspace, { idempotencyKey, ...options }: CreateOptions = {}) =>
      call(contract.createKeyspace, { headers: keyedBy(idempotencyKey), body: keyspace, ...options }),
    /** One page. */
    list,
    /** All of them, page after page. */
    each: (query: Omit<Query<typeof contract.listKeyspaces>, "cursor"> = {}, options: CallOptions = {}) =>
      itemsOfPages((at) => list({ ...query, ...at }, options)),
    read: (keyspaceId: string, options: CallOptions = {}) =>
      call(contract.readKeyspace, { ...params(keyspaceId), ...options }),
    update: (
      keyspaceId: string,
      patch: contract.KeyspacePatch,
      { ifRevision, ...options }: ChangeOptions = {},
    ) =>
      call(contract.updateKeyspace, {
        ...params(keyspaceId),
        headers: ifMatch(ifRevision),
        body: patch,
        ...options,
      }),
    /** One page of the keys that break the policy. */
    violations,
    /** All of them, page after page. */
    eachViolation: (
      keyspaceId: string,
      query: Omit<Query<typeof contract.listViolations>, "cursor"> = {},
      options: CallOptions = {},
    ) => itemsOfPages((at) => violations(keyspaceId, { ...query, ...at }, options)),
    /** Makes one page of them keep to the policy, or disables them; with `dry_run`, tells only what would be done. */
    applyPolicy,
    /** The same for all of them, page after page, as they are iterated over. */
    applyPolicyToEach: (
      keyspaceId: string,
      query: Omit<Query<typeof contract.applyPolicy>, "cursor"> = {},
      options: CallOptions = {},
    ) => itemsOfPages((at) => applyPolicy(keyspaceId, { ...query, ...at }, options)),
  }
}

/** The secret is made by the server, so there is a text in the answer. */
type Drawn<Input> = Input & { readonly secret_sha256?: never }
type WithText = contract.CreatedKey & { readonly secret: string }

export function keysOf(call: Call) {
  const params = (keyId: string) => ({ params: { key_id: keyId } })
  const list = (query: Query<typeof contract.listKeys> = {}, options: CallOptions = {}) =>
    call(contract.listKeys, { query, ...options })

  function create(key: Drawn<contract.NewKey>, options?: CreateOptions): Promise<WithText>
  function create(key: contract.NewKey, options?: CreateOptions): Promise<contract.CreatedKey>
  function create(key: contract.NewKey, { idempotencyKey, ...options }: CreateOptions = {}) {
    return call(contract.createKey, { headers: keyedBy(idempotencyKey), body: key, ...options })
  }

  function rotate(
    keyId: string,
    rotation?: Drawn<contract.RotationInput>,
    options?: ChangeOptions & CreateOptions,
  ): Promise<WithText>
  function rotate(
    keyId: string,
    rotation: contract.RotationInput,
    options?: ChangeOptions & CreateOptions,
  ): Promise<contract.CreatedKey>
  function rotate(
    keyId: string,
    rotation: contract.RotationInput = {},
    { ifRevision, idempotencyKey, ...options }: ChangeOptions & CreateOptions = {},
  ) {
    const headers = { ...ifMatch(ifRevision), ...keyedBy(idempotencyKey) }
    return call(contract.rotateKey, { ...params(keyId), headers, body: rotation, ...options })
  }

  return {
    /** The answer has the secret, which is shown this once; null where `secret_sha256` was sent. */
    create,
    /** One page. */
    list,
    /** All that match, page after page. */
    each: (query: Omit<Query<typeof contract.listKeys>, "cursor"> = {}, options: CallOptions = {}) =>
      itemsOfPages((at) => list({ ...query, ...at }, options)),
    read: (keyId: string, options: CallOptions = {}) =>
      call(contract.readKey, { ...params(keyId), ...options }),
    /** One that was deleted and can be restored; `list` with `deleted: true` has them all. */
    readDeleted: (keyId: string, options: CallOptions = {}) =>
      call(contract.readKey, { ...params(keyId), query: { deleted: true }, ...options }),
    update: (keyId: string, patch: contract.KeyPatch, { ifRevision, ...options }: ChangeOptions = {}) =>
      call(contract.updateKey, { ...params(keyId), headers: ifMatch(ifRevision), body: patch, ...options }),
    delete: (keyId: string, { ifRevision, ...options }: ChangeOptions = {}) =>
      call(contract.deleteKey, { ...params(keyId), headers: ifMatch(ifRevision), ...options }),
    /** Takes back the deletion: the key is as it was, but for its owner where one is named. */
    restore: (keyId: string, { ifRevision, owner, ...options }: RestoreOptions = {}) =>
      call(contract.restoreKey, {
        ...params(keyId),
        headers: ifMatch(ifRevision),
        body: owner ? { owner } : {},
        ...options,
      }),
    /** Ends the key for good; the first revocation stands. */
    revoke: (keyId: string, revocation: contract.RevocationInput = {}, options: CallOptions = {}) =>
      call(contract.revokeKey, { ...params(keyId), body: revocation, ...options }),
    /**
     * Gives the key a new secret, which the answer has and is shown this once; null where `secret_sha256` was sent. The one
     * so far lives on for the overlap.
     */
    rotate,
    /** Ends the secret before at once. */
    finishRotation: (keyId: string, { ifRevision, ...options }: ChangeOptions = {}) =>
      call(contract.finishRotation, { ...params(keyId), headers: ifMatch(ifRevision), ...options }),
    /** Ends the new secret at once; the one before lives as it did. */
    cancelRotation: (keyId: string, { ifRevision, ...options }: ChangeOptions = {}) =>
      call(contract.cancelRotation, { ...params(keyId), headers: ifMatch(ifRevision), ...options }),
    /** Lets the secret before live on for longer. @param overlap from now, ISO 8601: `PT1H` */
    extendRotation: (keyId: string, overlap: string, { ifRevision, ...options }: ChangeOptions = {}) =>
      call(contract.extendRotation, {
        ...params(keyId),
        headers: ifMatch(ifRevision),
        body: { overlap },
        ...options,
      }),
    /** Adds to what the key has to spend; its revision stays. */
    addCredits: (keyId: string, amount: number, { idempotencyKey, ...options }: CreateOptions = {}) =>
      call(contract.addKeyCredits, {
        ...params(keyId),
        headers: keyedBy(idempotencyKey),
        body: { amount },
        ...options,
      }),
    /** Reads the secret of a recoverable key again, which is audited with the reason. */
    reveal: (keyId: string, reason: string, options: CallOptions = {}) =>
      call(contract.revealKey, { ...params(keyId), body: { reason }, ...options }),
    usage: (keyId: string, span: Query<typeof contract.readKeyUsage> = {}, options: CallOptions = {}) =>
      call(contract.readKeyUsage, { ...params(keyId), query: span, ...options }),
    /** Rejects only when there is no decision; a refused key is a decision with `valid: false`. */
    verify: (presented: contract.VerificationInput, options: CallOptions = {}) =>
      call(contract.verifyKey, { body: presented, ...options }),
    /** The decisions, in the order of `presented`. */
    verifyBatch: async (presented: Body<typeof contract.verifyKeys>["keys"], options: CallOptions = {}) =>
      (await call(contract.verifyKeys, { body: { keys: presented }, ...options })).results,
  }
}

export function auditOf(call: Call) {
  const list = (query: Query<typeof contract.listAuditEvents> = {}, options: CallOptions = {}) =>
    call(contract.listAuditEvents, { query, ...options })
  return {
    /** One page. */
    list,
    /** All that match, page after page. */
    each: (query: Omit<Query<typeof contract.listAuditEvents>, "cursor"> = {}, options: CallOptions = {}) =>
      itemsOfPages((at) => list({ ...query, ...at }, options)),
  }
}

export function healthOf(call: Call) {
  return {
    read: (options: CallOptions = {}) => call(contract.readHealth, options),
    /** Rejects with the problem `store_unavailable` while the store does not answer. */
    readiness: (options: CallOptions = {}) => call(contract.readReadiness, options),
  }
}

export function ifMatch(revision: number | undefined): { readonly "If-Match"?: string } {
  return revision === undefined ? {} : { "If-Match": `"${revision}"` }
}
