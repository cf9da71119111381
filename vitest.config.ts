import { defineConfig } from "vitest/config";

/** One more than cores of the smallest machine we run on, since tests wait a lot; each file has a Postgres database of its own. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A busy machine takes its time: a condition that comes true is no failure. One that never does costs this once.
    expect: { poll: { timeout: 10_000 } },
  },
});
