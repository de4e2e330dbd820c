import process from "node:process"
import type { Organization } from "@keyward/core"
import { Argument, type Command } from "commander"
import { type Config, readConfig } from "../config.ts"
import { type DialectName, dialectNames, type Mount, vendors } from "../dialect-settings.ts"
import type { Keyward } from "../keyward.ts"
import { CommandFailure } from "./failure.ts"
import { type OutputOptions, printJson, printLine, printMembers, printTable } from "./output.ts"

export function addDialects(program: Command): void {
  const dialects = program
    .command("dialects")
    .summary("enable the APIs of other vendors, and show where they are")

  dialects
    .command("list")
    .summary("list the dialects: where each is served, and whether it is enabled")
    .description("Local. Opens the store by the KEYWARD_ settings, also while a server serves it.")
    .option("--json", "print JSON")
    .action(listDialects)

  dialects
    .command("enable")
    .addArgument(new Argument("<dialect>").choices(dialectNames))
    .summary("enable a dialect for an organization, and show its first credential")
    .description(
      "Local. Makes the dialect's keyspace in the organization that KEYWARD_<DIALECT>_ORGANIZATION_ID names (default: the oldest one), and issues a credential of an administrator. Shows it this once, and writes it nowhere. The dialect is served by the next start of a server with KEYWARD_<DIALECT>_MOUNT. Run again, it issues one more credential.",
    )
    .option("--email <address>", "the user whom the credential is issued to; default: the oldest owner")
    .option("--json", "print the credential as JSON")
    .action(enable)
}

async function listDialects({ json }: OutputOptions): Promise<void> {
  const config = readConfig()
  await withInstallation(config, async (keyward) => {
    const { isEnabled } = await import("../dialect-enabling.ts")
    const rows = []
    for (const name of dialectNames) {
      const organization = await organizationFor(keyward, config, name)
      rows.push({
        name,
        vendor: vendors[name].title,
        enabled: await isEnabled(keyward, organization, name, config.dialects[name]),
        organization_id: organization.id,
        mount: printMount(config.dialects[name].mount),
        conformance: config.dialects[name].settings.conformance,
      })
    }
    if (json) return printJson({ items: rows, next_cursor: null })
    await printTable(
      ["name", "vendor", "enabled", "mount", "conformance", "organization"],
      rows.map((row) => [row.name, row.vendor, row.enabled, row.mount, row.conformance, row.organization_id]),
    )
  })
}

interface EnableOptions extends OutputOptions {
  readonly email?: string
}

async function enable(name: DialectName, { email, json }: EnableOptions): Promise<void> {
  const config = readConfig()
  await withInstallation(config, async (keyward) => {
    const [{ dialects }, { enableDialect, oldestOwner }] = await Promise.all([
      import("../dialects/index.ts"),
      import("../dialect-enabling.ts"),
    ])
    const organization = await organizationFor(keyward, config, name)
    const principal =
      email === undefined
        ? await oldestOwner(keyward, organization)
        : await keyward.store.userByEmail(organization.id, email.toLowerCase())
    if (!principal) {
      throw new CommandFailure(
        "usage",
        email === undefined
          ? `The organization "${organization.name}" has no active owner.`
          : `The organization "${organization.name}" has no user ${email}.`,
        "Name a user of it with --email.",
      )
    }
    const context = await enableDialect(keyward, organization, name, config.dialects[name])
    const issued = await dialects[name].issue(context, {
      standing: "administrator",
      principal,
      password: null,
    })
    if (json) return printJson({ dialect: name, organization_id: organization.id, ...issued })
    await printLine(
      `The ${vendors[name].title} dialect is enabled. Its first credential, shown this once and written nowhere:\n`,
    )
    await printMembers({ organization: organization.id, ...issued })
    const mount = `KEYWARD_${name.toUpperCase()}_MOUNT`
    const served = config.dialects[name].mount
    await printLine(
      served
        ? `\n${mount}=${printMount(served)}: the next start of "keyward serve" serves it there.`
        : `\nSet ${mount} (such as port:${vendors[name].defaultPort}) and start "keyward serve" to serve it.`,
    )
  })
}

async function withInstallation(config: Config, run: (keyward: Keyward) => Promise<void>): Promise<void> {
  const [{ createLogger }, { openInstallation }] = await Promise.all([
    import("../logger.ts"),
    import("./installation.ts"),
  ])
  const logger = createLogger(config.logLevel, process.stderr)
  const keyward = await openInstallation(config, { logger, createSecrets: false })
  try {
    await run(keyward)
  } finally {
    await keyward.close()
  }
}

async function organizationFor(keyward: Keyward, config: Config, name: DialectName): Promise<Organization> {
  const { organizationOf } = await import("../dialect-enabling.ts")
  return organizationOf(keyward, name, config.dialects[name])
}

/** As the setting takes it. */
function printMount(mount: Mount | null): string {
  switch (mount?.kind) {
    case undefined:
      return "off"
    case "port":
      return `port:${mount.port}`
    case "host":
      return `host:${mount.host}`
    case "path":
      return `path:${mount.path}`
  }
}
