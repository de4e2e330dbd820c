import process from "node:process"
import { type Command, InvalidArgumentError } from "commander"
import { readConfig } from "../config.ts"
import { CommandFailure } from "./failure.ts"
import { type OutputOptions, printJson, printLine, printMembers } from "./output.ts"

interface InitOptions extends OutputOptions {
  readonly organizationName: string
  readonly email: string
}

export function addInit(program: Command): void {
  program
    .command("init")
    .summary("make the secrets file and the first organization, for production")
    .description(
      "Local. Makes the secrets file, where there is none, and the first organization with its administrator in the configured store. Shows the credentials this once, on standard output, and writes them nowhere. Refuses when the store is not empty.",
    )
    .option("--organization-name <name>", "name of the organization", nameOf, "Organization")
    .option("--email <address>", "of the administrator", emailOf, "admin@example.com")
    .option("--json", "print the credentials as JSON")
    .action(init)
}

async function init({ organizationName, email, json }: InitOptions): Promise<void> {
  const config = readConfig()
  const [{ createLogger }, { createFirstOrganization, isEmpty }, { makeDataDir, openInstallation }] =
    await Promise.all([import("../logger.ts"), import("../first-start.ts"), import("./installation.ts")])
  await makeDataDir(config)
  const logger = createLogger(config.logLevel, process.stderr)
  const keyward = await openInstallation(config, { logger, createSecrets: true })
  try {
    if (!(await isEmpty(keyward))) {
      throw new CommandFailure(
        "usage",
        "The store has an organization already; nothing was changed.",
        '"keyward serve" serves it. If nobody has its credentials, "keyward recover" makes a new management key.',
      )
    }
    const { organizationId, admin } = await createFirstOrganization(keyward, { organizationName, email })
    if (json) {
      const { email, password, apiKey } = admin
      return await printJson({ organization_id: organizationId, admin: { email, password, api_key: apiKey } })
    }
    await printLine(
      "The first organization is made. These credentials are shown this once, and written nowhere:\n",
    )
    await printMembers({
      organization: organizationId,
      administrator: admin.email,
      password: admin.password,
      "API key": admin.apiKey,
    })
    await printLine(`\n${keepSecrets(config.peppers && config.encryptionKeys ? null : config.secretsFile)}`)
    await printLine('"keyward serve" serves it.')
  } finally {
    await keyward.close()
  }
}

/** @param secretsFile null: the secrets come from the environment */
function keepSecrets(secretsFile: string | null): string {
  const what = secretsFile ?? "what KEYWARD_PEPPERS and KEYWARD_ENCRYPTION_KEYS hold"
  return `Keep ${what} safe, and apart from backups of the store: without it no key can be verified.`
}

function nameOf(text: string): string {
  if (text.length >= 1 && text.length <= 255) return text
  throw new InvalidArgumentError("It takes 1 to 255 characters.")
}

function emailOf(text: string): string {
  if (text.length <= 254 && /^[^\s@]+@[^\s@]+$/.test(text)) return text
  throw new InvalidArgumentError("That is no e-mail address.")
}
