import {
  type Key,
  keyStates,
  type OwnerInput,
  type RevocationInput,
  revocationReasons,
} from "@keyward/contract"
import { type Command, Option } from "commander"
import { clearOption } from "./clear-option.ts"
import { addKeyPolicyOptions, clearable, type KeyPolicyOptions, policyOf } from "./key-policy.ts"
import { given, ownerOf, printLimit, wholeNumber } from "./option-text.ts"
import { type Cell, printJson, printLine, printMembers, printTable } from "./output.ts"
import { addPageOptions, type PageOptions, printPages } from "./pages.ts"
import { addRemoteOptions, connect, type RemoteOptions } from "./remote.ts"
import { addVerify } from "./verify.ts"

export function addKeys(program: Command): void {
  const keys = program.command("keys").summary("issue, change, revoke and verify keys")
  const revision = "only if the key is still at this revision"

  const create = keys
    .command("create")
    .summary("issue a key; its secret is shown this once")
    .requiredOption("--keyspace <id>", "the keyspace that it is to belong to")
    .requiredOption("--name <name>", "its name")
  addRemoteOptions(addKeyPolicyOptions(create).option("--disabled", "disabled at first")).action(createKey)

  const list = keys
    .command("list")
    .summary("list keys: the newest first, or by what the filter ranges over")
    .option("--keyspace <id>", "only keys of this keyspace")
    .option("--owner <kind:id>", "only keys of this owner", ownerOf)
    .addOption(new Option("--state <state>", "only keys in this state").choices(keyStates))
    .option("--tag <tag>", "only keys with this tag")
    .option("--name-prefix <text>", "only keys whose name starts so")
    .option("--expires-from <timestamp>", "only keys that expire then or later")
    .option("--expires-before <timestamp>", "only keys that expire earlier")
    .option("--last-used-from <timestamp>", "only keys last used then or later")
    .option("--last-used-before <timestamp>", "only keys last used earlier")
  addPageOptions(list).action(listKeys)

  addRemoteOptions(keys.command("show <key-id>").summary("show a key, without its secret")).action(showKey)

  const update = keys
    .command("update <key-id>")
    .summary("change a key: what is not named stays, a list is replaced whole")
    .option("--name <name>", "its name")
    .addOption(new Option("--enable", "enable it").conflicts("disable"))
    .option("--disable", "refuse it until it is enabled again")
  addKeyPolicyOptions(update)
    .addOption(clearOption(clearable))
    .option("--if-revision <revision>", revision, wholeNumber)
  addRemoteOptions(update).action(updateKey)

  const revoke = keys
    .command("revoke <key-id>")
    .summary("end a key for good")
    .addOption(new Option("--reason <reason>", "why").choices(revocationReasons).default("unspecified"))
    .option("--note <text>", "what else there is to say")
  addRemoteOptions(revoke).action(revokeKey)

  const remove = keys
    .command("delete <key-id>")
    .summary("make a key unknown to everyone; its audit events stay")
    .option("--if-revision <revision>", revision, wholeNumber)
  addRemoteOptions(remove).action(deleteKey)

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

interface CreateOptions extends KeyPolicyOptions, RemoteOptions {
  readonly keyspace: string
  readonly name: string
  readonly disabled?: true
}

async function createKey(options: CreateOptions): Promise<void> {
  const client = await connect(options)
  const { keyspace, name, disabled } = options
  const key = await client.keys.create({
    keyspace_id: keyspace,
    name,
    ...policyOf(options),
    ...(disabled ? { enabled: false } : {}),
  })
  if (options.json) return printJson(key)
  await printMembers({ ...membersOf(key), secret: key.secret })
  await printLine("\nThe secret is shown this once: hand it to its holder.")
}

interface ListOptions extends PageOptions {
  readonly keyspace?: string
  readonly owner?: OwnerInput
  readonly state?: Key["state"]
  readonly tag?: string
  readonly namePrefix?: string
  readonly expiresFrom?: string
  readonly expiresBefore?: string
  readonly lastUsedFrom?: string
  readonly lastUsedBefore?: string
}

async function listKeys(options: ListOptions): Promise<void> {
  const client = await connect(options)
  const filter = given({
    keyspace_id: options.keyspace,
    owner_kind: options.owner?.kind,
    owner_id: options.owner?.id,
    state: options.state,
    tag: options.tag,
    name_prefix: options.namePrefix,
    expires_from: options.expiresFrom,
    expires_before: options.expiresBefore,
    last_used_from: options.lastUsedFrom,
    last_used_before: options.lastUsedBefore,
  })
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

async function showKey(keyId: string, options: RemoteOptions): Promise<void> {
  const client = await connect(options)
  await printKey(await client.keys.read(keyId), options)
}

interface UpdateOptions extends KeyPolicyOptions, RemoteOptions {
  readonly name?: string
  readonly enable?: true
  readonly disable?: true
  readonly clear?: object
  readonly ifRevision?: number
}

async function updateKey(keyId: string, options: UpdateOptions): Promise<void> {
  const client = await connect(options)
  const { name, enable, disable, clear, ifRevision } = options
  const patch = {
    ...given({ name, enabled: enable ?? (disable ? false : undefined) }),
    ...policyOf(options),
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

function printKey(key: Key, { json }: RemoteOptions): Promise<void> {
  return json ? printJson(key) : printMembers(membersOf(key))
}

/** A key as people read it: what is empty is left out. */
function membersOf(key: Key): Readonly<Record<string, Cell>> {
  const secrets = key.secrets.map(({ version, hint }) => `${version}: ${hint.start}…${hint.end}`)
  const members: Readonly<Record<string, Cell>> = {
    id: key.id,
    name: key.name,
    state: key.state,
    keyspace: key.keyspace_id,
    owner: `${key.owner.kind}:${key.owner.id}`,
    permissions: key.permissions.join(" "),
    roles: key.roles.join(", "),
    tags: key.tags.join(", "),
    limits: key.limits.map(printLimit).join(", "),
    "allowed addresses": key.allowed_addresses.join(" "),
    "allowed origins": key.allowed_origins.join(" "),
    metadata: Object.keys(key.metadata).length === 0 ? null : JSON.stringify(key.metadata),
    "not before": key.not_before,
    expires: key.expires_at,
    disabled: key.disabled_at,
    revoked: key.revoked_at,
    reason: key.revocation?.reason ?? null,
    note: key.revocation?.note ?? null,
    created: key.created_at,
    updated: key.updated_at,
    "last used": key.last_used_at,
    revision: key.revision,
    secrets: secrets.join(", "),
  }
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null && value !== ""))
}
