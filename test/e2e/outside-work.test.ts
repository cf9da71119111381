import { describe, expect, test, vi } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { makeHand } from "#test/support/e2e/outside-hand.ts";
import { ALICE, BOB, saveTeamWorkflow } from "#test/support/e2e/room.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const database = await testDatabase();
const stage = useApiStage(database, { OPS_CHANNEL: "C02DEPLOYS" });

const remote = (capability: string) => ({ kind: "remote", capability });

describe("an agent outside", () => {
  test("claims a step, reports in the thread, asks, is answered by a button, and goes on where it was", async () => {
    const { people } = stage();
    await saveTeamWorkflow(database.sql, {
      ...{ name: "scan", title: "Scan it" },
      steps: [
        { key: "find", title: "Find trouble", agent: remote("scan"), instructions: "Look at all of it." },
        { key: "mend", title: "Mend it", agent: remote("scan"), after: ["find"] },
      ],
    });
    const hand = await makeHand(stage(), { name: "scanner", capabilities: ["scan"] });
    const waiting = hand.claim(60);
    await people.types(ALICE, "C01GENERAL", "/goal run scan");
    const task = await waiting;
    expect(task).toMatchObject({
      ...{ step: "find", attempt: 1, title: "Find trouble", instructions: "Look at all of it." },
      ...{ answer: null, checkpoint: null, inputs: [], agent: "scanner", lease_seconds: 60 },
      goal: { requested_by: ALICE },
    });
    expect(task.id).toBe(`${task.run_id}.find.1`);

    const goal = await people.card("C01GENERAL", /^Scan it/);
    expect((await hand.say(task, "progress", { note: "Read 12 of 40 files", percent: 30 })).status).toBe(200);
    const plan = await people.card("C01GENERAL", /Find trouble · scanner · agent · working/, goal);
    const details = async () => {
      const { blocks } = await people.becomes(plan, /Find trouble/);
      return JSON.stringify(blocks);
    };
    await expect.poll(details).toContain("30 %: Read 12 of 40 files");

    const asked = await hand.say(task, "ask", {
      ...{ type: "decision", title: "Which of them shall I mend?", options: ["All", "The first"] },
      ...{ context: { affected_systems: ["billing"] }, checkpoint: { file: 12 } },
    });
    expect(asked.status).toBe(201);
    const question = await people.card("C01GENERAL", /Which of them shall I mend\?/, goal);
    expect(question.buttons).toEqual(["All", "The first"]);
    expect(question.shown).toContain("scanner · agent");
    expect((await hand.say(task, "progress", { note: "late" })).body).toMatchObject({
      ...{ status: 409, code: "stale_attempt", detail: expect.stringContaining("ended with a question") },
    });

    const again = hand.claim(60);
    await people.presses(BOB, question, "The first");
    const second = await again;
    expect(second).toMatchObject({
      ...{ step: "find", attempt: 2, checkpoint: { file: 12 } },
      answer: { decision: expect.stringContaining("The first"), responder_id: BOB },
    });
    const done = await hand.say(second, "complete", {
      ...{ summary: "Two findings", output: "1. A\n2. B", values: { findings: "2" } },
    });
    expect(done).toMatchObject({ status: 200, body: { status: "completed", run_status: "running" } });

    const third = await hand.claim(60);
    expect(third).toMatchObject({
      step: "mend",
      inputs: [{ step: "find", summary: "Two findings", text: "1. A\n2. B", values: { findings: "2" } }],
    });
    expect((await hand.say(third, "complete", { summary: "Mended" })).body.run_status).toBe("completed");
    await people.card("C01GENERAL", /^✓ Done in /, goal);
    await people.becomes(plan, /Find trouble · scanner · agent/);
  });
});
