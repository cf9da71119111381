import { performance } from "node:perf_hooks";
import { afterEach, describe, expect, test } from "vitest";
import type { Agent } from "#engine/agent/agent.ts";
import {
  beginRun,
  connectWorkspace,
  factsOf,
  openRoom,
  quick,
  runOf,
  toRun,
} from "#test/support/engine-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { command, model } from "#test/support/sample-run.ts";

const { url, sql } = await testDatabase();
await connectWorkspace(sql);

const rooms = new Set<ReturnType<typeof openRoom>>();
function room() {
  const opened = openRoom(url);
  rooms.add(opened);
  return opened;
}
afterEach(async () => {
  for (const opened of rooms) await opened.close();
  rooms.clear();
});

const WAIT = { timeout: 15_000, interval: 10 };
const statusOf = async (id: string) => (await runOf(sql, id)).status;
const until = (id: string, status: string) => expect.poll(() => statusOf(id), WAIT).toBe(status);
const lockedJobs = () => sql`select from graphile_worker._private_jobs where locked_at is not null`;

/** An agent that works until it is told to stop, and says when it began and when it was stopped. */
function untiring() {
  const begun: string[] = [];
  const stopped: { readonly key: string; readonly atMs: number }[] = [];
  const agent: Agent = ({ step: { key } }, _, signal) =>
    new Promise((resolve) => {
      begun.push(key);
      signal.addEventListener("abort", () => {
        stopped.push({ key, atMs: performance.now() });
        resolve({ kind: "failed", reason: "Stopped.", again: true });
      });
    });
  return { agent, begun, stopped };
}

describe("a run", () => {
  test("goes from its plan to its end, each step after those it waits for", async () => {
    const order: string[] = [];
    const agent: Agent = async ({ step, inputs }) => {
      order.push(step.key);
      return { kind: "finished", output: { summary: inputs.map(({ key }) => key).join("+") } };
    };
    const opened = room();
    await opened.start({ agents: { model: agent, command: agent, person: agent, rehearsal: agent } });
    const plan = [
      model("plan"),
      command("build", ["plan"]),
      model("docs", ["plan"]),
      command("ship", ["build", "docs"]),
    ];
    const id = await beginRun(opened, plan);
    await until(id, "succeeded");
    expect(order[0]).toBe("plan");
    expect(order.slice(1, 3).toSorted((a, b) => a.localeCompare(b))).toEqual(["build", "docs"]);
    expect(order[3]).toBe("ship");
    expect((await runOf(sql, id)).steps.at(-1)?.output).toEqual({ summary: "plan+build+docs" });
  });

  test("that is cancelled stops what runs for it in under two seconds", async () => {
    const { agent, begun, stopped } = untiring();
    const opened = room();
    await opened.start({ agents: { model: agent, command: quick, person: quick, rehearsal: quick } });
    const [id, other] = [await beginRun(opened, [model("long")]), await beginRun(opened, [model("stays")])];
    await expect.poll(() => begun.length, WAIT).toBe(2);
    const cancelledMs = performance.now();
    await toRun(opened, id, { type: "cancel", reason: "enough" });
    await expect.poll(() => stopped, WAIT).toHaveLength(1);
    expect(stopped[0]?.key).toBe("long");
    expect((stopped[0]?.atMs ?? Number.POSITIVE_INFINITY) - cancelledMs).toBeLessThan(2_000);
    expect(await statusOf(other)).toBe("running");
    expect((await factsOf(sql, id)).at(-1)).toBe("run.cancelled");
    await toRun(opened, other, { type: "cancel", reason: "enough" });
  });

  test("is carried on by the next worker when one is stopped in the middle, and loses no try", async () => {
    const { agent, begun } = untiring();
    const first = room();
    await first.start({ agents: { model: agent, command: quick, person: quick, rehearsal: quick } });
    const id = await beginRun(first, [model("long")]);
    await expect.poll(() => begun.length, WAIT).toBe(1);
    await first.close();
    rooms.delete(first);
    const second = room();
    await second.start();
    await until(id, "succeeded");
    expect((await runOf(sql, id)).steps[0]).toMatchObject({ attempt: 2, tries: 0 });
  });
});

describe("a worker that is stopped with work in its queue", () => {
  test("leaves no job locked, and the next one does them all", async () => {
    const first = room();
    const plan = Array.from({ length: 300 }, (_, i) => model(`leaf-${i}`));
    const id = await beginRun(first, plan);
    let worked = 0;
    const agent: Agent = async (...given) => {
      worked += 1;
      return quick(...given);
    };
    await first.start({ agents: { model: agent, command: quick, person: quick, rehearsal: quick } });
    await expect.poll(() => worked, { ...WAIT, interval: 1 }).toBeGreaterThan(0);
    await first.close();
    rooms.delete(first);
    expect(await lockedJobs()).toHaveLength(0);
    const second = room();
    await second.start();
    await until(id, "succeeded");
  });
});

describe("urgency", () => {
  test("decides who is worked on first", async () => {
    const order: string[] = [];
    const agent: Agent = async (assignment, ...rest) => {
      order.push(assignment.step.key);
      return quick(assignment, ...rest);
    };
    const opened = room();
    for (const priority of ["low", "normal", "high"] as const)
      await beginRun(opened, [command(`${priority}-1`), command(`${priority}-2`)], { priority });
    await opened.start({
      limits: { command: 1 },
      agents: { command: agent, model: quick, person: quick, rehearsal: quick },
    });
    await expect.poll(() => order.length, WAIT).toBe(6);
    expect(order.map((key) => key.slice(0, -2))).toEqual(["high", "high", "normal", "normal", "low", "low"]);
  });
});

describe("a follower", () => {
  test("that hangs while a hundred facts arrive delays no step, and reads them all once it goes on", async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const seen = new Map<string, number>();
    const hangs = {
      name: "hangs",
      async catchUp({ id, seq }: { readonly id: string; readonly seq: number }) {
        await released;
        seen.set(id, seq);
      },
    };
    const opened = room();
    await opened.start({ followers: [hangs] });
    const ids = await Promise.all(
      Array.from({ length: 20 }, () => beginRun(opened, [model("a"), model("b", ["a"]), model("c", ["b"])])),
    );
    for (const id of ids) await until(id, "succeeded");
    const heads = await sql<
      { id: string; seq: number }[]
    >`select id, seq from streams where id = any(${ids}::uuid[])`;
    expect(heads.reduce((sum, { seq }) => sum + seq, 0)).toBeGreaterThan(100);
    expect(seen.size).toBe(0);
    release();
    await expect.poll(() => heads.filter(({ id, seq }) => seen.get(id) === seq).length, WAIT).toBe(20);
  });

  test("that fails is called again with everything it has not seen", async () => {
    const calls: { readonly id: string; readonly seenSeq: number }[] = [];
    const opened = room();
    await opened.start({
      followers: [
        {
          name: "fails once",
          async catchUp({ id }, seenSeq) {
            calls.push({ id, seenSeq });
            if (calls.filter((call) => call.id === id).length === 1) throw new Error("not now");
          },
        },
      ],
    });
    const id = await beginRun(opened, [model("a")]);
    await expect.poll(() => calls.filter((call) => call.id === id).length, WAIT).toBeGreaterThan(1);
    expect(
      calls
        .filter((call) => call.id === id)
        .map(({ seenSeq }) => seenSeq)
        .slice(0, 2),
    ).toEqual([0, 0]);
  });
});
