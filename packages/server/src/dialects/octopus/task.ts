import type { TaskResource } from "@keyward/contract/octopus"
import type { Instant, Key } from "@keyward/core"
import { printKeyId, printTaskId } from "./ids.ts"
import { printDate } from "./timestamp.ts"

/** The task that deleted a key. It is done when anybody hears of it, so it began and ended at one instant. */
export function printTask({ id, alias, deletedAt, updatedAt }: Key): TaskResource {
  const at = deletedAt ?? updatedAt
  const Id = printTaskId(alias)
  const time = printDate(at)
  return {
    Id,
    SpaceId: null,
    Name: "Delete",
    Description: `Delete API key ${printKeyId(id)}`,
    Arguments: {},
    State: "Success",
    Completed: printForPeople(at),
    QueueTime: time,
    QueueTimeExpiry: null,
    StartTime: time,
    LastUpdatedTime: time,
    CompletedTime: time,
    ServerNode: "node-1",
    Duration: "0 seconds",
    ErrorMessage: "",
    HasBeenPickedUpByProcessor: true,
    IsCompleted: true,
    FinishedSuccessfully: true,
    HasPendingInterruptions: false,
    CanRerun: false,
    HasWarningsOrErrors: false,
    Links: { Self: `/api/tasks/${Id}` },
  }
}

const day = new Intl.DateTimeFormat("en-US", { dateStyle: "full", timeZone: "UTC" })
const time = new Intl.DateTimeFormat("en-US", { timeStyle: "short", timeZone: "UTC" })

/** `Saturday, November 21, 2026 9:30 AM`, in UTC. */
function printForPeople(instant: Instant): string {
  // The formatter puts a narrow no-break space before AM.
  return `${day.format(instant)} ${time.format(instant)}`.replaceAll("\u202f", " ")
}
