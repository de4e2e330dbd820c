import { defineConfig } from "vitest/config"
import { suite } from "./vitest.suite.ts"

/** What `npm test` runs. */
export default defineConfig(
  suite({ include: ["packages/*/test/**/*.test.ts", "tests/**/*.test.ts"], exclude: ["tests/proofs/**"] }),
)
