import { type OwnerInput, type RevocationInput, revocationReasons } from "@keyward/contract"
import { type Command, Option } from "commander"
import { given } from "../given.ts"
import { addBlindOptions, type BlindOptions, blindSecretOf } from "./blind-secret.ts"
import { clearOption } from "./clear-option.ts"
import { addCreatingOptions, type CreatingOptions, creationOf } from "./creating.ts"
import {
  addCreditCommands,
  addCreditOptions,
  type CreditOptions,
  creditsPatchOf,
  newCreditsOf,
} from "./credits.ts"
import { addKeyFilterOptions, type KeyFilterOptions, keyFilterOf } from "./key-filter.ts"
import { addKeyPolicyOptions, clearable, type KeyPolicyOptions, policyOf } from "./key-policy.ts"
import { ownerOf, wholeNumber } from "./option-text.ts"
import { printJson, printLine, printTable } from "./output.ts"
import { addPageOptions, type PageOptions, printPages } from "./pages.ts"
import { printKey, printWithSecret } from "./print-key.ts"
import { addRemoteOptions, connect, type RemoteOptions } from "./remote.ts"
import { addRotation } from "./rotation.ts"
import { addVerify } from "./verify.ts"

export function addKeys(program: Command): void {
  const keys = program.command("keys").summary("issue, change, revoke and verify keys")
  const revision = "only if the key is still at this revision"

  const create = keys
    .command("create")
    .summary("issue a key; its secret is shown this once")
    .requiredOption("--keyspace <id>", "the keyspace that it is to belong to")
    .requiredOption("--name <name>", "its name")
  addCreditOptions(addKeyPolicyOptions(create))
    .option("--disabled", "disabled at first")
    .option("--delete-protected", "not to be deleted until this is taken off")
  addBlindOptions(create)
  addCreatingOptions(create).action(createKey)

  const list = keys.command("list").summary("list keys: the newest first, or by what the filter ranges over")
  addKeyFilterOptions(list).option(
    "--deleted",
    "only deleted keys that can be restored, the last deleted first",
  )
  addPageOptions(list).action(listKeys)

  const show = keys
    .command("show <key-id>")
    .summary("show a key, without its secret")
    .option("--deleted", "one that was deleted and can be restored")
  addRemoteOptions(show).action(showKey)

  const update = keys
    .command("update <key-id>")
    .summary("change a key: what is not named stays, a list is replaced whole")
    .option("--name <name>", "its name")
    .addOption(new Option("--enable", "enable it").conflicts("disable"))
    .option("--disable", "refuse it until it is enabled again")
    .addOption(
      new Option("--delete-protected", "refuse to delete it until this is taken off").conflicts("deletable"),
    )
    .option("--deletable", "take that off")
  addCreditOptions(addKeyPolicyOptions(update))
    .addOption(clearOption(clearable))
    .option("--if-revision <revision>", revision, wholeNumber)
  addRemoteOptions(update).action(updateKey)

  const revoke = keys
    .command("revoke <key-id>")
    .summary("end a key for good")
    .addOption(new Option("--reason <reason>", "why").choices(revocationReasons).default("unspecified"))
    .option("--note <text>", "what else there is to say")
  addRemoteOptions(revoke).action(revokeKey)

  addRotation(keys)

  const remove = keys
    .command("delete <key-id>")
    .summary("make a key unknown to everyone; it can be restored for a while")
    .option("--if-revision <revision>", revision, wholeNumber)
  addRemoteOptions(remove).action(deleteKey)

  const restore = keys
    .command("restore <key-id>")
    .summary("take back the deletion of a key: it is as it was")
    .option("--owner <kind:id>", "whom it is given to with that; needed if its owner was removed", ownerOf)
    .option("--if-revision <revision>", revision, wholeNumber)
  addRemoteOptions(restore).action(restoreKey)

  addCreditCommands(keys)
  addVerify(keys)

  const reveal = keys
    .command("reveal <key-id>")
    .summary("read the secret of a recoverable key again, which is audited")
    .requiredOption("--reason <text>", "why it has to be read; kept in the audit trail")
  addRemoteOptions(reveal).action(revealKey)

  const usage = keys
    .command("usage <key-id>")
    .summary("how often a key was verified, by hour and outcome")
    .option("--from <timestamp>", "hours that start then or later; default: 24 hours before the end")
    .option("--to <timestamp>", "hours that start earlier; default: now")
  addRemoteOptions(usage).action(showUsage)
}

