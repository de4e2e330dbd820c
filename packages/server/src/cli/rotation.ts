import type { RotationInput } from "@keyward/contract"
import type { Command } from "commander"
import { given } from "../given.ts"
import { addBlindOptions, type BlindOptions, blindSecretOf } from "./blind-secret.ts"
import { addIdempotencyKey, type CreatingOptions, creationOf } from "./creating.ts"
import { durationOf, wholeNumber } from "./option-text.ts"
import { printKey, printWithSecret } from "./print-key.ts"
import { addRemoteOptions, connect, type RemoteOptions } from "./remote.ts"

const time = "a number and one of s, m, h, d, w (1h)"

/** `keys rotate`, and `keys rotation …` for what becomes of it. */
export function addRotation(keys: Command): void {
  const rotate = keys
    .command("rotate <key-id>")
    .summary("give a key a new secret, shown this once; the one so far lives on for a while")
    .option("--overlap <time>", `how long it lives on: ${time}; 0s: not at all; default: 1h`, durationOf)
  addChangeOptions(addBlindOptions(addIdempotencyKey(rotate))).action(rotateKey)

  const rotation = keys.command("rotation").summary("finish, cancel or extend a rotation that is under way")
  const finish = rotation.command("finish <key-id>").summary("end the secret before at once")
  addChangeOptions(finish).action(finishRotation)
  const cancel = rotation
    .command("cancel <key-id>")
    .summary("end the new secret at once; the one before lives as it did")
  addChangeOptions(cancel).action(cancelRotation)
  const extend = rotation
    .command("extend <key-id>")
    .summary("let the secret before live on for longer")
    .requiredOption("--overlap <time>", `how long it lives on from now: ${time}`, durationOf)
  addChangeOptions(extend).action(extendRotation)
}

interface ChangeOptions extends RemoteOptions {
  readonly ifRevision?: number
}

function addChangeOptions(command: Command): Command {
  const revision = "only if the key is still at this revision"
  return addRemoteOptions(command.option("--if-revision <revision>", revision, wholeNumber))
}

interface RotateOptions extends ChangeOptions, CreatingOptions, BlindOptions {
  readonly overlap?: string
}

async function rotateKey(keyId: string, options: RotateOptions): Promise<void> {
  const client = await connect(options)
  const { overlap, ifRevision } = options
  const keyspaceOf = async () => (await client.keys.read(keyId)).keyspace_id
  const { made, sent } = await blindSecretOf(client, keyspaceOf, options)
  const rotation: RotationInput = { ...given({ overlap }), ...sent }
  const how = { ...given({ ifRevision }), ...creationOf(options) }
  await printWithSecret(await client.keys.rotate(keyId, rotation, how), made, options)
}

async function finishRotation(keyId: string, options: ChangeOptions): Promise<void> {
  const client = await connect(options)
  const { ifRevision } = options
  await printKey(await client.keys.finishRotation(keyId, given({ ifRevision })), options)
}

async function cancelRotation(keyId: string, options: ChangeOptions): Promise<void> {
  const client = await connect(options)
  const { ifRevision } = options
  await printKey(await client.keys.cancelRotation(keyId, given({ ifRevision })), options)
}

async function extendRotation(
  keyId: string,
  options: ChangeOptions & { readonly overlap: string },
): Promise<void> {
  const client = await connect(options)
  const { overlap, ifRevision } = options
  await printKey(await client.keys.extendRotation(keyId, overlap, given({ ifRevision })), options)
}
