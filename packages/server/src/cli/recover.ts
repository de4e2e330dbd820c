import process from "node:process"
import type { Command } from "commander"
import { readConfig } from "../config.ts"
import { CommandFailure } from "./failure.ts"
import { type OutputOptions, printJson, printLine, printMembers } from "./output.ts"

interface RecoverOptions extends OutputOptions {
  readonly organization?: string
}

export function addRecover(program: Command): void {
  program
    .command("recover")
    .summary("make a new management key, when all are lost")
    .description(
      "Local. Makes a management key that may do everything in an organization, for whoever has the store and the secrets file but no key any more, such as after a first start that was cut short. Shows it this once; the audit trail has it as Keyward's own doing. Works while a server serves the store.",
    )
    .option("--organization <id>", "the organization; default: the oldest one")
    .option("--json", "print the key as JSON")
    .action(recover)
}

async function recover({ organization: wanted, json }: RecoverOptions): Promise<void> {
  const config = readConfig()
  const [{ managementKeyspace, systemCaller }, { createLogger }, { openInstallation }] = await Promise.all([
    import("@keyward/core"),
    import("../logger.ts"),
    import("./installation.ts"),
  ])
  const logger = createLogger(config.logLevel, process.stderr)
  const { authority, deps, store, close } = await openInstallation(config, { logger, createSecrets: false })
  try {
    const { items } = await store.organizations({ limit: 1, after: null })
    const organization = wanted === undefined ? items[0] : await store.organization(wanted)
    if (!organization) {
      throw new CommandFailure(
        "usage",
        wanted === undefined ? "The store has no organization yet." : `There is no organization ${wanted}.`,
        wanted === undefined ? 'Run "keyward init".' : "Leave out --organization for the oldest one.",
      )
    }
    const { key, secret } = await authority.createKey(systemCaller(organization.id), {
      keyspaceId: (await managementKeyspace(deps, organization.id)).id,
      name: "Recovery",
      permissions: ["*"],
    })
    if (json) {
      return await printJson({ organization_id: organization.id, key_id: key.id, api_key: secret })
    }
    await printLine("A new management key, shown this once. Revoke it when it is not needed any more.\n")
    await printMembers({ organization: organization.id, key: key.id, "API key": secret })
  } finally {
    await close()
  }
}
