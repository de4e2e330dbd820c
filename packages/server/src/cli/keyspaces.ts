import {
  type AppliedPolicyPage,
  countedKeys,
  type Keyspace,
  type KeyspaceLimitInput,
  type KeyspacePatch,
  type KeyspacePolicy,
  type NewKeyspace,
  type PermissionDefinitionInput,
  type RoleInput,
  type RotationScheduleInput,
  secretRetentions,
  type ViolationPage,
} from "@keyward/contract"
import { type Command, InvalidArgumentError, Option } from "commander"
import { given } from "../given.ts"
import { clearOption } from "./clear-option.ts"
import { addCreatingOptions, type CreatingOptions, creationOf } from "./creating.ts"
import { CommandFailure } from "./failure.ts"
import {
  asIs,
  keyspaceLimitOf,
  numberOrNone,
  type OwnerLimit,
  ownerLimitOf,
  printKeyspaceLimit,
  printSchedule,
  repeated,
  scheduleOf,
  wholeNumber,
} from "./option-text.ts"
import { type Cell, printJson, printLine, printMembers, printTable } from "./output.ts"
import { addPageOptions, type PageOptions, printPages } from "./pages.ts"
import { addRemoteOptions, connect, type RemoteOptions } from "./remote.ts"

export function addKeyspaces(program: Command): void {
  const keyspaces = program.command("keyspaces").summary("create and change keyspaces")

  const create = keyspaces
    .command("create")
    .summary("create a keyspace")
    .requiredOption("--name <name>", "its name, unique in the organization")
    .requiredOption("--prefix <prefix>", "what its key texts start with, such as acme_live; never changes")
    .addOption(
      new Option("--retention <retention>", "whether a secret can be read again; never changes")
        .choices(secretRetentions)
        .default("digest"),
    )
  addCreatingOptions(addPolicyOptions(create)).action(createKeyspace)

  addPageOptions(keyspaces.command("list").summary("list the keyspaces, oldest first")).action(listKeyspaces)

  addRemoteOptions(keyspaces.command("show <keyspace-id>").summary("show a keyspace")).action(showKeyspace)

  const update = keyspaces
    .command("update <keyspace-id>")
    .summary("change a keyspace: what is not named stays, a list is replaced whole")
    .option("--name <name>", "its name, unique in the organization")
  addPolicyOptions(update)
    .addOption(clearOption(clearable))
    .option("--if-revision <revision>", "only if the keyspace is still at this revision", wholeNumber)
  addRemoteOptions(update).action(updateKeyspace)

  const violations = keyspaces
    .command("violations <keyspace-id>")
    .summary("list the keys that break the policy, the newest first")
  addPageOptions(violations).action(listViolations)

  const apply = keyspaces
    .command("apply-policy <keyspace-id>")
    .summary("make the keys that break the policy keep to it, each by the least that helps, or disable them")
    .option("--dry-run", "only tell what would be done")
  addPageOptions(apply).action(applyPolicy)
}

/** What `update --clear` takes. */
const clearable = {
  description: "description",
  permission: "permissions",
  role: "roles",
  limit: "limits",
  "rotate-every": "rotation",
} as const satisfies Readonly<Record<string, keyof KeyspacePatch>>

/** What of a keyspace `create` and `update` take alike. */
interface PolicyOptions {
  readonly description?: string
  readonly permission?: readonly PermissionDefinitionInput[]
  readonly role?: readonly RoleInput[]
  readonly limit?: readonly KeyspaceLimitInput[]
  readonly ownerLimit?: readonly OwnerLimit[]
  readonly maxKeys?: number | "none"
  readonly maxKeysPerOwner?: number | "none"
  readonly countedKeys?: KeyspacePolicy["counted_keys"]
  readonly uniqueNames?: boolean
  readonly maxLifetime?: number | "none"
  readonly expiryRequired?: boolean
  readonly expiryWithinCreator?: boolean
  readonly ownersGrant?: boolean
  readonly defaultLifetime?: number | "none"
  readonly requiredTag?: readonly string[]
  readonly exclusive?: readonly (readonly string[])[]
  readonly maxOverlap?: number | "none"
  readonly idle?: number | "none"
  readonly disableIdle?: boolean
  readonly rotateEvery?: RotationScheduleInput
}

