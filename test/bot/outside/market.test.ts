import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { giveBack } from "#bot/outside/work/begin-task.ts";
import { dropTask, tasksOf } from "#db/tasks.ts";
import { beginRun, connectWorkspace, openRoom, runOf, WORKSPACE } from "#test/support/engine-stage.ts";
import { addOutsideAgent, openTestMarket } from "#test/support/outside-agents.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { command, remote } from "#test/support/sample-run.ts";

const { url, sql } = await testDatabase();
const room = openRoom(url);
const [one, two] = [await openTestMarket(url), await openTestMarket(url)];

beforeAll(async () => {
  await connectWorkspace(sql);
  await room.start();
});
afterAll(async () => {
  await one.close();
  await two.close();
  await room.close();
});

/** A step for those who can do what no other test's agents can. */
const stepFor = (capability: string, key = "scan") => ({
  ...remote(key),
  agent: { kind: "remote", capability } as const,
});
const only = () => `do-${randomUUID()}`;
const statusOf = async (id: string) => (await runOf(sql, id)).steps.map(({ status }) => status);

describe("a step for an agent outside", () => {
  test("goes to one who waits, in whatever process, as soon as there is one", async () => {
    const can = only();
    const agent = await addOutsideAgent(sql, { capabilities: [can] });
    const waiting = [one.claim(agent, 20_000), two.claim(agent, 20_000)];
    const id = await beginRun(room, [stepFor(can)]);
    const begun = await Promise.race(waiting);
    expect(begun).toMatchObject({ key: "scan", run: { id }, task: { attempt: 1, agentId: agent } });
    expect((await runOf(sql, id)).steps[0]).toMatchObject({ status: "working", worker: agent });
    const next = await beginRun(room, [stepFor(can)]);
    await dropTask(sql, WORKSPACE, begun?.task.lease ?? "");
    const both = await Promise.all(waiting);
    expect(new Set(both.map((each) => each?.run.id))).toEqual(new Set([id, next]));
  });

  test("goes to one only, however many claim it in two processes at once", async () => {
    const can = only();
    const agents = await Promise.all(
      Array.from({ length: 30 }, () => addOutsideAgent(sql, { capabilities: [can] })),
    );
    const runs = await Promise.all(Array.from({ length: 10 }, () => beginRun(room, [stepFor(can)])));
    const claimed = await Promise.all(
      agents.map((agent, i) => (i % 2 ? one : two).claim(agent, i % 3 ? 3_000 : 500)),
    );
    const had = claimed.flatMap((each) => (each ? [each] : []));
    expect(had.map(({ run }) => run.id).toSorted()).toEqual(runs.toSorted());
    expect(new Set(had.map(({ agent }) => agent.id)).size).toBe(10);
    for (const id of runs) {
      const began = await sql`select from facts where stream_id = ${id} and type = 'attempt.began'`;
      expect(began).toHaveLength(1);
    }
  });

  test("is not for one who can't do it, is of another project, or whose name is another", async () => {
    const can = only();
    const [other, elsewhere] = await Promise.all([
      addOutsideAgent(sql, { capabilities: ["else"] }),
      addOutsideAgent(sql, { capabilities: [can], projectId: randomUUID() }),
    ]);
    const named = await addOutsideAgent(sql, { name: `Named ${can.slice(-8)}`, capabilities: [] });
    await beginRun(room, [stepFor(can)]);
    const byName = await beginRun(room, [
      { ...remote("scan"), agent: { kind: "remote", agent: `named ${can.slice(-8)}` } },
    ]);
    expect(await Promise.all([one.claim(other, 0), two.claim(elsewhere, 0)])).toEqual([null, null]);
    expect((await one.claim(named, 0))?.run.id).toBe(byName);
  });

  test("of a project goes to that project's agents", async () => {
    const [can, projectId] = [only(), randomUUID()];
    const agent = await addOutsideAgent(sql, { capabilities: [can], projectId });
    const id = await beginRun(room, [stepFor(can)], { projectId });
    expect((await one.claim(agent, 0))?.run.id).toBe(id);
  });

  test("comes by urgency, then by age", async () => {
    const can = only();
    const agent = await addOutsideAgent(sql, { capabilities: [can], maxConcurrent: 4 });
    const runs: string[] = [];
    for (const priority of ["low", "normal", "normal", "high"] as const)
      runs.push(await beginRun(room, [stepFor(can)], { priority }));
    const order = [];
    for (let i = 0; i < 4; i++) order.push((await two.claim(agent, 0))?.run.id);
    expect(order).toEqual([runs[3], runs[1], runs[2], runs[0]]);
  });

  test("is there again for the next one when it was given back, without a mark", async () => {
    const can = only();
    const agent = await addOutsideAgent(sql, { capabilities: [can] });
    const id = await beginRun(room, [stepFor(can)]);
    const begun = await one.claim(agent, 0);
    await giveBack(one, begun?.task ?? expect.fail("nothing was claimed"), "gone");
    expect((await runOf(sql, id)).steps[0]).toMatchObject({ status: "ready", tries: 0 });
    expect((await two.claim(agent, 5_000))?.task.attempt).toBe(2);
  });
});

