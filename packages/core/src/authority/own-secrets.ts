import type { AuditAction } from "../audit/event.ts"
import type { JsonObject } from "../json.ts"
import type { Page } from "../store/list.ts"
import type { Resealed } from "../store/store.ts"
import { type AuthorityDeps, commit, draft } from "./deps.ts"
import { systemCaller } from "./organizations.ts"

/** What became of a page of sealed secrets. */
export interface Resealing {
  /** How many are under the current key-encryption key now that were not. */
  readonly resealed: number
  /** The keys of which a sealed text does not open, and stays as it is. */
  readonly unopened: readonly string[]
  /** null: there is nothing after this page. */
  readonly next: string | null
}

/**
 * Seals secrets under the current key-encryption key that are sealed under another version. What has been sealed anew, or
 * taken away, meanwhile stays so; done again, it goes on with what is left.
 */
export async function resealSecrets(
  deps: AuthorityDeps,
  keyVersion: number,
  page: Page<string>,
): Promise<Resealing> {
  const { items, next } = await deps.store.sealedSecrets(keyVersion, page)
  const anew: Resealed[] = []
  const unopened: string[] = []
  for (const secret of items) {
    const text = opened(deps, secret)
    if (text === null) unopened.push(secret.keyId)
    else anew.push({ ...secret, resealed: deps.sealer.seal(text, secret) })
  }
  return { resealed: await deps.store.reseal(anew), unopened, next }
}

function opened({ sealer }: AuthorityDeps, secret: Omit<Resealed, "resealed">): string | null {
  try {
    return sealer.open(secret.sealed, secret)
  } catch {
    // Whether damaged or of a key-encryption key that is not here: the caller is told of the key.
    return null
  }
}

/**
 * Records what was done to the installation as a whole, as Keyward's own doing, in the chain of the oldest organization.
 * @returns false when there is no organization yet, and nothing was recorded
 */
export async function recordInstallation(
  deps: AuthorityDeps,
  action: Extract<AuditAction, `installation.${string}`>,
  details: JsonObject,
): Promise<boolean> {
  const { items } = await deps.store.organizations({ limit: 1, after: null })
  const [oldest] = items
  if (!oldest) return false
  const target = { kind: "organization", id: oldest.id } as const
  await commit(deps, oldest.id, [], [draft(deps, systemCaller(oldest.id), action, target, details)])
  return true
}
