import { Argument, type Command, InvalidArgumentError, Option } from "commander"
import { ownSecretKinds } from "../own-secret-kinds.ts"
import type { OutputOptions } from "./output.ts"

type Actions = typeof import("./secret-versions.ts")
const actions = () => import("./secret-versions.ts")

export interface DelayOptions extends OutputOptions {
  readonly after: number
}

export interface RotateOptions extends DelayOptions {
  readonly stage?: true
}

export interface RetireOptions extends OutputOptions {
  readonly forgetUnusable?: true
}

export function addSecrets(program: Command): void {
  const secrets = program
    .command("secrets")
    .summary("rotate the peppers and key-encryption keys of the installation")

  secrets
    .command("list")
    .summary("list the versions, and how much is stored under each")
    .description(
      "Local. Shows which version of the pepper and of the key-encryption key is current, and counts, to 10000 of a kind, what is stored under each. Never shows a value. Works while servers serve.",
    )
    .option("--json", "print JSON")
    .action(async (...given: Parameters<Actions["list"]>) => (await actions()).list(...given))

  secrets
    .command("rotate")
    .addArgument(kindArgument())
    .summary("add a version, and make it the current one")
    .description(
      "Local. Adds a version to the secrets file, which running servers take over within seconds, and makes it current after a delay; no key is invalidated. Where the environment holds the secrets, prints the version to add to it, this once: set it for every server, restart them one by one, and then run `keyward secrets activate`. Run again after it was cut off, it goes on with the version that it had added.",
    )
    .addOption(delayOption())
    .option("--stage", "only add it: for servers that each have a secrets file of their own")
    .option("--json", "print JSON")
    .action(async (...given: Parameters<Actions["rotate"]>) => (await actions()).rotate(...given))

  secrets
    .command("activate")
    .addArgument(kindArgument())
    .summary("make the newest version current, once every server has it")
    .description(
      "Local. For servers that take their secrets from the environment, or from files of their own. A server that does not have the version by then answers 503 where it would have to say that a key is unknown.",
    )
    .addOption(delayOption())
    .option("--json", "print JSON")
    .action(async (...given: Parameters<Actions["activate"]>) => (await actions()).activate(...given))

  secrets
    .command("reseal")
    .summary("seal recoverable secrets anew under the current key-encryption key")
    .description(
      "Local. Works in batches while servers serve, and tells its progress on standard error. Cut off at any point, it goes on when it is run again.",
    )
    .option("--json", "print JSON")
    .action(async (...given: Parameters<Actions["reseal"]>) => (await actions()).reseal(...given))

  secrets
    .command("retire")
    .addArgument(kindArgument())
    .argument("<version>", "the version", wholeNumber)
    .summary("take out a version that nothing is stored under any more")
    .description(
      "Local. Refuses with what is left otherwise. What is stored under an older pepper comes under the current one when it is used, as its text is not known before; sessions and links expire. Secrets that nobody can ever use again (of keys that are revoked or purged, and such as ended) stay under it until they are forgotten. Sealed secrets come under the current key-encryption key by `keyward secrets reseal`; answers kept for repetition are gone after a day.",
    )
    .option(
      "--forget-unusable",
      "of a pepper: forget the digests of secrets that nobody can use any more, once nothing else is stored under it; presented, such a secret is then unknown instead of revoked or expired, and its text could be issued again",
    )
    .option("--json", "print JSON")
    .action(async (...given: Parameters<Actions["retire"]>) => (await actions()).retire(...given))
}

function kindArgument(): Argument {
  return new Argument("<kind>", "of which secrets").choices(ownSecretKinds)
}

function delayOption(): Option {
  return new Option(
    "--after <seconds>",
    "how long until it is current: by then every server has to have it; 10 or more",
  )
    .default(60)
    .argParser((text) => {
      const seconds = wholeNumber(text)
      if (seconds < 10 || seconds > 604_800)
        throw new InvalidArgumentError("A whole number from 10 to 604800.")
      return seconds
    })
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("A whole number of 1 or more.")
  return Number(text)
}
