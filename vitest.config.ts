import { defineConfig } from "vitest/config"

const patience = { testTimeout: 30_000, hookTimeout: 120_000 }

/** Looks through what all the others left behind, so it runs when they are done. */
const scan = "tests/secrets.test.ts"

export default defineConfig({
  test: {
    // One worker for each core: by default one core is left to the runner, which on a machine of two is half of it.
    maxWorkers: "100%",
    globalSetup: ["packages/server/test/postgres/setup.ts", "tests/evidence-setup.ts"],
    projects: [
      {
        test: {
          ...patience,
          name: "tests",
          include: ["packages/*/test/**/*.test.ts", "tests/**/*.test.ts"],
          exclude: [scan],
          sequence: { groupOrder: 0 },
        },
      },
      { test: { ...patience, name: "scan", include: [scan], sequence: { groupOrder: 1 } } },
    ],
  },
})
