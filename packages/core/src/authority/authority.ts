import type { AuditEvent } from "../audit/event.ts"
import type { Key, Revocation } from "../key/key.ts"
import type { Keyspace } from "../keyspace.ts"
import type { Organization } from "../organization.ts"
import type {
  AuditFilter,
  AuditPage,
  KeyFilter,
  KeyPosition,
  Page,
  PageOf,
  TimePosition,
  UsageCount,
} from "../store/store.ts"
import type { Instant } from "../time.ts"
import { type Caller, demand } from "./caller.ts"
import type { AuthorityDeps } from "./deps.ts"
import * as keys from "./keys.ts"
import * as keyspaces from "./keyspaces.ts"
import * as organizations from "./organizations.ts"

/**
 * All that callers can have done, whichever API they speak. Each call is permitted here and nowhere else, and each
 * mutation is recorded in the same transaction. Failures are AuthorityErrors; the modules beside this one say which.
 */
export interface Authority {
  organization(caller: Caller, id: string): Promise<Organization>

  createKeyspace(caller: Caller, input: keyspaces.NewKeyspace): Promise<Keyspace>
  keyspace(caller: Caller, id: string): Promise<Keyspace>
  keyspaces(caller: Caller, page: Page<TimePosition>): Promise<PageOf<Keyspace, TimePosition>>
  updateKeyspace(
    caller: Caller,
    id: string,
    patch: keyspaces.KeyspacePatch,
    expectedRevision: number | null,
  ): Promise<Keyspace>

  createKey(caller: Caller, input: keys.NewKey): Promise<keys.CreatedKey>
  key(caller: Caller, id: string): Promise<Key>
  keys(caller: Caller, filter: KeyFilter, page: Page<KeyPosition>): Promise<PageOf<Key, KeyPosition>>
  updateKey(caller: Caller, id: string, patch: keys.KeyChange, expectedRevision: number | null): Promise<Key>
  revokeKey(caller: Caller, id: string, revocation: Revocation): Promise<Key>
  deleteKey(caller: Caller, id: string, expectedRevision: number | null): Promise<void>
  revealKey(
    caller: Caller,
    id: string,
    reason: string,
  ): Promise<{ readonly key: Key; readonly secret: string }>
  keyUsage(caller: Caller, id: string, from: Instant, to: Instant): Promise<readonly UsageCount[]>

  auditEvents(caller: Caller, filter: AuditFilter, page: AuditPage): Promise<PageOf<AuditEvent, number>>
}

export function createAuthority(deps: AuthorityDeps): Authority {
  return {
    organization: (caller, id) => organizations.readOrganization(deps, caller, id),
    createKeyspace: (caller, input) => keyspaces.createKeyspace(deps, caller, input),
    keyspace: (caller, id) => keyspaces.readKeyspace(deps, caller, id),
    keyspaces: (caller, page) => keyspaces.listKeyspaces(deps, caller, page),
    updateKeyspace: (caller, id, patch, revision) =>
      keyspaces.updateKeyspace(deps, caller, id, patch, revision),
    createKey: (caller, input) => keys.createKey(deps, caller, input),
    key: (caller, id) => keys.readKey(deps, caller, id),
    keys: (caller, filter, page) => keys.listKeys(deps, caller, filter, page),
    updateKey: (caller, id, patch, revision) => keys.updateKey(deps, caller, id, patch, revision),
    revokeKey: (caller, id, revocation) => keys.revokeKey(deps, caller, id, revocation),
    deleteKey: (caller, id, revision) => keys.deleteKey(deps, caller, id, revision),
    revealKey: (caller, id, reason) => keys.revealKey(deps, caller, id, reason),
    keyUsage: (caller, id, from, to) => keys.keyUsage(deps, caller, id, from, to),
    auditEvents: async (caller, filter, page) => {
      demand(caller, "audit.read", null)
      return deps.store.auditEvents(caller.organizationId, filter, page)
    },
  }
}
