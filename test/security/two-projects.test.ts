import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { type Callee, startCallee } from "#test/support/callee.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { holdStill, idsIn, type Rows, rowsAtRest } from "#test/support/sides/rows.ts";
import { fillSide, type Side } from "#test/support/sides/side.ts";
import { walk, walkOwn } from "#test/support/sides/walk.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
const database = await testDatabase();
const { sql } = database;
const stage = useApiStage(database, { CALLBACK_ALLOW_PRIVATE: "1", API_RATE_LIMIT: "100000" });
const WORKSPACE = "T01LOCAL";

/**
 * Who is refused a name there learns that the workspace has it, and nothing else: these names are the workspace's, so that
 * whoever's key has no project knows what is meant. Nobody passes an event off as one of a run that there is.
 */
const NAMES_OF_ALL = [
  "PUT /api/v1/checkpoints/{workflow_id}/{checkpoint_id}",
  "POST /api/v1/agents",
  "POST /api/v1/events",
  "POST /humanlayer/v1/function_calls",
  "POST /humanlayer/v1/human_contacts",
  "POST /humanlayer/v1/contact_requests",
];

let callee: Callee;
let heron: Side;
let otter: Side;
let ids: Readonly<Record<"heron" | "otter", readonly string[]>>;

beforeAll(async () => {
  callee = await startCallee();
  const fill = (word: string) =>
    fillSide(stage(), { word, workspace: WORKSPACE, boundToProject: true, names: word, callee });
  const none = idsIn(await rowsAtRest(sql, WORKSPACE));
  heron = await fill("heron");
  const first = idsIn(await rowsAtRest(sql, WORKSPACE));
  otter = await fill("otter");
  const all = idsIn(await rowsAtRest(sql, WORKSPACE));
  ids = {
    heron: first.filter((id) => !none.includes(id)),
    otter: all.filter((id) => !first.includes(id)),
  };
});
afterAll(() => callee.close());

const sideOf = (word: "heron" | "otter"): Side => ({ heron, otter })[word];

/** The rows in which any of these ids stands. */
const rowsWith = (rows: Rows, some: readonly string[]): readonly string[] =>
  Object.values(rows)
    .flat()
    .filter((row) => some.some((id) => row.includes(id)));

describe("Two projects of a workspace, with a key for each", () => {
  test("each subscriber and each callback heard of its own project alone", () => {
    for (const [me, other] of [
      ["heron", "otter"],
      ["otter", "heron"],
    ] as const) {
      const mine = callee.got.filter(({ path }) => path.startsWith(`/${me}/`));
      expect(mine.length).toBeGreaterThan(5);
      const told = JSON.stringify(mine);
      expect([other, ...ids[other]].filter((secret) => told.includes(secret))).toEqual([]);
    }
  });

  test.each([
    ["heron", "otter"],
    ["otter", "heron"],
  ] as const)("the key of %s sees nothing of %s, and changes nothing", async (me, other) => {
    await holdStill(sql, WORKSPACE);
    const before = rowsWith(await rowsAtRest(sql, WORKSPACE), ids[other]);
    expect(before.length).toBeGreaterThan(30);
    const { called, trouble } = await walk(sideOf(me), sideOf(other), {
      ...{ theirs: ids[other], mayDiffer: NAMES_OF_ALL },
    });
    expect(trouble).toEqual([]);
    expect(called).toBeGreaterThan(60);
    const after = new Set(rowsWith(await rowsAtRest(sql, WORKSPACE), ids[other]));
    expect(before.filter((row) => !after.has(row))).toEqual([]);
  });

  test("a goal's number, which the workspace counts, leads to no other project's goal", async () => {
    const path = (side: Side) => `/api/v1/goals/g${side.has.goalNumber}`;
    expect((await heron.call("GET", path(heron))).body.goal_id).toBe(heron.has.goal);
    for (const more of ["", "/cancel", "/rework"]) {
      const [method, body] = more === "" ? ["GET", undefined] : ["POST", { feedback: "Again" }];
      const asked = more === "/rework" ? { body } : {};
      const answer = await heron.call(method ?? "GET", `${path(otter)}${more}`, asked);
      expect({ more, status: answer.status }).toEqual({ more, status: 404 });
    }
  });

  test("an event of another project under the same id is another event", async () => {
    const { body: list } = await otter.call("GET", "/api/v1/events");
    const [theirs] = list.items;
    const { event_id, event_type, workflow_id, data } = theirs;
    for (const body of [
      { event_id, event_type: "code.rejected", data: {} },
      { event_id, event_type, workflow_id, data },
    ]) {
      const published = await heron.call("POST", "/api/v1/events", { body });
      // The same id for something else is refused, as for any id of heron's own.
      expect(published.status).toBe(body.event_type === "code.rejected" ? 201 : 409);
      expect(JSON.stringify(published.body)).not.toContain(theirs.metadata.correlation_id);
    }
    expect((await otter.call("GET", "/api/v1/events")).body).toEqual(list);
  });

  test.each(["heron", "otter"] as const)("%s finds all of it in its own name", async (me) => {
    expect(await walkOwn(sideOf(me))).toEqual([]);
  });
});
