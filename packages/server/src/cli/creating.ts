import type { CreateOptions } from "@keyward/sdk"
import { type Command, Option } from "commander"
import { given } from "../given.ts"
import { addRemoteOptions, type RemoteOptions } from "./remote.ts"

/** What every command that creates something takes. */
export interface CreatingOptions extends RemoteOptions {
  readonly idempotencyKey?: string
}

export function addCreatingOptions(command: Command): Command {
  return addRemoteOptions(addIdempotencyKey(command))
}

export function addIdempotencyKey(command: Command): Command {
  return command.addOption(
    new Option(
      "--idempotency-key <text>",
      "your own name for this, such as a UUID: for 24 hours the same command with the same management key prints the same again, and creates nothing more",
      // A secret that is made here is another one each time.
    ).conflicts("blind"),
  )
}

/** How the SDK is to make the call. */
export function creationOf({ idempotencyKey }: Pick<CreatingOptions, "idempotencyKey">): CreateOptions {
  return given({ idempotencyKey })
}
