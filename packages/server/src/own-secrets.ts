import {
  type Instant,
  later,
  Peppers,
  printTimestamp,
  recordInstallation,
  resealSecrets,
  type StoredUnder,
} from "@keyward/core"
import { currentFrom, currentVersion, makeCurrent, noticedWithinMs } from "./current-secrets.ts"
import {
  changeSecretsFile,
  checkPeppers,
  type SecretVersions,
  type Versions,
} from "./installation-secrets.ts"
import type { Keyward } from "./keyward.ts"
import { type OwnSecretKind, ownSecretKinds } from "./own-secret-kinds.ts"

/** To how many of a kind are counted. */
export const countedMost = 10_000

/** How many sealed texts are sealed anew in one transaction. */
const resealedAtOnce = 200

/** How many digests are forgotten in one transaction. */
const forgottenAtOnce = 500

const dependents: Readonly<Record<OwnSecretKind, readonly StoredUnder[]>> = {
  pepper: ["secrets", "unusable_secrets", "sessions", "links"],
  encryption: ["sealed_secrets", "replays"],
}

/** A version of one of the installation's own secrets; never its value. */
export interface OwnSecretVersion {
  readonly kind: OwnSecretKind
  readonly version: number
  /** Whether new digests, or sealed texts, are of it. */
  readonly current: boolean
  /** Whether it is here; false for one that something is stored under and that nobody has given. */
  readonly present: boolean
  /** From when it is the current one, or was; null: nobody has said so. */
  readonly currentFrom: Instant | null
  /** What is stored under it, each counted to `countedMost`. */
  readonly stored: Readonly<Partial<Record<StoredUnder, number>>>
}

/** Every version that is here, or that something is stored under, by kind, then ascending. */
export async function listOwnSecrets(
  { store, deps: { clock } }: Keyward,
  versions: SecretVersions,
): Promise<OwnSecretVersion[]> {
  const now = clock.now()
  const listed: OwnSecretVersion[] = []
  for (const kind of ownSecretKinds) {
    const here = [...ofKind(versions, kind).keys()]
    const current = await currentVersion(store, kind, here, now)
    const counts = new Map<StoredUnder, ReadonlyMap<number, number>>()
    for (const what of dependents[kind]) {
      const counted = await store.storedUnder(what, now, countedMost)
      counts.set(what, new Map(counted.map(({ version, count }) => [version, count])))
    }
    const all = new Set([...here, ...[...counts.values()].flatMap((byVersion) => [...byVersion.keys()])])
    for (const version of [...all].sort((a, b) => a - b)) {
      listed.push({
        kind,
        version,
        current: version === current,
        present: here.includes(version),
        currentFrom: await currentFrom(store, kind, version),
        stored: Object.fromEntries(
          [...counts].map(([what, byVersion]) => [what, byVersion.get(version) ?? 0]),
        ),
      })
    }
  }
  return listed
}

/** A version that is new, or that is not current yet. */
export interface NewVersion {
  readonly version: number
  /** Its value; null where there was such a version already. */
  readonly value: Uint8Array | null
}

/** The version that a rotation goes on with: the highest, if nobody has made it current yet, or a new one after it. */
export async function nextVersion(
  { store, deps: { entropy } }: Keyward,
  kind: OwnSecretKind,
  versions: SecretVersions,
): Promise<NewVersion> {
  const here = [...ofKind(versions, kind).keys()]
  const highest = Math.max(...here)
  const begun = here.length > 1 && (await currentFrom(store, kind, highest)) === null
  return begun ? { version: highest, value: null } : { version: highest + 1, value: entropy.bytes(32) }
}

/** Puts a version into the secrets file, where the servers find it. */
export async function addVersion(
  keyward: Keyward,
  kind: OwnSecretKind,
  path: string,
  { version, value }: NewVersion,
): Promise<void> {
  if (value === null) return
  // Before it is there, so that what was done was recorded, however this ends.
  await recordInstallation(keyward.deps, "installation.secret_added", { kind, version })
  await changeSecretsFile(path, (versions) =>
    withKind(versions, kind, new Map([...ofKind(versions, kind), [version, value]])),
  )
}

/**
 * Makes the highest version current from an instant on, by when every server has to have it.
 * @returns the instant that stands
 */
export async function activateVersion(
  { store, deps }: Keyward,
  kind: OwnSecretKind,
  versions: SecretVersions,
  version: number,
  delayMs: number,
): Promise<Instant> {
  // Recorded as one that exists before anything can be stored under it.
  if (kind === "pepper") await checkPeppers(store, new Peppers(versions.peppers))
  const stood = await currentFrom(store, kind, version)
  if (stood !== null) return stood
  const from = later(deps.clock.now(), delayMs)
  const details = { kind, version, current_from: printTimestamp(from) }
  await recordInstallation(deps, "installation.secret_activated", details)
  return makeCurrent(store, kind, version, from)
}

