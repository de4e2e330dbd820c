import { type Key, keyStates, type OwnerInput } from "@keyward/contract"
import { type Command, Option } from "commander"
import { given } from "../given.ts"
import { ownerOf } from "./option-text.ts"

/** What every command takes that is about the keys of a filter. */
export interface KeyFilterOptions {
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

export function addKeyFilterOptions(command: Command): Command {
  return command
    .option("--keyspace <id>", "only keys of this keyspace")
    .option("--owner <kind:id>", "only keys of this owner", ownerOf)
    .addOption(new Option("--state <state>", "only keys in this state").choices(keyStates))
    .option("--tag <tag>", "only keys with this tag")
    .option("--name-prefix <text>", "only keys whose name starts so")
    .option("--expires-from <timestamp>", "only keys that expire then or later")
    .option("--expires-before <timestamp>", "only keys that expire earlier")
    .option("--last-used-from <timestamp>", "only keys last used then or later")
    .option("--last-used-before <timestamp>", "only keys last used earlier")
}

/** The filter, but for the owner, whom a query and a body write in two ways. */
export function keyFilterOf(options: KeyFilterOptions) {
  return given({
    keyspace_id: options.keyspace,
    state: options.state,
    tag: options.tag,
    name_prefix: options.namePrefix,
    expires_from: options.expiresFrom,
    expires_before: options.expiresBefore,
    last_used_from: options.lastUsedFrom,
    last_used_before: options.lastUsedBefore,
  })
}
