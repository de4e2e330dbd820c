import { randomUUID } from "node:crypto"
import {
  type Clock,
  type Instant,
  type Peppers,
  printTimestamp,
  type Sealer,
  type Store,
} from "@keyward/core"
import { type Finding, fail, ok, warn } from "./finding.ts"
import { organizationIds } from "./organization-ids.ts"

type Findings = AsyncGenerator<Finding, void, undefined>

/** Whether what is sealed now can be opened again. */
export function examineSealing(sealer: Sealer): Finding {
  const text = randomUUID()
  const owner = { keyId: randomUUID(), secretVersion: 1 }
  return sealer.open(sealer.seal(text, owner), owner) === text
    ? ok("sealing", `Key-encryption key ${sealer.currentVersion} seals and opens.`)
    : fail("sealing", "What was sealed did not open as it was.", "Check the key-encryption keys.")
}

/** @param peppers null: they could not be read, which another check says */
export async function* examineStore(store: Store, peppers: Peppers | null, clock: Clock): Findings {
  await store.ping()
  yield ok("store", `The ${store.engine} store answers, and is of this version.`)
  if (peppers) yield* examinePeppers(store, peppers)
  yield* examineChains(store, clock)
}

async function* examinePeppers(store: Store, peppers: Peppers): Findings {
  for (const version of peppers.versions) {
    const check = `pepper ${version}`
    const recorded = await store.setting(`pepper_fingerprint_${version}`)
    if (recorded === null) {
      yield warn(check, "The store has not been served with it yet.", "Nothing, if it is new.")
    } else if (recorded === peppers.fingerprint(version)) {
      yield ok(check, "It is the one that the store was filled with.")
    } else {
      yield fail(
        check,
        "It is not the one that the store was filled with: every key would look unknown.",
        "Use the secrets file (or KEYWARD_PEPPERS) that belongs to this store.",
      )
    }
  }
}

/** The end of each chain, as recorded and as it is, and that the clock is not before it. */
async function* examineChains(store: Store, clock: Clock): Findings {
  const broken: string[] = []
  let count = 0
  let latest: Instant | null = null
  for await (const id of organizationIds(store)) {
    count++
    // In this order: a chain that grows meanwhile has more events than its recorded head, never fewer.
    const recorded = await store.auditHead(id)
    const { items } = await store.auditEvents(
      id,
      {},
      { limit: 1, after: recorded.sequence - 1, ascending: true },
    )
    const [last] = items
    if (last?.sequence !== recorded.sequence || last.hash !== recorded.hash) broken.push(id)
    if (last && (latest === null || last.at > latest)) latest = last.at
  }
  if (count === 0) {
    return yield fail("organizations", "There is none yet.", '"keyward init" makes the first one.')
  }
  yield broken.length === 0
    ? ok("audit chains", `Each of ${count} ends where it was recorded to end.`)
    : fail(
        "audit chains",
        `The chain does not end where it was recorded to end, of: ${broken.join(", ")}.`,
        '"keyward audit verify" names the first broken link. Keep the store as it is, and look into who can write it.',
      )
  yield examineClock(latest, clock.now())
}

function examineClock(latest: Instant | null, now: Instant): Finding {
  return latest === null || now >= latest
    ? ok("clock", `It is ${printTimestamp(now)}, and no event is later.`)
    : fail(
        "clock",
        `It is ${printTimestamp(now)}, but an event is of ${printTimestamp(latest)}.`,
        "Set the clock right, by NTP: expiry and limits depend on it.",
      )
}