function addPolicyOptions(command: Command): Command {
  return command
    .option("--description <text>", "what it is for")
    .option(
      "--permission <name[=description]>",
      "a permission of its catalog (repeatable)",
      repeated(permissionOf),
    )
    .option("--role <name=grant,grant…>", "a role and what it grants (repeatable)", repeated(roleOf))
    .option(
      "--limit <name=count/seconds>",
      "a limit of each of its keys, or with /owner or /keyspace of all of those together (repeatable)",
      repeated(keyspaceLimitOf),
    )
    .option(
      "--owner-limit <name=count/seconds@kind:id>",
      "what a --limit is for the keys of one owner (repeatable)",
      repeated(ownerLimitOf),
    )
    .option(
      "--rotate-every <every/overlap>",
      "how often its new keys are to get a new secret, and how long the one before lives on then: 90d/12h",
      scheduleOf,
    )
    .option("--max-keys <count>", "most keys of the keyspace; none: as many as you like", numberOrNone)
    .option("--max-keys-per-owner <count>", "most keys of one owner; none: as many as you like", numberOrNone)
    .addOption(
      new Option(
        "--counted-keys <which>",
        "which keys count against both: active ones, or all that are not deleted",
      ).choices(countedKeys),
    )
    .option("--unique-names", "an owner's keys each have a name of their own")
    .option("--no-unique-names", "they need not")
    .option("--max-lifetime <seconds>", "longest time from now to an expiry; none: any", numberOrNone)
    .option(
      "--default-lifetime <seconds>",
      "how long a new key lasts for which nobody says; none: for good",
      numberOrNone,
    )
    .option("--expiry-required", "a key has to expire")
    .option("--no-expiry-required", "it need not")
    .option("--expiry-within-creator", "a key may not outlive the key that it is made with")
    .option("--no-expiry-within-creator", "it may")
    .option("--owners-grant", "owners may grant their own keys any permission of the catalog")
    .option("--no-owners-grant", "they may hand on only what a key of theirs has already")
    .option(
      "--required-tag <tag>",
      "every key has it, or with a * at the end one that starts so (repeatable)",
      repeated(asIs),
    )
    .option(
      "--exclusive <name,name…>",
      "permissions of which a key holds one at most (repeatable)",
      repeated((text) => text.split(",")),
    )
    .option(
      "--max-overlap <seconds>",
      "how long the secret before may live on after a rotation; none: any",
      numberOrNone,
    )
    .option("--idle <seconds>", "after how long without use a key is idle; none: never", numberOrNone)
    .option("--disable-idle", "a key that has become idle is disabled")
    .option("--no-disable-idle", "it is only told of")
}

function policyOf(options: PolicyOptions) {
  const policy = given({
    max_keys: orNull(options.maxKeys),
    max_keys_per_owner: orNull(options.maxKeysPerOwner),
    counted_keys: options.countedKeys,
    unique_names: options.uniqueNames,
    max_lifetime_seconds: orNull(options.maxLifetime),
    expiry_required: options.expiryRequired,
    expiry_within_creator: options.expiryWithinCreator,
    owners_grant: options.ownersGrant,
    default_lifetime_seconds: orNull(options.defaultLifetime),
    required_tags: options.requiredTag,
    exclusive_permissions: options.exclusive,
    max_overlap_seconds: orNull(options.maxOverlap),
    idle_seconds: orNull(options.idle),
    disable_idle: options.disableIdle,
  })
  return given({
    description: options.description,
    permissions: options.permission,
    roles: options.role,
    limits: limitsOf(options),
    rotation: options.rotateEvery,
    policy: Object.keys(policy).length === 0 ? undefined : policy,
  })
}

function orNull(maximum: number | "none" | undefined): number | null | undefined {
  return maximum === "none" ? null : maximum
}

interface CreateOptions extends PolicyOptions, CreatingOptions {
  readonly name: string
  readonly prefix: string
  readonly retention: NonNullable<NewKeyspace["retention"]>
}

async function createKeyspace(options: CreateOptions): Promise<void> {
  const client = await connect(options)
  const { name, prefix, retention } = options
  await printKeyspace(
    await client.keyspaces.create({ name, prefix, retention, ...policyOf(options) }, creationOf(options)),
    options,
  )
}

async function listKeyspaces(options: PageOptions): Promise<void> {
  const client = await connect(options)
  await printPages(
    options,
    (page) => client.keyspaces.list(page),
    ["id", "kind", "retention", "prefix", "name"],
    ({ id, kind, retention, prefix, name }) => [id, kind, retention, prefix, name],
  )
}

async function showKeyspace(keyspaceId: string, options: RemoteOptions): Promise<void> {
  const client = await connect(options)
  await printKeyspace(await client.keyspaces.read(keyspaceId), options)
}

interface UpdateOptions extends PolicyOptions, RemoteOptions {
  readonly name?: string
  readonly clear?: object
  readonly ifRevision?: number
}

