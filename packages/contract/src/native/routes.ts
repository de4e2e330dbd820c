import type { Route } from "../route.ts"
import { listAuditEvents } from "./audit.ts"
import { readHealth, readReadiness } from "./health.ts"
import { addKeyCredits } from "./key-credits.ts"
import {
  createKey,
  deleteKey,
  listKeys,
  readKey,
  readKeyUsage,
  restoreKey,
  revealKey,
  revokeKey,
  updateKey,
} from "./keys.ts"
import {
  applyPolicy,
  createKeyspace,
  listKeyspaces,
  listViolations,
  readKeyspace,
  updateKeyspace,
} from "./keyspace.ts"
import { listMembers, readMember, updateMember } from "./members.ts"
import { beginOpenIdSignIn, finishOpenIdSignIn } from "./openid.ts"
import { listOrganizations, readOrganization, updateOrganization } from "./organization.ts"
import { createRole, deleteRole, listRoles, readRole, updateRole } from "./roles.ts"
import { cancelRotation, extendRotation, finishRotation, rotateKey } from "./rotation.ts"
import {
  createServiceAccount,
  listServiceAccounts,
  previewServiceAccountRemoval,
  readServiceAccount,
  removeServiceAccount,
  resumeServiceAccount,
  suspendServiceAccount,
  updateServiceAccount,
} from "./service-accounts.ts"
import {
  acceptLink,
  changePassword,
  endSession,
  endSessions,
  inviteUser,
  listSessions,
  offerPasswordReset,
  readCurrentSession,
  signIn,
  signOut,
} from "./sessions.ts"
import { cancelTask, createTask, listTaskResults, listTasks, readTask } from "./tasks.ts"
import {
  createUser,
  listUsers,
  previewUserRemoval,
  readUser,
  removeUser,
  resumeUser,
  suspendUser,
  updateUser,
} from "./users.ts"
import { checkKey, readSelf, verifyKey, verifyKeys } from "./verification.ts"

/** The map of the native API: every route that it has. */
export const nativeRoutes = [
  listOrganizations,
  readOrganization,
  updateOrganization,
  createUser,
  listUsers,
  readUser,
  updateUser,
  suspendUser,
  resumeUser,
  previewUserRemoval,
  removeUser,
  inviteUser,
  offerPasswordReset,
  createServiceAccount,
  listServiceAccounts,
  readServiceAccount,
  updateServiceAccount,
  suspendServiceAccount,
  resumeServiceAccount,
  previewServiceAccountRemoval,
  removeServiceAccount,
  listMembers,
  readMember,
  updateMember,
  createRole,
  listRoles,
  readRole,
  updateRole,
  deleteRole,
  signIn,
  listSessions,
  readCurrentSession,
  signOut,
  endSession,
  endSessions,
  changePassword,
  acceptLink,
  createKeyspace,
  listKeyspaces,
  readKeyspace,
  updateKeyspace,
  listViolations,
  applyPolicy,
  createKey,
  listKeys,
  readKey,
  updateKey,
  deleteKey,
  restoreKey,
  revokeKey,
  revealKey,
  rotateKey,
  finishRotation,
  cancelRotation,
  extendRotation,
  addKeyCredits,
  readKeyUsage,
  createTask,
  listTasks,
  readTask,
  cancelTask,
  listTaskResults,
  verifyKey,
  verifyKeys,
  checkKey,
  readSelf,
  listAuditEvents,
  readHealth,
  readReadiness,
] as const satisfies readonly Route[]

/** What browsers go to and clients do not call: each leads elsewhere. */
export const browserRoutes = [beginOpenIdSignIn, finishOpenIdSignIn] as const satisfies readonly Route[]

export type NativeRoute = (typeof nativeRoutes)[number]

/** What holds for all of it, for the head of its reference. */
export const nativeDescription = `Issue API keys, verify them, scope, limit and revoke them, and read what happened.

- Members are snake_case; \`null\` means none; ids are UUIDs; timestamps are RFC 3339 with an offset, read to the millisecond and printed in UTC.
- A member or query parameter that is not declared here is refused, and so is text with NUL (U+0000) or half a surrogate pair in it.
- Errors are RFC 9457 \`application/problem+json\`: switch on \`code\`, show \`detail\` and \`fix\`.
- Lists come in pages: pass \`next_cursor\` as \`cursor\` until it is null. A page can be short, even empty, and still have a next one.
- Changes take \`If-Match\` with the ETag of the revision that is to be changed.
- Calls that create take \`Idempotency-Key\`, and can be repeated with it: the answer is the same, and nothing more is created.
- What belongs to another organization answers exactly like what does not exist.`