describe("an agent", () => {
  test("never holds more than it may, though it claims more in two processes", async () => {
    const can = only();
    const agent = await addOutsideAgent(sql, { capabilities: [can], maxConcurrent: 3 });
    await Promise.all(Array.from({ length: 12 }, () => beginRun(room, [stepFor(can)])));
    const claimed = await Promise.all(
      Array.from({ length: 12 }, (_, i) => (i % 2 ? one : two).claim(agent, 800)),
    );
    expect(claimed.filter((each) => each !== null)).toHaveLength(3);
    expect(await tasksOf(sql, WORKSPACE, agent)).toHaveLength(3);
  });

  test("has its next task as soon as it is done with one", async () => {
    const can = only();
    const agent = await addOutsideAgent(sql, { capabilities: [can] });
    await beginRun(room, [stepFor(can, "a"), stepFor(can, "b")]);
    const first = await one.claim(agent, 0);
    const waiting = one.claim(agent, 20_000);
    await dropTask(sql, WORKSPACE, first?.task.lease ?? "");
    expect((await waiting)?.key).toBe("b");
  });

  test("who went away while it waited gets nothing, and nobody loses anything by it", async () => {
    const can = only();
    const agent = await addOutsideAgent(sql, { capabilities: [can] });
    const gone = new AbortController();
    const waiting = one.claim(agent, 20_000, gone.signal);
    gone.abort();
    expect(await waiting).toBeNull();
    const id = await beginRun(room, [stepFor(can)]);
    expect(await one.claim(agent, 0, gone.signal)).toBeNull();
    expect(await statusOf(id)).toEqual(["ready"]);
  });

  test("who goes away while its task is begun leaves it for the next one, without a mark", async () => {
    const can = only();
    const agent = await addOutsideAgent(sql, { capabilities: [can] });
    const id = await beginRun(room, [stepFor(can)]);
    let left = 0;
    for (let i = 0; i < 20; i++) {
      const gone = new AbortController();
      const waiting = one.claim(agent, 20_000, gone.signal);
      for (let turns = 0; turns < i; turns++) await new Promise(setImmediate);
      gone.abort();
      const begun = await waiting;
      if (begun) await giveBack(one, begun.task, "told too late");
      else left++;
    }
    expect(left).toBeGreaterThan(0);
    await expect.poll(() => statusOf(id)).toEqual(["ready"]);
    await expect.poll(() => tasksOf(sql, WORKSPACE, agent)).toEqual([]);
    expect((await runOf(sql, id)).steps[0]?.tries).toBe(0);
  });

  test("gets no step of a run that has ended", async () => {
    const can = only();
    const agent = await addOutsideAgent(sql, { capabilities: [can] });
    const id = await beginRun(room, [stepFor(can), command("wait", ["scan"])]);
    await room.engine.submit(
      { kind: "run", id, workspaceId: WORKSPACE },
      { type: "cancel", reason: "no" },
      "person:U01ALICE",
    );
    expect(await one.claim(agent, 0)).toBeNull();
  });
});

test("all agents of a workspace together hold no more than the operator allows", async () => {
  await sql`delete from tasks`;
  const can = only();
  const limited = await Promise.all([openTestMarket(url, 2), openTestMarket(url, 2)]);
  const agents = await Promise.all(
    Array.from({ length: 6 }, () => addOutsideAgent(sql, { capabilities: [can] })),
  );
  await beginRun(
    room,
    Array.from({ length: 6 }, (_, i) => stepFor(can, `s${i}`)),
  );
  const claimed = await Promise.all(agents.map((agent, i) => limited[i % 2 ? 1 : 0].claim(agent, 500)));
  expect(claimed.filter((each) => each !== null)).toHaveLength(2);
  await Promise.all(limited.map((each) => each.close()));
});

test("of a hundred who wait one gets it, and a stop sends the others away empty-handed", async () => {
  const can = only();
  const agents = await Promise.all(
    Array.from({ length: 100 }, () => addOutsideAgent(sql, { capabilities: [can] })),
  );
  const waiting = agents.map((agent) => one.claim(agent, 30_000));
  await beginRun(room, [stepFor(can)]);
  expect((await Promise.race(waiting))?.key).toBe("scan");
  await one.market.close();
  const all = await Promise.all(waiting);
  expect(all.filter((each) => each !== null)).toHaveLength(1);
  expect(one.lines).toEqual([]);
});