async function updateKeyspace(keyspaceId: string, options: UpdateOptions): Promise<void> {
  const client = await connect(options)
  const { name, clear, ifRevision } = options
  const patch = { ...given({ name }), ...policyOf(options), ...clear }
  await printKeyspace(await client.keyspaces.update(keyspaceId, patch, given({ ifRevision })), options)
}

async function listViolations(keyspaceId: string, options: PageOptions): Promise<void> {
  const client = await connect(options)
  await printPages(
    options,
    (page) => client.keyspaces.violations(keyspaceId, page),
    ["key", "name", "expires", "broken rules"],
    ({ key_id, name, expires_at, violations }) => [key_id, name, expires_at, rulesOf(violations)],
  )
}

async function applyPolicy(
  keyspaceId: string,
  options: PageOptions & { readonly dryRun?: true },
): Promise<void> {
  const client = await connect(options)
  await printPages(
    options,
    (page) => client.keyspaces.applyPolicy(keyspaceId, { ...page, dry_run: options.dryRun ?? false }),
    ["key", "name", "broken rules", "remedy", "problem"],
    ({ key_id, name, violations, remedy, problem }) => [
      key_id,
      name,
      rulesOf(violations),
      printRemedy(remedy),
      problem,
    ],
  )
}

function printRemedy(remedy: AppliedPolicyPage["items"][number]["remedy"]): string {
  if (remedy === null) return "none"
  const { name, expires_at, overlap_seconds, disabled } = remedy
  return [
    name === null ? "" : `renamed ${name}`,
    expires_at === null ? "" : `expires ${expires_at}`,
    overlap_seconds === null ? "" : `overlap ${overlap_seconds} s`,
    disabled ? "disabled" : "",
  ]
    .filter((part) => part !== "")
    .join(", ")
}

function rulesOf(violations: ViolationPage["items"][number]["violations"]): string {
  return [...new Set(violations.map(({ rule }) => rule))].join(" ")
}

async function printKeyspace(keyspace: Keyspace, { json }: RemoteOptions): Promise<void> {
  if (json) return printJson(keyspace)
  const members: Readonly<Record<string, Cell>> = {
    id: keyspace.id,
    name: keyspace.name,
    description: keyspace.description,
    kind: keyspace.kind,
    prefix: keyspace.prefix,
    format: keyspace.format,
    retention: keyspace.retention,
    limits: keyspace.limits.map(printKeyspaceLimit).join(", "),
    policy: printPolicy(keyspace.policy),
    rotation: keyspace.rotation && printSchedule(keyspace.rotation),
    "secret pattern": keyspace.secret_pattern,
    created: keyspace.created_at,
    updated: keyspace.updated_at,
    revision: keyspace.revision,
  }
  await printMembers(members)
  await printLine("")
  await printTable(
    ["permission", "description"],
    keyspace.permissions.map(({ name, description }) => [name, description]),
  )
  if (keyspace.roles.length === 0) return
  await printLine("")
  await printTable(
    ["role", "grants"],
    keyspace.roles.map(({ name, permissions }) => [name, permissions.join(" ")]),
  )
}

/** The limits, each with what it is for some owners. @throws CommandFailure for an owner's that is none of them */
function limitsOf({ limit: limits, ownerLimit: own = [] }: PolicyOptions): KeyspaceLimitInput[] | undefined {
  const unknown = own.find(({ limit }) => !limits?.some(({ name }) => name === limit.name))
  if (unknown) {
    const { name } = unknown.limit
    throw new CommandFailure(
      "usage",
      `There is no limit "${name}" to be another for an owner.`,
      `Add --limit ${name}=…`,
    )
  }
  return limits?.map((limit) => ({
    ...limit,
    overrides: own
      .filter(({ limit: { name } }) => name === limit.name)
      .map(({ limit: { count, window_seconds }, owner }) => ({ owner, count, window_seconds })),
  }))
}

/** What of a policy limits anything; empty: nothing does. */
function printPolicy(policy: KeyspacePolicy): string {
  return Object.entries(policy)
    .filter(([, value]) => value !== null && value !== false && !(Array.isArray(value) && value.length === 0))
    .map(([member, value]) => `${member}=${Array.isArray(value) ? JSON.stringify(value) : value}`)
    .join(", ")
}

function permissionOf(text: string): PermissionDefinitionInput {
  const [, name = text, description] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  return { name, ...given({ description }) }
}

function roleOf(text: string): RoleInput {
  const [, name, grants] = /^([^=]+)=(.+)$/s.exec(text) ?? []
  if (name !== undefined && grants !== undefined) return { name, permissions: grants.split(",") }
  throw new InvalidArgumentError("It takes <name>=<grant>,<grant>…, such as reader=invoices.read.")
}
