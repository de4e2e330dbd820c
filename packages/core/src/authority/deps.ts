import type { AuditAction, AuditDraft } from "../audit/event.ts"
import type { Entropy } from "../entropy.ts"
import { AuthorityError, fail, type InputError, isFailure } from "../failure.ts"
import { newId } from "../id.ts"
import { canonicalJson, type JsonObject } from "../json.ts"
import type { Peppers } from "../key/digest.ts"
import type { Sealer } from "../key/sealing.ts"
import type { SessionLifetime } from "../session.ts"
import type { Change } from "../store/change.ts"
import type { Store } from "../store/store.ts"
import type { Clock } from "../time.ts"
import type { Caller } from "./caller.ts"
import type { PasswordHasher } from "./password-hasher.ts"

/** What the authority works with. */
export interface AuthorityDeps {
  readonly store: Store
  readonly clock: Clock
  readonly entropy: Entropy
  readonly peppers: Peppers
  readonly sealer: Sealer
  readonly passwords: PasswordHasher
  readonly sessionLifetime: SessionLifetime
  /** Told of each change before the call that made it returns, so that this node already refuses. */
  readonly changes: ChangeListener
}

export interface ChangeListener {
  changed(notice: ChangeNotice): void
}

/** Something that cached answers may have been made from is no longer as it was. */
export interface ChangeNotice {
  readonly kind: "key" | "keyspace" | "principal"
  readonly organizationId: string
  readonly id: string
  /**
   * null: what is cached is to be read again, as no revision tells of the change, or it is not known whether it was made: the
   * store failed on the way.
   */
  readonly revision: number | null
}

/**
 * An audit event that is about to be written.
 * @throws "invalid_input" when the details hold what canonical JSON cannot say, so that nobody could verify the event
 */
export function draft(
  deps: AuthorityDeps,
  caller: Pick<Caller, "organizationId" | "actor" | "requestId">,
  action: AuditAction,
  target: AuditDraft["target"],
  details: JsonObject,
): AuditDraft {
  refuseUnprintable(details)
  const at = deps.clock.now()
  return {
    id: newId(at, deps.entropy),
    organizationId: caller.organizationId,
    at,
    action,
    actor: caller.actor,
    target,
    details,
    requestId: caller.requestId,
  }
}

function refuseUnprintable(details: JsonObject): void {
  try {
    canonicalJson(details)
  } catch (cause) {
    const error: InputError = {
      member: "",
      message: "A text is not well-formed Unicode, a number is infinite, or the nesting is too deep.",
      fix: "Send text that UTF-8 can encode, and finite numbers.",
    }
    fail({ code: "invalid_input", errors: [error] }, { cause })
  }
}

/** Commits, and tells the caches what changed: also when the store failed without refusing, for then the change may have been made. */
export async function commit(
  deps: AuthorityDeps,
  organizationId: string,
  changes: readonly Change[],
  events: readonly AuditDraft[],
): Promise<void> {
  try {
    await deps.store.commit({ organizationId, changes, events })
  } catch (error) {
    const refused = error instanceof AuthorityError && error.failure.code !== "store_unavailable"
    if (!refused) announce(deps, organizationId, changes, false)
    throw error
  }
  announce(deps, organizationId, changes, true)
}

function announce(
  deps: AuthorityDeps,
  organizationId: string,
  changes: readonly Change[],
  certain: boolean,
): void {
  for (const change of changes) {
    if (change.kind === "key.update" || change.kind === "key.insert" || change.kind === "key.restore") {
      const { id, revision } = change.key
      deps.changes.changed({ kind: "key", organizationId, id, revision: certain ? revision : null })
    }
    if (change.kind === "principal.update") {
      const { id, revision } = change.principal
      deps.changes.changed({ kind: "principal", organizationId, id, revision: certain ? revision : null })
    }
    if (change.kind === "keyspace.update" || change.kind === "keyspace.insert") {
      const { id, revision } = change.keyspace
      deps.changes.changed({ kind: "keyspace", organizationId, id, revision: certain ? revision : null })
    }
  }
}

/** How often a change is made anew when another one came between reading and writing. */
const attempts = 8

/**
 * Runs a change that reads an object, alters it and commits; again when somebody else was faster, unless the caller
 * named the revision it wants to change.
 */
export async function retried<Result>(
  expectedRevision: number | null,
  change: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await change()
    } catch (error) {
      const again = expectedRevision === null && attempt < attempts && isFailure(error, "revision_conflict")
      if (!again) throw error
    }
  }
}