export interface ResealProgress {
  readonly resealed: number
  readonly unopened: readonly string[]
}

/**
 * Seals every secret anew that is not under the current key-encryption key, in batches, while servers serve. It may be cut
 * off at any point: what is done is done, and the next run goes on with what is left.
 * @param tell called after each batch with what was done so far
 */
export async function resealAll(
  { store, deps }: Keyward,
  tell: (progress: ResealProgress) => void,
): Promise<ResealProgress> {
  let progress: ResealProgress = { resealed: 0, unopened: [] }
  const version = deps.sealer.currentVersion
  for (const older of await store.storedUnder("sealed_secrets", deps.clock.now(), 1)) {
    if (older.version === version) continue
    let after: string | null = null
    do {
      const page = { limit: resealedAtOnce, after }
      const { resealed, unopened, next } = await resealSecrets(deps, older.version, page)
      progress = {
        resealed: progress.resealed + resealed,
        unopened: [...progress.unopened, ...unopened],
      }
      tell(progress)
      after = next
    } while (after !== null)
  }
  const details = { version, resealed: progress.resealed, unopened: progress.unopened.length }
  await recordInstallation(deps, "installation.secrets_resealed", details)
  return progress
}

/** Why a version has to stay. */
export type Kept =
  | { readonly why: "unknown" | "current" }
  | { readonly why: "recent"; readonly until: Instant | null }
  | { readonly why: "in_use"; readonly stored: OwnSecretVersion["stored"] }
  /** Nothing needs it but digests that nobody can use any more, which can be forgotten; counted to `countedMost`. */
  | { readonly why: "unusable"; readonly count: number }

/** Why a version cannot be taken out now; null: it can. */
export async function keptFor(
  keyward: Keyward,
  kind: OwnSecretKind,
  version: number,
  versions: SecretVersions,
): Promise<Kept | null> {
  const listed = (await listOwnSecrets(keyward, versions)).filter((one) => one.kind === kind)
  const wanted = listed.find((one) => one.version === version)
  const current = listed.find((one) => one.current)
  if (!wanted?.present) return { why: "unknown" }
  // A higher one is on its way to become current, and servers that have it may be told so at any time.
  if (!current || version >= current.version) return { why: "current" }
  const until = current.currentFrom === null ? null : later(current.currentFrom, noticedWithinMs)
  if (until === null || keyward.deps.clock.now() < until) return { why: "recent", until }
  const { unusable_secrets: count = 0, ...needed } = wanted.stored
  if (Object.values(needed).some((some) => some > 0)) return { why: "in_use", stored: wanted.stored }
  return count > 0 ? { why: "unusable", count } : null
}

/**
 * Forgets the digests under a pepper that nobody can use any more, in batches, while servers serve. It may be cut off at any
 * point: what is done is done, and the next run goes on with what is left.
 * @param count of them, counted to `countedMost`
 * @param tell called after each batch with how many were forgotten so far
 * @returns how many there were
 */
export async function forgetUnusable(
  { store, deps }: Keyward,
  version: number,
  count: number,
  tell: (forgotten: number) => void,
): Promise<number> {
  // Before anything goes, so that what was done was recorded, however this ends.
  const details = { kind: "pepper", version, unusable_secrets: count }
  await recordInstallation(deps, "installation.digests_forgotten", details)
  let forgotten = 0
  for (;;) {
    const some = await store.forgetUnusable(version, deps.clock.now(), forgottenAtOnce)
    if (some === 0) return forgotten
    forgotten += some
    tell(forgotten)
  }
}

/** Takes a version out of the secrets file; puts it back where something turns out to be stored under it after all. */
export async function retireVersion(
  keyward: Keyward,
  kind: OwnSecretKind,
  version: number,
  path: string,
): Promise<Kept | null> {
  let before: SecretVersions | null = null
  await changeSecretsFile(path, (versions) => {
    before = versions
    const left = [...ofKind(versions, kind)].filter(([one]) => one !== version)
    return withKind(versions, kind, new Map(left))
  })
  const kept = before && (await keptFor(keyward, kind, version, before))
  if (kept && before) {
    const whole: SecretVersions = before
    await changeSecretsFile(path, () => whole)
    return kept
  }
  await recordInstallation(keyward.deps, "installation.secret_retired", { kind, version })
  return null
}

function ofKind({ peppers, encryptionKeys }: SecretVersions, kind: OwnSecretKind): Versions {
  return kind === "pepper" ? peppers : encryptionKeys
}

function withKind(versions: SecretVersions, kind: OwnSecretKind, changed: Versions): SecretVersions {
  return kind === "pepper" ? { ...versions, peppers: changed } : { ...versions, encryptionKeys: changed }
}
