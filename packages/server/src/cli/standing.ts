import type { OwnerInput, RemovalPolicy, RemovalPreview } from "@keyward/contract"
import type { KeywardClient } from "@keyward/sdk"
import { type Command, Option } from "commander"
import { CommandFailure } from "./failure.ts"
import { ownerOf, wholeNumber } from "./option-text.ts"
import { printJson, printLine, printTable } from "./output.ts"
import { addRemoteOptions, connect, type RemoteOptions } from "./remote.ts"

/** Users, or service accounts. */
interface Directory<Who> {
  readonly word: string
  of(client: KeywardClient): {
    suspend(id: string): Promise<Who>
    resume(id: string): Promise<Who>
    previewRemoval(id: string, policy: RemovalPolicy): Promise<RemovalPreview>
    remove(id: string, policy: RemovalPolicy): Promise<undefined>
  }
  print(who: Who, options: RemoteOptions): Promise<void>
}

/** `suspend`, `resume` and `remove`, alike for users and service accounts. */
export function addStanding<Who>(command: Command, { word, of, print }: Directory<Who>): void {
  const id = `<${word.replaceAll(" ", "-")}-id>`

  addRemoteOptions(
    command.command(`suspend ${id}`).summary(`refuse every key of a ${word} until it is resumed`),
  ).action(async (who: string, options: RemoteOptions) => {
    await print(await of(await connect(options)).suspend(who), options)
  })

  addRemoteOptions(
    command.command(`resume ${id}`).summary(`let the keys of a suspended ${word} work again`),
  ).action(async (who: string, options: RemoteOptions) => {
    await print(await of(await connect(options)).resume(who), options)
  })

  const remove = command
    .command(`remove ${id}`)
    .summary(
      `remove a ${word}; one of --transfer-to, --freeze and --expire-days says what becomes of the keys`,
    )
    .addOption(
      new Option("--transfer-to <kind:id>", "the keys go to this owner")
        .argParser(ownerOf)
        .conflicts(["freeze", "expireDays"]),
    )
    .addOption(new Option("--freeze", "the keys are disabled").conflicts(["expireDays"]))
    .option("--expire-days <days>", "the keys expire after so many days, unless they do earlier", wholeNumber)
    .option("--dry-run", "only show which keys that would be; nothing is changed")
  addRemoteOptions(remove).action(async (who: string, options: RemoveOptions) => {
    const policy = policyOf(options)
    const directory = of(await connect(options))
    if (options.dryRun) return printPreview(await directory.previewRemoval(who, policy), options)
    await directory.remove(who, policy)
    await (options.json ? printJson({ id: who, removed: true }) : printLine(`Removed ${who}.`))
  })
}

interface RemoveOptions extends RemoteOptions {
  readonly transferTo?: OwnerInput
  readonly freeze?: true
  readonly expireDays?: number
  readonly dryRun?: true
}

function policyOf({ transferTo, freeze, expireDays }: RemoveOptions): RemovalPolicy {
  if (transferTo) return { kind: "transfer", owner: transferTo }
  if (freeze) return { kind: "freeze" }
  if (expireDays !== undefined) return { kind: "expire", days: expireDays }
  throw new CommandFailure(
    "usage",
    "It has to be said what becomes of the keys.",
    "Give one of --transfer-to <kind:id>, --freeze and --expire-days <days>; --dry-run shows the keys.",
  )
}

async function printPreview(preview: RemovalPreview, { json }: RemoteOptions): Promise<void> {
  if (json) return printJson(preview)
  const { keys, total, counts } = preview
  if (keys.length > 0) {
    await printTable(
      ["id", "state", "keyspace", "name"],
      keys.map(({ id, state, keyspace_id, name }) => [id, state, keyspace_id, name]),
    )
  }
  const byState = counts.map(({ state, count }) => `${count} ${state}`).join(", ")
  await printLine(
    total === 0 ? "No key would be changed." : `Keys that would be changed: ${total} (${byState}).`,
  )
}
