import * as contract from "@keyward/contract"
import * as core from "@keyward/core"
import { expect, test } from "vitest"

// Contract imports nothing of ours, so it spells the words of the domain itself. They are the same words.

const boundsOfTasks = {
  contract: [contract.bounds.task.running, contract.bounds.task.keptDays, contract.bounds.key.tags],
  core: [core.runningTaskMaximum, core.taskLifetimeMs / (24 * 60 * 60 * 1000), core.taggedMaximum],
}

test.each<[string, readonly unknown[], readonly unknown[]]>([
  ["outcomes", contract.outcomes, core.outcomes],
  ["states of a key", contract.keyStates, core.keyStates],
  ["reasons to revoke", contract.revocationReasons, core.revocationReasons],
  ["kinds of owners", contract.ownerKinds, core.ownerKinds],
  ["audit actions", contract.auditActions, core.auditActions],
  ["audit targets", contract.auditTargets, core.auditTargets],
  ["states of a task", contract.taskStates, core.taskStates],
  ["results of a task", contract.taskResultKinds, core.taskResultKinds],
  ["bounds of tasks", boundsOfTasks.contract, boundsOfTasks.core],
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
