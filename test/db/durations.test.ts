import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { durationsOf, likenessOf } from "#db/durations.ts";
import { createStore } from "#db/store.ts";
import type { Policy } from "#engine/consultation/consultation.ts";
import { createEngine } from "#engine/engine.ts";
import type { Plan } from "#engine/run/plan.ts";
import { stepOf } from "#engine/run/run.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { brief, command, model, output, person, question } from "#test/support/sample-run.ts";

const { sql } = await testDatabase();
let now = 1_000_000;
const engine = createEngine({ store: createStore(sql), clock: { now: () => now }, newId: randomUUID });

let goals = 0;
/** A run whose steps take so long, one after the other; the last one may ask, and is answered after as long. */
async function lived(workspaceId: string, plan: Plan, tookMs: number) {
  const id = randomUUID();
  const stream = { kind: "run", id, workspaceId } as const;
  const asked = brief({ goalId: randomUUID(), goalNumber: ++goals });
  let { state: run } = await engine.submit(
    stream,
    { type: "request", brief: asked, plan },
    "person:U01ALICE",
  );
  for (const { key, agent } of plan) {
    await engine.submit(
      stream,
      { type: "begin attempt", key, lease: `${id}${key}`, worker: randomUUID() },
      "engine",
    );
    now += tookMs;
    const lease = `${id}${key}`;
    if (agent.kind === "person") {
      const consultationId = randomUUID();
      await engine.submit(
        stream,
        { type: "ask", key, lease, consultationId, question, checkpoint: null },
        "engine",
      );
      const policy: Policy = { people: [], channel: "C1", fourEyes: "never" };
      const origin = { runId: id, key };
      const open = { type: "open", question, policy, requester: "U01ALICE", origin, timeoutMs: 1e9 } as const;
      const put = { kind: "consultation", id: consultationId, workspaceId } as const;
      await engine.submit(put, open, "engine");
      now += tookMs;
      const who = { id: "U02BOB", isFullMember: true, isInChannel: true, othersMayAnswer: true };
      await engine.submit(
        put,
        { type: "answer", decision: "approve", note: "", who, alone: false },
        "person:U02BOB",
      );
      return;
    }
    ({ state: run } = await engine.submit(stream, { type: "finish step", key, lease, output }, "agent:x"));
    expect(stepOf(run, key).status).toBe("succeeded");
  }
}

test("the middle of what the newest goals' steps took, by what they run; of people, how long they took to answer", async () => {
  const plan = [command("build"), model("code", ["build"]), person("ok", "approval", ["code"])];
  expect(await durationsOf(sql, "T1")).toEqual({ steps: new Map(), answerMs: null });
  for (const tookMs of [1_000, 4_000, 2_000]) await lived("T1", plan, tookMs);
  await lived("T2", plan, 90_000);
  const { steps, answerMs } = await durationsOf(sql, "T1");
  expect([steps.get(likenessOf({ kind: "command", run: "make build" })), answerMs]).toEqual([2_000, 2_000]);
  expect(steps.get(likenessOf({ kind: "model", role: "coder" }))).toBe(2_000);
  expect(steps.get(likenessOf({ kind: "model", role: "tester" }))).toBeUndefined();
  expect((await durationsOf(sql, "T2")).answerMs).toBe(90_000);
});
