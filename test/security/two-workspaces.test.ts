import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { type Callee, startCallee } from "#test/support/callee.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { OPERATIONS } from "#test/support/sides/operations.ts";
import { startRenamedSlack } from "#test/support/sides/renamed-slack.ts";
import { holdStill, idsIn, type Rows, rowsAtRest } from "#test/support/sides/rows.ts";
import { fillSide, type Side } from "#test/support/sides/side.ts";
import { documentedOperations, walk, walkOwn } from "#test/support/sides/walk.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
const database = await testDatabase();
const { sql } = database;
const ENV = { CALLBACK_ALLOW_PRIVATE: "1", API_RATE_LIMIT: "100000" };
const [HERE, THERE] = ["T01LOCAL", "T02THERE"] as const;
const slack = await startRenamedSlack(THERE);
// Two processes on one database, each with the tokens of its own workspace.
const there = useApiStage(database, { ...ENV, ...slack.env });
const here = useApiStage(database, ENV);

let callee: Callee;
let sides: Readonly<Record<"okapi" | "zebra", Side>>;
let rows: Readonly<Record<"okapi" | "zebra", Rows>>;

beforeAll(async () => {
  callee = await startCallee();
  await sql`update installations set connected = true`;
  const wish = { boundToProject: false, names: "both", callee };
  const [okapi, zebra] = await Promise.all([
    fillSide(here(), { ...wish, word: "okapi", workspace: HERE }),
    fillSide(there(), { ...wish, word: "zebra", workspace: THERE }),
  ]);
  sides = { okapi, zebra };
  const [ours, theirs] = await Promise.all([rowsAtRest(sql, HERE), rowsAtRest(sql, THERE)]);
  rows = { okapi: ours, zebra: theirs };
});
afterAll(() => callee.close());

describe("Two workspaces with the same people, channels and names", () => {
  test("the walk knows every documented operation, and no other", async () => {
    const documented = await documentedOperations(here());
    expect(new Set(Object.keys(OPERATIONS))).toEqual(new Set(documented));
  });

  test("every table that carries a workspace holds rows of both", () => {
    for (const each of [rows.okapi, rows.zebra]) {
      const { jobs: _, ...tables } = each;
      expect(Object.keys(tables).length).toBeGreaterThan(20);
      expect(Object.keys(tables).filter((table) => tables[table]?.length === 0)).toEqual([]);
    }
    const shared = idsIn(rows.okapi).filter((id) => idsIn(rows.zebra).includes(id));
    expect(shared).toEqual([]);
  });

  test.each([
    ["okapi", "zebra", THERE],
    ["zebra", "okapi", HERE],
  ] as const)("%s sees nothing of %s, and changes nothing", async (me, other, workspace) => {
    await holdStill(sql, workspace);
    const before = await rowsAtRest(sql, workspace);
    const { called, trouble } = await walk(sides[me], sides[other], { theirs: idsIn(rows[other]) });
    expect(trouble).toEqual([]);
    expect(called).toBeGreaterThan(60);
    expect(await rowsAtRest(sql, workspace)).toEqual(before);
  });

  test.each(["okapi", "zebra"] as const)("%s finds all of it in its own name", async (me) => {
    expect(await walkOwn(sides[me])).toEqual([]);
  });
});
