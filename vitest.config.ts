import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "tests/**/*.test.ts"],
    globalSetup: ["packages/server/test/postgres/setup.ts"],
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
})