interface CreateOptions extends KeyPolicyOptions, CreditOptions, BlindOptions, CreatingOptions {
  readonly keyspace: string
  readonly name: string
  readonly disabled?: true
  readonly deleteProtected?: true
}

async function createKey(options: CreateOptions): Promise<void> {
  const client = await connect(options)
  const { keyspace, name, disabled, deleteProtected } = options
  const { made, sent } = await blindSecretOf(client, async () => keyspace, options)
  const key = {
    keyspace_id: keyspace,
    name,
    ...policyOf(options),
    ...given({ credits: newCreditsOf(options) }),
    ...(disabled ? { enabled: false } : {}),
    ...given({ delete_protected: deleteProtected }),
    ...sent,
  }
  await printWithSecret(await client.keys.create(key, creationOf(options)), made, options)
}

interface ListOptions extends PageOptions, KeyFilterOptions {
  readonly deleted?: true
}

async function listKeys(options: ListOptions): Promise<void> {
  const client = await connect(options)
  const { owner, deleted } = options
  const filter = {
    ...keyFilterOf(options),
    ...given({ owner_kind: owner?.kind, owner_id: owner?.id, deleted }),
  }
  await printPages(
    options,
    (page) => client.keys.list({ ...filter, ...page }),
    ["id", "state", "expires", "last used", "owner", "name"],
    ({ id, state, expires_at, last_used_at, owner, name }) => [
      id,
      state,
      expires_at,
      last_used_at,
      `${owner.kind}:${owner.id}`,
      name,
    ],
  )
}

async function showKey(keyId: string, options: RemoteOptions & { readonly deleted?: true }): Promise<void> {
  const client = await connect(options)
  const { deleted } = options
  await printKey(await (deleted ? client.keys.readDeleted(keyId) : client.keys.read(keyId)), options)
}

interface UpdateOptions extends KeyPolicyOptions, CreditOptions, RemoteOptions {
  readonly name?: string
  readonly enable?: true
  readonly disable?: true
  readonly deleteProtected?: true
  readonly deletable?: true
  readonly clear?: object
  readonly ifRevision?: number
}

async function updateKey(keyId: string, options: UpdateOptions): Promise<void> {
  const client = await connect(options)
  const { name, enable, disable, deleteProtected, deletable, clear, ifRevision } = options
  const patch = {
    ...given({
      name,
      enabled: enable ?? (disable ? false : undefined),
      delete_protected: deleteProtected ?? (deletable ? false : undefined),
    }),
    ...policyOf(options),
    ...given({ credits: creditsPatchOf(options) }),
    ...clear,
  }
  await printKey(await client.keys.update(keyId, patch, given({ ifRevision })), options)
}

interface RevokeOptions extends RemoteOptions {
  readonly reason: NonNullable<RevocationInput["reason"]>
  readonly note?: string
}

async function revokeKey(keyId: string, options: RevokeOptions): Promise<void> {
  const client = await connect(options)
  const { reason, note } = options
  await printKey(await client.keys.revoke(keyId, given({ reason, note })), options)
}

async function deleteKey(
  keyId: string,
  options: RemoteOptions & { readonly ifRevision?: number },
): Promise<void> {
  const client = await connect(options)
  const { ifRevision, json } = options
  await client.keys.delete(keyId, given({ ifRevision }))
  await (json ? printJson({ key_id: keyId, deleted: true }) : printLine(`Deleted ${keyId}.`))
}

async function restoreKey(
  keyId: string,
  options: RemoteOptions & { readonly ifRevision?: number; readonly owner?: OwnerInput },
): Promise<void> {
  const client = await connect(options)
  const { ifRevision, owner } = options
  await printKey(await client.keys.restore(keyId, given({ ifRevision, owner })), options)
}

async function revealKey(keyId: string, options: RemoteOptions & { readonly reason: string }): Promise<void> {
  const client = await connect(options)
  const revealed = await client.keys.reveal(keyId, options.reason)
  await (options.json ? printJson(revealed) : printLine(revealed.secret))
}

async function showUsage(
  keyId: string,
  options: RemoteOptions & { readonly from?: string; readonly to?: string },
): Promise<void> {
  const client = await connect(options)
  const { from, to, json } = options
  const usage = await client.keys.usage(keyId, given({ from, to }))
  if (json) return printJson(usage)
  await printTable(
    ["hour", "outcome", "count"],
    usage.items.map(({ hour, outcome, count }) => [hour, outcome, count]),
  )
}
