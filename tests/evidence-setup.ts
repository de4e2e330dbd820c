import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestProject } from "vitest/node"

declare module "vitest" {
  interface ProvidedContext {
    /** The folder in which the run's tests leave what they saw; see evidence.ts. */
    readonly evidence: string
  }
}

/** Vitest's global set-up: a folder for this run, which its owner alone can read. It goes when the run ends. */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "keyward-evidence-"))
  project.provide("evidence", folder)
  return () => rmSync(folder, { recursive: true })
}
