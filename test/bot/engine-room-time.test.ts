import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadConsultation } from "#db/load.ts";
import type { Agent } from "#engine/agent/agent.ts";
import {
  beginRun,
  connectWorkspace,
  factsOf,
  openRoom,
  quick,
  runOf,
  toRun,
  WORKSPACE,
} from "#test/support/engine-stage.ts";
import { NOON } from "#test/support/given.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { command, model, person, question } from "#test/support/sample-run.ts";

const { url, sql } = await testDatabase();
await connectWorkspace(sql);

let nowMs = NOON;
const HOUR_MS = 3_600_000;
const opened = openRoom(url, () => nowMs);
const tries: number[] = [];

/** Fails each time; somebody else's trouble, so it may be better the next time. */
const unlucky: Agent = async () => {
  tries.push(nowMs);
  return { kind: "failed", reason: "No luck.", again: true };
};
const asks: Agent = async ({ answer }) =>
  answer === null
    ? { kind: "asks", question, checkpoint: null }
    : { kind: "finished", output: { summary: answer.decision } };
const works: Agent = (_, __, signal) =>
  new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve({ kind: "failed", reason: "Stopped.", again: false }));
  });

beforeAll(() => opened.start({ agents: { command: unlucky, person: asks, model: works, rehearsal: quick } }));
afterAll(() => opened.close());

const WAIT = { timeout: 15_000, interval: 10 };
const stepOf = async (id: string) => (await runOf(sql, id)).steps[0];
const count = async (id: string, type: string) =>
  (await factsOf(sql, id)).filter((one) => one === type).length;

/** Turns the clock on. News of any kind makes the engine room look at it; else it looks every five seconds. */
async function later(id: string, ms: number): Promise<void> {
  nowMs += ms;
  await toRun(opened, id, { type: "guide", by: "U01ALICE", text: "How is it going?" });
}

describe("a step that fails", () => {
  test("is tried again after 1, 3 and 9 seconds, then a person is asked", async () => {
    const id = await beginRun(opened, [command("fetch")]);
    const begunMs = nowMs;
    for (const [i, waitMs] of [1_000, 3_000, 9_000].entries()) {
      await expect.poll(() => count(id, "step.failed"), WAIT).toBe(i + 1);
      expect(await stepOf(id)).toMatchObject({ status: "retrying", notBefore: nowMs + waitMs });
      await later(id, waitMs - 1);
      expect(await count(id, "attempt.began")).toBe(i + 1);
      await later(id, 1);
    }
    await expect.poll(async () => (await stepOf(id))?.status, WAIT).toBe("blocked");
    expect(tries.map((atMs) => atMs - begunMs)).toEqual([0, 1_000, 4_000, 13_000]);
    await toRun(opened, id, { type: "cancel", reason: "done" });
  });
});

describe("a run", () => {
  test("ends when its working time is used up, and what it works on is stopped", async () => {
    const id = await beginRun(opened, [model("write")], { maxTimeMs: HOUR_MS });
    await expect.poll(async () => (await stepOf(id))?.status, WAIT).toBe("working");
    await later(id, HOUR_MS);
    await expect.poll(async () => (await runOf(sql, id)).status, WAIT).toBe("failed");
    expect((await runOf(sql, id)).reason).toMatch(/working time/);
    expect(await stepOf(id)).toMatchObject({ status: "cancelled", lease: null });
  });
});

describe("a question", () => {
  test("is asked once more half-way, and expires after three days: then its step is blocked", async () => {
    const id = await beginRun(opened, [person("approve", "approval")], { maxTimeMs: HOUR_MS });
    await expect.poll(async () => (await stepOf(id))?.status, WAIT).toBe("waiting");
    const questionId = (await stepOf(id))?.consultationId ?? "";
    const states = async () => (await loadConsultation(sql, WORKSPACE, questionId))?.state;
    await expect.poll(states, WAIT).toBe("open");
    await later(id, 36 * HOUR_MS - 1);
    expect(await factsOf(sql, questionId)).toEqual(["consultation.opened"]);
    await later(id, 1);
    await expect
      .poll(() => factsOf(sql, questionId), WAIT)
      .toEqual(["consultation.opened", "consultation.reminded"]);
    await later(id, 36 * HOUR_MS);
    await expect.poll(states, WAIT).toBe("expired");
    await expect.poll(async () => (await stepOf(id))?.status, WAIT).toBe("blocked");
    expect(await runOf(sql, id)).toMatchObject({ status: "running", endedAt: null });
  });
});
