import {
  type BrokenLink,
  type ChainHead,
  ChainVerifier,
  type JsonObject,
  printAuditEvent,
  type Store,
} from "@keyward/core"
import type { Config } from "../config.ts"
import type { CheckedChain } from "./audit-verify.ts"
import { readEvents } from "./event-file.ts"
import { CommandFailure } from "./failure.ts"
import { openInstallationStore } from "./installation.ts"
import { organizationIds } from "./organization-ids.ts"

/** Events that are read at once. */
const pageSize = 500

/** @param organizationId null: every organization of the store */
export async function checkStore(config: Config, organizationId: string | null): Promise<CheckedChain[]> {
  const store = await openInstallationStore(config)
  try {
    if (organizationId !== null && !(await store.organization(organizationId))) {
      throw new CommandFailure(
        "usage",
        `There is no organization ${organizationId}.`,
        "Leave out --organization for all.",
      )
    }
    const checked: CheckedChain[] = []
    for await (const id of organizationId === null ? organizationIds(store) : [organizationId]) {
      checked.push(await checkChain(store, id))
    }
    return checked
  } finally {
    await store.close()
  }
}

/** Follows a chain that may grow meanwhile: the end is compared once nothing more is read. */
async function checkChain(store: Store, organizationId: string): Promise<CheckedChain> {
  const chain = new ChainVerifier()
  const result = (broken: BrokenLink | null) => ({ organizationId, head: chain.head, broken })
  for (;;) {
    const { items } = await store.auditEvents(
      organizationId,
      {},
      { limit: pageSize, after: chain.head.sequence, ascending: true },
    )
    for (const event of items) {
      const broken = follow(chain, () => printAuditEvent(event))
      if (broken) return result(broken)
    }
    if (items.length > 0) continue
    const recorded = await store.auditHead(organizationId)
    // An event may have been added between the two readings. A head that stands still was there before the second one.
    const { items: added } = await store.auditEvents(
      organizationId,
      {},
      { limit: 1, after: chain.head.sequence, ascending: true },
    )
    if (added.length === 0) return result(chain.end(recorded))
  }
}

/**
 * @param organizationId the organization whose events they must be; null: that of the first event
 * @param recorded       null: nobody noted where the chain ended
 */
export async function checkFile(
  path: string,
  organizationId: string | null,
  recorded: ChainHead | null,
): Promise<CheckedChain> {
  const chain = new ChainVerifier()
  let owner = organizationId
  const result = (broken: BrokenLink | null) => ({ organizationId: owner, head: chain.head, broken })
  for await (const event of readEvents(path)) {
    owner ??= String(event["organization_id"])
    const broken = foreign(event, owner, chain.head) ?? follow(chain, () => event)
    if (broken) return result(broken)
    // What follows the noted head was added since.
    if (chain.head.sequence === recorded?.sequence) {
      const other = chain.end(recorded)
      if (other) return result(other)
    }
  }
  return result(recorded && chain.head.sequence < recorded.sequence ? chain.end(recorded) : null)
}

function follow(chain: ChainVerifier, event: () => JsonObject): BrokenLink | null {
  try {
    return chain.next(event())
  } catch (error) {
    // An instant beyond the calendar, or text that is not Unicode: nothing that was ever written.
    if (!(error instanceof RangeError)) throw error
    const sequence = chain.head.sequence + 1
    return { sequence, reason: `Event ${sequence} was changed after it was written: ${error.message}` }
  }
}

function foreign(event: JsonObject, owner: string, { sequence }: ChainHead): BrokenLink | null {
  if (event["organization_id"] === owner) return null
  return { sequence: sequence + 1, reason: `Event ${sequence + 1} belongs to another organization.` }
}
