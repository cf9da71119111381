import { describe, expect, test, vi } from "vitest";
import { countersign, type Where } from "#test/support/cli.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { rowsAtRest } from "#test/support/sides/rows.ts";
import { useTwoWorkspaces, WORKSPACES, type Word } from "#test/support/sides/two-workspaces.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });
const database = await testDatabase();
const { sql, url } = database;
const two = await useTwoWorkspaces(database);

const LISTS = ["key list", "project list", "workflow list", "run list", "delivery list"] as const;

/** Runs a command of the operator's in one of the workspaces. */
const run = (word: Word, ...args: readonly string[]) => {
  const env = { DATABASE_URL: url, COUNTERSIGN_SECRET: "a secret for tests that nobody can guess" };
  const where: Where = { home: two().stages.okapi.dir, env };
  return countersign(where, ...args, "--workspace", WORKSPACES[word]);
};

const keyOf = async (word: Word): Promise<string> => {
  const [row] = await sql<{ prefix: string }[]>`
    select prefix from api_keys where workspace_id = ${WORKSPACES[word]} limit 1`;
  return row?.prefix ?? "";
};
const deliveryOf = async (word: Word): Promise<string> => {
  const [row] = await sql<{ id: string }[]>`
    select id from deliveries where workspace_id = ${WORKSPACES[word]} limit 1`;
  return row?.id ?? "";
};

describe("An operator who names one of two workspaces", () => {
  test("is shown that one's keys, projects, workflows, runs and deliveries", async () => {
    for (const list of LISTS) {
      const { code, stdout, stderr } = await run("okapi", ...list.split(" "), "--json");
      expect({ list, code, stderr }).toEqual({ list, code: 0, stderr: "" });
      expect(stdout.length).toBeGreaterThan(20);
      expect(["zebra", ...two().ids.zebra].filter((secret) => stdout.includes(secret))).toEqual([]);
    }
  });

  test("shows, ends, sends and takes back nothing of the other", async () => {
    const { run: theirRun } = two().sides.zebra.has;
    const [key, delivery] = [await keyOf("zebra"), await deliveryOf("zebra")];
    const before = await rowsAtRest(sql, WORKSPACES.zebra);
    for (const args of [
      ["run", "show", theirRun],
      ["run", "cancel", theirRun, "--as", "U01ALICE"],
      ["delivery", "show", delivery],
      ["delivery", "replay", delivery],
      ["key", "revoke", key],
      ["goal", "Look around", "--as", "U01ALICE", "--project", "only-zebra"],
    ]) {
      const { code, stdout, stderr } = await run("okapi", ...args);
      expect({ args, failed: code !== 0, stdout }).toEqual({ args, failed: true, stdout: "" });
      expect(stderr).not.toMatch(/at .*\.ts:/);
    }
    expect(await rowsAtRest(sql, WORKSPACES.zebra)).toEqual(before);
    for (const args of [
      ["run", "show", theirRun],
      ["delivery", "show", delivery],
      ["key", "revoke", key],
    ])
      expect((await run("zebra", ...args)).code).toBe(0);
  });

  test("must name one where both are connected", async () => {
    const env = { DATABASE_URL: url };
    const { code, stderr } = await countersign({ home: two().stages.okapi.dir, env }, "key", "list");
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/name one with --workspace/);
  });
});
