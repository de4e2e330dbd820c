import { hash } from "node:crypto"
import type { NewKey } from "@keyward/contract"
import { nativeFormat, systemEntropy } from "@keyward/core"
import type { KeywardClient } from "@keyward/sdk"
import { type Command, InvalidArgumentError, Option } from "commander"
import { CommandFailure } from "./failure.ts"

/** What keeps a secret from the wire. */
export interface BlindOptions {
  readonly blind?: true
  readonly secretSha256?: string
}

export function addBlindOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--blind",
        "make the secret here, and send its SHA-256 alone; not in a recoverable keyspace",
        // Repeated, it would be another secret, and so another intent.
      ).conflicts(["secretSha256", "idempotencyKey"]),
    )
    .option("--secret-sha256 <hex>", "the same for a secret that was made elsewhere", sha256Of)
}

/**
 * What is sent of a secret that the server is not told.
 * @param keyspaceOf finds the keyspace that the secret is for; asked only when one is made here
 * @returns the text that was made here, null where none was, and the members to send
 */
export async function blindSecretOf(
  client: KeywardClient,
  keyspaceOf: () => Promise<string>,
  { blind, secretSha256 }: BlindOptions,
): Promise<{ readonly made: string | null; readonly sent: Pick<NewKey, "secret_sha256" | "secret_hint"> }> {
  if (secretSha256 !== undefined) return { made: null, sent: { secret_sha256: secretSha256 } }
  if (!blind) return { made: null, sent: {} }
  const { format, prefix } = await client.keyspaces.read(await keyspaceOf())
  if (format !== "native") {
    throw new CommandFailure(
      "usage",
      `A secret in the format ${format} cannot be made here.`,
      "Leave out --blind, so that the server makes it.",
    )
  }
  const made = nativeFormat.print(prefix, "", systemEntropy)
  return { made, sent: { secret_sha256: hash("sha256", made), secret_hint: nativeFormat.hint(made) } }
}

function sha256Of(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text
  throw new InvalidArgumentError("It takes 64 hexadecimal digits.")
}
