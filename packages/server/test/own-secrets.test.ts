import { openMemoryStore } from "@keyward/core"
import { expect, test } from "vitest"
import { forgetUnusable } from "../src/own-secrets.ts"
import { openTestKeyward } from "./test-keyward.ts"

test("forgetting goes on where it was cut off, and each run is in the audit trail before it begins", async () => {
  const store = openMemoryStore()
  const { keyward, created, system, clock } = await openTestKeyward({ store })
  const { authority } = keyward
  const input = { keyspaceId: created.managementKeyspace.id, name: "Key" }
  for (let at = 0; at < 600; at++) {
    const { key } = await authority.createKey(system, input)
    await authority.revokeKey(system, key.id, { reason: "unspecified", note: null })
  }
  const left = () => store.storedUnder("unusable_secrets", clock.now(), 1000)
  const cutOff = forgetUnusable(keyward, 1, 600, () => {
    throw new Error("killed")
  })
  await expect(cutOff).rejects.toThrow("killed")
  expect(await left()).toEqual([{ version: 1, count: 100 }])
  const told: number[] = []
  expect(await forgetUnusable(keyward, 1, 100, (forgotten) => told.push(forgotten))).toBe(100)
  expect([told, await left()]).toEqual([[100], []])
  const filter = { action: "installation.digests_forgotten" } as const
  const { items } = await store.auditEvents(system.organizationId, filter, { limit: 5, after: null })
  expect(items.map(({ details }) => details["unusable_secrets"])).toEqual([100, 600])
  // The administrator's key was not among them.
  expect(await store.storedUnder("secrets", clock.now(), 9)).toEqual([{ version: 1, count: 1 }])
})
