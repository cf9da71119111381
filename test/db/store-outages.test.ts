import { randomUUID } from "node:crypto";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { loadRun } from "#db/load.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { startPostgresProxy } from "#test/support/postgres-proxy.ts";
import { model } from "#test/support/sample-run.ts";
import {
  engineOn,
  guide,
  logOf,
  requestFor,
  rowCounts,
  toRun,
  WORKSPACE,
} from "#test/support/two-engines.ts";

const { url, sql } = await testDatabase();
const direct = engineOn(url);
const proxy = await startPostgresProxy(url);
const engine = engineOn(proxy.url);
afterAll(() => proxy.close());

/** Every test of this kind breaks exactly one connection. */
let broken = 0;
const breakAt = (...fault: Parameters<typeof proxy.breakAt>) => {
  proxy.breakAt(...fault);
  broken += 1;
};

const steps = [model("code")];

async function begun(): Promise<string> {
  const id = randomUUID();
  await toRun(engine, id, requestFor(steps));
  return id;
}

const guidance = async (id: string) => (await loadRun(sql, WORKSPACE, id))?.guidance.map(({ text }) => text);

describe("a connection that breaks", () => {
  afterEach(() => expect(proxy.breaks()).toBe(broken));

  test("before the commit reached Postgres loses nothing: it is tried again", async () => {
    const id = await begun();
    breakAt("insert me", "before it arrives");
    const { facts } = await toRun(engine, id, guide("insert me"));
    expect(facts).toHaveLength(1);
    expect(await guidance(id)).toEqual(["insert me"]);
  });

  test("after Postgres has committed does nothing twice, and tells what was done", async () => {
    const id = await begun();
    breakAt("only once", "after it is done");
    const { facts, state, repeated } = await toRun(engine, id, guide("only once"));
    expect({ facts: facts.length, repeated }).toEqual({ facts: 1, repeated: false });
    expect(state).toEqual(await loadRun(sql, WORKSPACE, id));
    expect(await guidance(id)).toEqual(["only once"]);
  });

  test("after the commit of a request with its jobs queues each job once", async () => {
    const id = randomUUID();
    breakAt("a broken beginning", "after it is done");
    await toRun(engine, id, requestFor(steps, "a broken beginning"));
    expect(await logOf(sql, id)).toHaveLength(4);
    const jobs = await sql`select from graphile_worker._private_jobs where payload ->> 'runId' = ${id}`;
    expect(jobs).toHaveLength(1);
  });

  test("loses nobody who shared the transaction", async () => {
    const ids = [await begun(), await begun(), await begun()];
    breakAt("shared by 2", "before it arrives");
    const settled = await Promise.allSettled(
      ids.flatMap((id) => [1, 2, 3].map((i) => toRun(engine, id, guide(`shared by ${i}`)))),
    );
    expect(settled.map(({ status }) => status)).toEqual(Array(9).fill("fulfilled"));
    for (const id of ids) expect(await guidance(id)).toEqual([1, 2, 3].map((i) => `shared by ${i}`));
  });
});

describe("rows, facts and jobs", () => {
  test("are saved together or not at all when the facts can't be written", async () => {
    await sql`alter table facts add constraint no_poison check (body -> 'brief' ->> 'text' is distinct from 'poison')`;
    const before = await rowCounts(sql);
    await expect(toRun(direct, randomUUID(), requestFor(steps, "poison"))).rejects.toThrow(/no_poison/);
    expect(await rowCounts(sql)).toEqual(before);
    await sql`alter table facts drop constraint no_poison`;
  });

  test("are saved together or not at all when the queue takes no job", async () => {
    const id = randomUUID();
    await sql`alter table graphile_worker._private_jobs add constraint no_job check (payload ->> 'runId' <> ${sql.unsafe(`'${id}'`)})`;
    const before = await rowCounts(sql);
    await expect(toRun(direct, id, requestFor(steps))).rejects.toThrow(/no_job/);
    expect(await rowCounts(sql)).toEqual(before);
    await sql`alter table graphile_worker._private_jobs drop constraint no_job`;
    await toRun(direct, id, requestFor(steps));
    expect(await logOf(sql, id)).toHaveLength(4);
  });
});
