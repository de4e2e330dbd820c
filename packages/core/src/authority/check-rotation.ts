import type { InputError } from "../failure.ts"
import type { RotationSchedule } from "../key/rotation-schedule.ts"
import type { KeyspacePolicy } from "../keyspace.ts"
import { overlapViolations } from "../policy/rules.ts"

/** What is wrong with a schedule. @param member the JSON Pointer of the schedule */
export function checkRotation(
  schedule: RotationSchedule | null,
  policy: KeyspacePolicy,
  member: string,
): InputError[] {
  const overlap = `${member}/overlap_seconds`
  return [
    ...contradictions(schedule, overlap),
    ...overlapViolations(policy, schedule?.overlapSeconds, overlap),
  ]
}

function contradictions(schedule: RotationSchedule | null, member: string): InputError[] {
  if (schedule === null) return []
  const { everySeconds, overlapSeconds } = schedule
  const whole = Number.isSafeInteger(everySeconds) && Number.isSafeInteger(overlapSeconds)
  if (whole && overlapSeconds >= 0 && overlapSeconds < everySeconds) return []
  return [
    {
      member,
      message: "The secret before would still live when the next rotation is due.",
      fix: "Use whole seconds, and a shorter overlap or a longer time between two rotations.",
    },
  ]
}
