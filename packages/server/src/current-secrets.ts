import { type Digest, fail, type Instant, type Store } from "@keyward/core"
import type { OwnSecretKind } from "./own-secret-kinds.ts"

/** How often a server looks for new versions, and for those that have become current; milliseconds. */
export const refreshMs = 2_000

/**
 * For how long after a version became current a server that works counts as possibly not having noticed; milliseconds. An
 * older version is taken out only after that, so that nothing more is stored under it.
 */
export const noticedWithinMs = 60_000

/** From when new digests, or sealed texts, are of a version; null: nobody has said so yet. The instant does not change. */
export async function currentFrom(
  store: Store,
  kind: OwnSecretKind,
  version: number,
): Promise<Instant | null> {
  const stands = await store.setting(settingOf(kind, version))
  return stands === null ? null : (Number(stands) as Instant)
}

/** Makes a version current from an instant on. @returns the instant that stands, which may be an earlier call's */
export async function makeCurrent(
  store: Store,
  kind: OwnSecretKind,
  version: number,
  from: Instant,
): Promise<Instant> {
  return Number(await store.ensureSetting(settingOf(kind, version), String(from))) as Instant
}

/**
 * The version that is current at an instant: the highest of those that became current, or the lowest of all where none
 * did, which is how every installation begins.
 * @param versions those that are here, at least one
 */
export async function currentVersion(
  store: Store,
  kind: OwnSecretKind,
  versions: readonly number[],
  now: Instant,
): Promise<number> {
  const lowest = Math.min(...versions)
  for (const version of versions.filter((one) => one !== lowest).sort((a, b) => b - a)) {
    const from = await currentFrom(store, kind, version)
    if (from !== null && now >= from) return version
  }
  return lowest
}

/**
 * The store, for a process that may not have every pepper: where it finds nothing, and the store knows of a newer pepper
 * that may be in use, it throws "installation_secret_missing", as the secret may well be stored under that one. No clock is asked:
 * what is stored under a pepper is stored after that pepper is recorded as one that becomes current.
 */
export function refusingUnknownPeppers(store: Store): Store {
  async function certain<Found>(digests: readonly Digest[], find: () => Promise<Found>): Promise<Found> {
    const found = await find()
    if (!found) await demandNewest(store, Math.max(...digests.map(({ pepperVersion }) => pepperVersion)))
    return found
  }
  return {
    ...store,
    subject: (digests) => certain(digests, () => store.subject(digests)),
    digestTaken: (digests) => certain(digests, () => store.digestTaken(digests)),
    sessionByDigest: (digests) => certain(digests, () => store.sessionByDigest(digests)),
    linkByDigest: (digests) => certain(digests, () => store.linkByDigest(digests)),
  }
}

async function demandNewest(store: Store, known: number): Promise<void> {
  for (let version = known; ; ) {
    const next = await store.setting(`pepper_after_${version}`)
    if (next === null) return
    version = Number(next)
    if ((await currentFrom(store, "pepper", version)) !== null) {
      fail({ code: "installation_secret_missing", secret: "pepper", version })
    }
  }
}

function settingOf(kind: OwnSecretKind, version: number): string {
  return `${kind}_current_from_${version}`
}
