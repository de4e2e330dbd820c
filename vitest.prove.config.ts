import process from "node:process"
import { defineConfig } from "vitest/config"
import { suite } from "./vitest.suite.ts"

/** What `npm run prove` runs: what is shown there alone, and what `npm test` shows by fewer repetitions. */
const proofs = [
  "tests/proofs/*.test.ts",
  "tests/{crash,first-start,fuzz,key-life}.test.ts",
  "packages/server/test/dialects/*/fuzz.test.ts",
  "packages/core/test/authority-privileges.test.ts",
]

export default defineConfig(suite({ include: proofs }, 4 * Number(process.env["PROVE_ROUNDS"] ?? 1)))
