import * as contract from "@keyward/contract"
import * as core from "@keyward/core"
import { expect, test } from "vitest"

// Contract imports nothing of ours, so it spells the words of the domain itself. They are the same words.

test.each([
  ["outcomes", contract.outcomes, core.outcomes],
  ["states of a key", contract.keyStates, core.keyStates],
  ["reasons to revoke", contract.revocationReasons, core.revocationReasons],
  ["kinds of owners", contract.ownerKinds, core.ownerKinds],
  ["audit actions", contract.auditActions, core.auditActions],
  ["checks of a verification", contract.verificationChecks, core.verificationChecks],
  ["countings of keys", contract.countedKeys, core.countedKeys],
  ["kinds of keyspaces", contract.keyspaceKinds, core.keyspaceKinds],
  ["key formats", contract.keyFormatNames, Object.keys(core.keyFormats)],
])("contract and core agree: %s", (_, ours, theirs) => {
  expect([...ours].sort()).toEqual([...theirs].sort())
})

test("every route asks for permissions of the management catalog", () => {
  const catalog: readonly string[] = core.managementPermissions.map(({ name }) => name)
  const asked = contract.nativeRoutes.flatMap((route) =>
    "permission" in route && route.permission ? [route.permission] : [],
  )
  expect(asked.filter((permission) => !catalog.includes(permission))).toEqual([])
})
