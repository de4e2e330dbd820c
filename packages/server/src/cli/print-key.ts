import type { CreatedKey, Credits, Key, Secret } from "@keyward/contract"
import { printLimit, printSchedule } from "./option-text.ts"
import { type Cell, type OutputOptions, printJson, printLine, printMembers } from "./output.ts"

export function printKey(key: Key, { json }: OutputOptions): Promise<void> {
  return json ? printJson(key) : printMembers(membersOf(key))
}

/** A key with a secret that is shown this once. @param made what was made here, where the server was not told it */
export async function printWithSecret(
  key: CreatedKey,
  made: string | null,
  { json }: OutputOptions,
): Promise<void> {
  const secret = key.secret ?? made
  if (json) return printJson({ ...key, secret })
  await printMembers({ ...membersOf(key), ...(secret === null ? {} : { secret }) })
  if (secret !== null) await printLine("\nThe secret is shown this once: hand it to its holder.")
}

/** A key as people read it: what is empty is left out. */
function membersOf(key: Key): Readonly<Record<string, Cell>> {
  const members: Readonly<Record<string, Cell>> = {
    id: key.id,
    name: key.name,
    state: key.state,
    keyspace: key.keyspace_id,
    owner: `${key.owner.kind}:${key.owner.id}`,
    permissions: key.permissions.join(" "),
    roles: key.roles.join(", "),
    tags: key.tags.join(", "),
    limits: key.limits.map(printLimit).join(", "),
    credits: key.credits && printCredits(key.credits),
    "allowed addresses": key.allowed_addresses.join(" "),
    "allowed origins": key.allowed_origins.join(" "),
    metadata: Object.keys(key.metadata).length === 0 ? null : JSON.stringify(key.metadata),
    "not before": key.not_before,
    expires: key.expires_at,
    rotation: key.rotation && printSchedule(key.rotation),
    "rotation due": key.rotation_due_at,
    disabled: key.disabled_at,
    "delete protected": key.delete_protected ? "yes" : null,
    deleted: key.deleted_at,
    revoked: key.revoked_at,
    reason: key.revocation?.reason ?? null,
    note: key.revocation?.note ?? null,
    created: key.created_at,
    updated: key.updated_at,
    "last used": key.last_used_at,
    revision: key.revision,
    secrets: key.secrets.map(printSecret).join("; "),
  }
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null && value !== ""))
}

/** What is left, and when there is more. */
function printCredits({ remaining, refills_at, refill, on_unavailable }: Credits): string {
  const uncounted = on_unavailable === "allow" ? ["uncounted while the store cannot count"] : []
  if (refill === null) return [`${remaining} left`, ...uncounted].join(", ")
  const { amount, maximum, every, at, time_zone } = refill
  const on = every === "day" ? "" : ` on day ${refill.on}`
  const schedule = `${amount} more every ${every}${on} at ${at} in ${time_zone}, up to ${maximum}`
  return [`${remaining} left`, schedule, `next ${refills_at}`, ...uncounted].join(", ")
}

/** One version of what the holder presents: what may be shown of it, until when it works, and who used it last. */
function printSecret({ version, hint, expires_at, last_used_at, last_used_from }: Secret): string {
  const from = last_used_from === null ? "" : ` from ${last_used_from}`
  return [
    `${version}: ${hint.start}…${hint.end}`,
    ...(expires_at === null ? [] : [`until ${expires_at}`]),
    ...(last_used_at === null ? [] : [`last used ${last_used_at}${from}`]),
  ].join(", ")
}
