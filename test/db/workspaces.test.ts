import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { goalById, goalByNumber, goalsBy, listGoals } from "#db/goals.ts";
import { loadConsultation, loadRun } from "#db/load.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { asking, bob, reply } from "#test/support/sample-question.ts";
import { model } from "#test/support/sample-run.ts";
import { engineOn, guide, requestFor, rowCounts, toRun, WORKSPACE } from "#test/support/two-engines.ts";

const { url, sql } = await testDatabase();
const [engine, other] = [engineOn(url), engineOn(url)];
const THEIRS = "T02THEIRS";
const notFound = expect.objectContaining({ name: "Refusal", code: "not_found" });

/** Tables that belong to no workspace, and why. */
const OF_NO_WORKSPACE = {
  workers: "a process works for all workspaces",
} as const satisfies Record<string, string>;

describe("every table", () => {
  test("of ours carries its workspace, but for those listed with a reason", async () => {
    const tables = await sql<{ name: string; carries: boolean }[]>`
      select t.tablename as name, exists (select from information_schema.columns c where c.table_schema = 'public'
        and c.table_name = t.tablename and c.column_name = 'workspace_id' and c.is_nullable = 'NO') as carries
      from pg_tables t where t.schemaname = 'public' order by 1`;
    expect(tables.length).toBeGreaterThan(10);
    const without = tables.filter(({ carries }) => !carries).map(({ name }) => name);
    expect(without).toEqual(Object.keys(OF_NO_WORKSPACE));
  });

  test("that is not ours is drizzle's list of migrations or graphile's", async () => {
    const schemas = await sql<{ name: string }[]>`
      select distinct schemaname as name from pg_tables
      where schemaname not in ('public', 'pg_catalog', 'information_schema') order by 1`;
    expect(schemas.map(({ name }) => name)).toEqual(["drizzle", "graphile_worker"]);
  });

  test("of jobs says in each payload whose it is", async () => {
    await toRun(engine, randomUUID(), requestFor([model("code")]));
    const jobs = await sql`select from graphile_worker._private_jobs where payload ->> 'workspaceId' is null`;
    expect(jobs).toHaveLength(0);
  });
});

describe("what belongs to one workspace", () => {
  test("is not found from another one, under its own id", async () => {
    const [run, question] = [randomUUID(), randomUUID()];
    const { state } = await toRun(engine, run, requestFor([model("code")]));
    await engine.submit(
      { kind: "consultation", id: question, workspaceId: WORKSPACE },
      asking({ origin: null }),
      "engine",
    );
    const before = await rowCounts(sql);
    const theirQuestion = { kind: "consultation", id: question, workspaceId: THEIRS } as const;
    await expect(toRun(engine, run, guide("hello"), undefined, THEIRS)).rejects.toEqual(notFound);
    await expect(toRun(engine, run, requestFor([model("code")]), undefined, THEIRS)).rejects.toEqual(
      notFound,
    );
    await expect(
      engine.submit(theirQuestion, reply("approve", { who: bob }), "person:U02BOB"),
    ).rejects.toEqual(notFound);
    expect(await rowCounts(sql)).toEqual(before);
    expect(await loadRun(sql, WORKSPACE, run)).toEqual(state);
    expect(await loadRun(sql, THEIRS, run)).toBeNull();
    expect(await loadConsultation(sql, THEIRS, question)).toBeNull();
  });

  test("is not found by another engine, which has never seen it", async () => {
    const run = randomUUID();
    await toRun(engine, run, requestFor([model("code")]));
    await expect(toRun(other, run, guide("hello"), undefined, THEIRS)).rejects.toEqual(notFound);
    expect((await toRun(other, run, guide("hello"))).facts).toHaveLength(1);
  });

  test("does not show in another one's goals, whose numbers are its own", async () => {
    const [ours, theirs] = [randomUUID(), randomUUID()];
    const request = requestFor([model("code")]);
    const { goalId, goalNumber, requestedBy: person, channel } = request.brief;
    await toRun(engine, ours, request);
    await toRun(
      engine,
      theirs,
      { ...request, brief: { ...request.brief, goalId: randomUUID() } },
      undefined,
      THEIRS,
    );
    expect((await goalByNumber(sql, WORKSPACE, goalNumber))?.run.id).toBe(ours);
    expect((await goalByNumber(sql, THEIRS, goalNumber))?.run.id).toBe(theirs);
    expect(await goalById(sql, THEIRS, goalId)).toBeNull();
    const lists = [
      await goalsBy(sql, { workspaceId: THEIRS, person, channel }, 10),
      await listGoals(sql, THEIRS, { most: 10, isOpen: true }),
    ];
    for (const goals of lists) expect(goals.map(({ run }) => run.id)).toEqual([theirs]);
  });
});
