import { defineConfig } from "vitest/config";

/** One worker per core of the smallest machine we run on: each test file has a Postgres database of its own. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A busy machine takes its time: a condition that comes true is no failure. One that never does costs this once.
    expect: { poll: { timeout: 10_000 } },
  },
});
