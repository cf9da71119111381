import { describe, expect, test, vi } from "vitest";
import { testDatabase } from "#test/support/postgres.ts";
import { OPERATIONS } from "#test/support/sides/operations.ts";
import { holdStill, rowsAtRest } from "#test/support/sides/rows.ts";
import { useTwoWorkspaces, WORKSPACES } from "#test/support/sides/two-workspaces.ts";
import { documentedOperations, walk, walkOwn } from "#test/support/sides/walk.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
const database = await testDatabase();
const { sql } = database;
const two = await useTwoWorkspaces(database);

describe("Two workspaces with the same people, channels and names", () => {
  test("the walk knows every documented operation, and no other", async () => {
    const documented = await documentedOperations(two().stages.okapi);
    expect(new Set(Object.keys(OPERATIONS))).toEqual(new Set(documented));
  });

  test("every table that carries a workspace holds rows of both, which share no id", () => {
    const { rows, ids } = two();
    for (const { jobs: _, ...tables } of [rows.okapi, rows.zebra]) {
      expect(Object.keys(tables).length).toBeGreaterThan(20);
      expect(Object.keys(tables).filter((table) => tables[table]?.length === 0)).toEqual([]);
    }
    expect(ids.okapi.length).toBeGreaterThan(30);
    expect(ids.okapi.filter((id) => ids.zebra.includes(id))).toEqual([]);
  });

  test.each([
    ["okapi", "zebra"],
    ["zebra", "okapi"],
  ] as const)("%s sees nothing of %s, and changes nothing", async (me, other) => {
    const { sides, ids } = two();
    await holdStill(sql, WORKSPACES[other]);
    const before = await rowsAtRest(sql, WORKSPACES[other]);
    const { called, trouble } = await walk(sides[me], sides[other], { theirs: ids[other] });
    expect(trouble).toEqual([]);
    expect(called).toBeGreaterThan(60);
    expect(await rowsAtRest(sql, WORKSPACES[other])).toEqual(before);
  });

  test.each(["okapi", "zebra"] as const)("%s finds all of it in its own name", async (me) => {
    expect(await walkOwn(two().sides[me])).toEqual([]);
  });
});
