import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { loadConsultation, loadRun } from "#db/load.ts";
import { Refusal } from "#engine/errors.ts";
import type { Run } from "#engine/run/run.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { asking, bob, reply } from "#test/support/sample-question.ts";
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
const [one, other] = [engineOn(url), engineOn(url)];

const steps = [model("code"), model("test", ["code"])];
const refusal = (code: string) => expect.objectContaining({ name: "Refusal", code });
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

async function savedRun(id: string): Promise<Run> {
  const run = await loadRun(sql, WORKSPACE, id);
  if (!run) throw new Error(`There is no run ${id}.`);
  return run;
}

async function begun(): Promise<string> {
  const id = randomUUID();
  await toRun(one, id, requestFor(steps));
  return id;
}

describe("two engines that write the same log", () => {
  test("number its facts without gaps, and lose none", async () => {
    const id = await begun();
    const texts = Array.from({ length: 200 }, (_, i) => `guidance ${i}`);
    await Promise.all(texts.map((text, i) => toRun(i % 2 === 0 ? one : other, id, guide(text))));
    const log = await logOf(sql, id);
    expect(log.map(({ seq }) => seq)).toEqual(numbers(204));
    const run = await savedRun(id);
    expect(run.seq).toBe(204);
    expect(new Set(run.guidance.map(({ text }) => text))).toEqual(new Set(texts));
    expect(run.guidance).toEqual(
      log.flatMap(({ body }) => (body.type === "run.guided" ? [body.guidance] : [])),
    );
  });

  test("never go on from what only the other one knows better", async () => {
    const id = await begun();
    for (let i = 0; i < 10; i++) {
      const { state } = await toRun(i % 2 === 0 ? one : other, id, guide(`turn ${i}`));
      expect(state.guidance).toHaveLength(i + 1);
    }
    await toRun(other, id, { type: "cancel", reason: "enough" });
    await expect(toRun(one, id, guide("late"))).rejects.toEqual(refusal("wrong_state"));
  });

  test("refuse by what is so, not by what they remember", async () => {
    const id = await begun();
    const begin = { type: "begin attempt", key: "code", lease: "L1", worker: randomUUID() } as const;
    await toRun(one, id, begin);
    await expect(toRun(other, id, { ...begin, lease: "L2" })).rejects.toEqual(refusal("stale_attempt"));
    await toRun(other, id, { type: "lose attempt", key: "code", lease: "L1", reason: "gone", counts: true });
    const { state } = await toRun(one, id, { ...begin, lease: "L3" });
    expect(state.steps[0]).toMatchObject({ attempt: 2, lease: "L3", tries: 1 });
  });

  test("give one outcome when two people answer at the same moment", async () => {
    const id = randomUUID();
    const stream = { kind: "consultation", id, workspaceId: WORKSPACE } as const;
    await one.submit(stream, asking({ origin: null }), "engine");
    const carol = { ...bob, id: "U03CAROL" };
    const settled = await Promise.allSettled([
      one.submit(stream, reply("approve"), "person:U02BOB"),
      other.submit(stream, reply("reject", { who: carol }), "person:U03CAROL"),
    ]);
    expect(settled.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(settled.find(({ status }) => status === "rejected")).toMatchObject({
      reason: refusal("already_settled"),
    });
    const won = settled[0].status === "fulfilled" ? "approve" : "reject";
    expect((await loadConsultation(sql, WORKSPACE, id))?.answer?.decision).toBe(won);
  });

  test("do once what comes to both of them under one id", async () => {
    const id = await begun();
    const trigger = `trigger-${id}`;
    const results = await Promise.all(
      [one, other, one, other].map((engine) => toRun(engine, id, guide("once"), trigger)),
    );
    expect(results.filter(({ repeated }) => !repeated)).toHaveLength(1);
    expect((await savedRun(id)).guidance).toEqual([{ by: "U01ALICE", text: "once" }]);
  });

  test("begin a run once when both are asked to", async () => {
    const id = randomUUID();
    const request = requestFor(steps);
    const results = await Promise.all(
      [one, other].map((engine) => toRun(engine, id, request, `begin-${id}`)),
    );
    expect(results.filter(({ repeated }) => !repeated)).toHaveLength(1);
    expect(await logOf(sql, id)).toHaveLength(4);
  });
});

describe("a refused command", () => {
  test("leaves no trace", async () => {
    const id = await begun();
    const before = await rowCounts(sql);
    await expect(toRun(one, id, requestFor(steps))).rejects.toEqual(refusal("wrong_state"));
    await expect(toRun(one, randomUUID(), guide("nobody"))).rejects.toEqual(refusal("not_found"));
    await expect(toRun(one, randomUUID(), requestFor([]))).rejects.toEqual(refusal("bad_plan"));
    expect(await rowCounts(sql)).toEqual(before);
  });

  test("refuses alone among those that share its transaction", async () => {
    const [a, b] = [await begun(), await begun()];
    const settled = await Promise.allSettled([
      toRun(one, a, guide("first")),
      toRun(one, a, requestFor(steps)),
      toRun(one, b, requestFor(steps)),
      toRun(one, a, guide("second")),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
    expect(settled[1]).toMatchObject({ reason: expect.any(Refusal) });
    expect((await savedRun(a)).guidance.map(({ text }) => text)).toEqual(["first", "second"]);
    expect(await logOf(sql, b)).toHaveLength(4);
  });
});

test("a plan of 1 000 steps begins, goes on, and is read back as it was", async () => {
  const id = randomUUID();
  const wide = Array.from({ length: 999 }, (_, i) => model(`leaf-${i}`));
  await toRun(
    one,
    id,
    requestFor([
      ...wide,
      model(
        "join",
        wide.map(({ key }) => key),
      ),
    ]),
  );
  const begin = { type: "begin attempt", worker: randomUUID() } as const;
  await Promise.all(wide.map(({ key }) => toRun(one, id, { ...begin, key, lease: key })));
  const output = { summary: "done" };
  await Promise.all(wide.map(({ key }) => toRun(one, id, { type: "finish step", key, lease: key, output })));
  const { state } = await toRun(one, id, { ...begin, key: "join", lease: "join" });
  expect(state.steps.at(-1)).toMatchObject({ key: "join", status: "working" });
  expect(await savedRun(id)).toEqual(state);
  const [jobs] = await sql<{ n: number }[]>`
    select count(*)::int as n from graphile_worker._private_jobs where payload ->> 'runId' = ${id}`;
  expect(jobs?.n).toBe(1_000);
});
