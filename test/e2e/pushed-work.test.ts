import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { type Callee, type Got, startCallee } from "#test/support/callee.ts";
import { makeHand, type OutsideHand } from "#test/support/e2e/outside-hand.ts";
import { ALICE, BOB, saveTeamWorkflow } from "#test/support/e2e/room.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 60_000 });
const database = await testDatabase();
const { sql } = database;
const stage = useApiStage(database, { CALLBACK_ALLOW_PRIVATE: "1", OPS_CHANNEL: "C02DEPLOYS" });

let agent: Callee;
beforeEach(async () => {
  agent = await startCallee();
});
afterEach(() => agent.close());

let made = 0;
/** An agent with an address, and a goal whose only step is for it. */
async function pushed(more: object = {}, headers: Record<string, string> = {}) {
  const name = `pushed ${++made}`;
  const capability = `push-${made}`;
  const endpoint = { url: `${agent.url}/tasks`, ...more };
  const hand = await makeHand(stage(), { name, capabilities: [capability], endpoint });
  await saveTeamWorkflow(sql, {
    ...{ name: capability, title: `Look ${made}` },
    steps: [{ key: "scan", title: `Scan ${made}`, agent: { kind: "remote", capability } }],
  });
  const key = await stage().key({ scopes: ["goals"], owner: ALICE });
  const goal = await stage().call("POST", "/api/v1/goals", { key, body: { workflow: capability }, headers });
  expect(goal.status).toBe(202);
  return { hand, name, runId: String(goal.body.run_id) };
}

async function post(
  nth: number,
): Promise<Got & { readonly task: { readonly id: string } & Record<string, unknown> }> {
  await expect.poll(() => agent.got.length).toBeGreaterThanOrEqual(nth);
  const got = agent.got[nth - 1];
  if (!got) throw new Error("Nothing came.");
  return { ...got, task: JSON.parse(got.body).task };
}

const statusOf = async (hand: OutsideHand) => (await hand.call("GET", `/api/v1/agents/${hand.id}`)).body;

test("An agent with an address claims nothing: its task comes signed, and it asks, goes on and completes as any other", async () => {
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const { hand, name, runId } = await pushed({}, { "x-correlation-id": "corr-push", traceparent });
  const first = await post(1);
  expect(first.path).toBe("/tasks");
  expect(new Webhook(hand.secret ?? "").verify(first.body, first.headers)).toMatchObject({
    ...{ event: "task.assigned", task_id: `${runId}.scan.1` },
    task: { id: `${runId}.scan.1`, run_id: runId, step: "scan", attempt: 1, agent: name, answer: null },
  });
  expect(first.headers).toMatchObject({
    ...{ "content-type": "application/json", "x-correlation-id": "corr-push" },
    ...{ "x-webhook-signature": expect.stringMatching(/^sha256=[\da-f]{64}$/) },
    traceparent: expect.stringMatching(/^00-0af7651916cd43dd8448eb211c80319c-[\da-f]{16}-01$/),
  });
  expect((await hand.say(first.task, "progress", { percent: 10 })).status).toBe(200);
  const asked = await hand.say(first.task, "ask", { title: "May I go on?", checkpoint: { file: 12 } });
  expect(asked.status).toBe(201);
  const { people } = stage();
  const question = await people.card(
    "C01GENERAL",
    /May I go on\?/,
    await people.card("C01GENERAL", /^Look /),
  );
  await people.presses(BOB, question, "Approve");
  const second = await post(2);
  expect(new Webhook(hand.secret ?? "").verify(second.body, second.headers)).toMatchObject({
    task: { attempt: 2, checkpoint: { file: 12 }, answer: { responder_id: BOB } },
  });
  expect(second.headers["webhook-id"]).not.toBe(first.headers["webhook-id"]);
  const done = await hand.say(second.task, "complete", { summary: "Nothing found" });
  expect(done.status).toBe(200);
  expect(agent.got).toHaveLength(2);
});

test("A push that is not taken comes again under the same id; one whose lease lapses meanwhile goes to the next attempt", async () => {
  agent.answer((response) => response.writeHead(503).end("busy"));
  const { hand, runId } = await pushed();
  const first = await post(1);
  agent.answer((response) => response.end("ok"));
  await sql`update deliveries set next_at = now() where stream_id = ${runId} and state = 'waiting'`;
  await sql`select pg_notify('countersign_deliveries', '')`;
  const again = await post(2);
  expect([again.body, again.headers["webhook-id"]]).toEqual([first.body, first.headers["webhook-id"]]);
  await sql`update tasks set lease_until = now() where run_id = ${runId}`;
  const next = await post(3);
  expect(next.task["attempt"]).toBe(2);
  expect(await hand.say(first.task, "complete", { summary: "Late" })).toMatchObject({
    ...{ status: 409, body: { code: "stale_attempt", detail: expect.stringContaining("no sign of life") } },
  });
  expect((await hand.say(next.task, "complete", { summary: "Done" })).status).toBe(200);
});

test("410 switches its address off and says so; registering again switches it on, and the task comes there", async () => {
  agent.answer((response) => response.writeHead(410).end());
  const { hand, name, runId } = await pushed();
  await expect.poll(async () => (await statusOf(hand)).status).toBe("off");
  expect((await statusOf(hand)).status_reason).toMatch(/410/);
  agent.answer((response) => response.end("ok"));
  const before = agent.got.length;
  await sql`update tasks set lease_until = now() where run_id = ${runId}`;
  const capabilities = (await statusOf(hand)).capabilities;
  const again = await hand.call("POST", "/api/v1/agents", {
    ...{ name, capabilities, endpoint: { url: `${agent.url}/tasks` } },
  });
  expect(again).toMatchObject({ status: 200, body: { secret: expect.stringMatching(/^whsec_/) } });
  const next = await post(before + 1);
  expect(new Webhook(again.body.secret).verify(next.body, next.headers)).toMatchObject({
    event: "task.assigned",
  });
  expect((await hand.say(next.task, "complete", { summary: "Done" })).status).toBe(200);
});
