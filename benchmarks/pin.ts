import { spawnSync } from "node:child_process"
import { cpus } from "node:os"

/** Binds a process, all its threads included, to one core, where `taskset` (util-linux) is there and there are two. */
export function pin(pid: number, core: number): boolean {
  if (cpus().length < 2) return false
  return spawnSync("taskset", ["-a", "-p", "-c", String(core), String(pid)], { stdio: "ignore" }).status === 0
}
