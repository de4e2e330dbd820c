import process from "node:process"
import { afterAll, beforeAll, beforeEach, describe } from "vitest"
import type { Store } from "../store.ts"
import { aliasContract } from "./aliases.ts"
import { auditContract } from "./audit.ts"
import { beyondCapContract } from "./beyond-caps.ts"
import { capContract } from "./caps.ts"
import { closingContract } from "./closing.ts"
import { commitContract } from "./commits.ts"
import { concurrencyContract } from "./concurrency.ts"
import { creditContract } from "./credits.ts"
import { deletedKeyContract } from "./deleted-keys.ts"
import { dueKeyContract } from "./due-keys.ts"
import { durabilityContract } from "./durability.ts"
import { endedSecretContract } from "./ended-secrets.ts"
import { exactnessContract } from "./exactness.ts"
import { keyListContract } from "./key-lists.ts"
import { keyContract } from "./keys.ts"
import { lastOwnerContract } from "./last-owner.ts"
import { leaseContract } from "./leases.ts"
import { linkContract } from "./links.ts"
import { noticeContract } from "./notices.ts"
import { organizationContract } from "./organizations.ts"
import { ownSecretContract } from "./own-secrets.ts"
import { ownerContract } from "./owners.ts"
import { pagingContract } from "./paging.ts"
import { planContract } from "./plans.ts"
import { principalListContract } from "./principal-lists.ts"
import { principalContract } from "./principals.ts"
import { replayContract } from "./replays.ts"
import { sessionContract } from "./sessions.ts"
import { settingContract } from "./settings.ts"
import { taskContract } from "./tasks.ts"
import { tenantContract } from "./tenants.ts"
import { throttleContract } from "./throttles.ts"
import { usageContract } from "./usage.ts"

/** What a store can show beyond the port; an absent member leaves out the cases that need it. */
export interface Capabilities {
  /** Opens what a store of `open` has written once more, as the next process does. Absent: nothing outlives the process. */
  readonly reopen?: (store: Store) => Promise<Store>
  /** Watches which statements a store of `open` executes. Absent: the store has no query planner to ask. */
  readonly watch?: (store: Store) => StatementWatch
}

export interface StatementWatch {
  /** Forgets the statements executed so far. */
  forget(): void
  /** The statements executed since, each with what is wrong with the engine's plan for it: none where it stays on an index. */
  plans(): Promise<readonly { readonly sql: string; readonly faults: readonly string[] }[]>
}

/**
 * What every store keeps: the port's docstrings as tests. Each case founds an organization of its own, so one store serves
 * nearly all of them, and each runs among the leavings of the others.
 * @param open opens an empty store, each time another one
 */
export function storeContract(name: string, open: () => Promise<Store>, capabilities: Capabilities): void {
  describe(`store contract ${name}`, () => {
    let opened: Store | null = null
    let cases = 0
    const store = (): Store => {
      if (!opened) throw new Error("The store is not open yet.")
      return opened
    }

    beforeAll(async () => {
      opened = await open()
    })
    beforeEach(() => {
      cases++
    })
    afterAll(async () => {
      await opened?.close()
      process.stdout.write(`store contract ${name}: ${cases} cases\n`)
    })

    organizationContract(store)
    principalContract(store)
    lastOwnerContract(store)
    principalListContract(store)
    sessionContract(store)
    linkContract(store)
    replayContract(store)
    throttleContract(store)
    commitContract(store)
    keyContract(store)
    deletedKeyContract(store)
    endedSecretContract(store)
    noticeContract(store)
    ownerContract(store)
    capContract(store)
    beyondCapContract(store)
    dueKeyContract(store)
    keyListContract(store)
    pagingContract(store)
    exactnessContract(store)
    concurrencyContract(store)
    auditContract(store)
    usageContract(store)
    creditContract(store)
    leaseContract(store)
    taskContract(store)
    ownSecretContract(store)
    settingContract(store)
    tenantContract(store)
    aliasContract(open, capabilities.reopen)
    closingContract(open)
    durabilityContract(open, capabilities.reopen)
    planContract(open, capabilities.watch)
  })
}
