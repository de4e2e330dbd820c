import type { ViteUserConfig } from "vitest/config"

/** Looks through what all the others left behind, so it runs when they are done. */
const scan = "tests/secrets.test.ts"

/**
 * Test files, and after them the scan of all that they logged and were answered.
 * @param patience how many times as long as usual a test may take
 */
export function suite(
  { include, exclude = [] }: { readonly include: string[]; readonly exclude?: string[] },
  patience = 1,
): ViteUserConfig {
  const each = {
    testTimeout: 30_000 * patience,
    hookTimeout: 120_000,
    setupFiles: ["tests/fixed-chance.ts"],
  }
  return {
    test: {
      // One worker for each core: by default one core is left to the runner, which on a machine of two is half of it.
      maxWorkers: "100%",
      globalSetup: ["packages/server/test/postgres/setup.ts", "tests/evidence-setup.ts"],
      projects: [
        {
          test: {
            ...each,
            name: "tests",
            include,
            exclude: [...exclude, scan],
            sequence: { groupOrder: 0 },
          },
        },
        { test: { ...each, name: "scan", include: [scan], sequence: { groupOrder: 1 } } },
      ],
    },
  }
}
