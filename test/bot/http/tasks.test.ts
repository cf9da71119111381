import { randomUUID } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { createWorking, makeHand, type OutsideHand } from "#test/support/e2e/outside-hand.ts";
import { ALICE } from "#test/support/e2e/room.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 60_000 });
const database = await testDatabase();
const { sql } = database;
const stage = useApiStage(database, { OPS_CHANNEL: "C02DEPLOYS", API_RATE_LIMIT: "100000" });
const CLAIM = "/api/v1/tasks/claim";
const working = createWorking(stage);

const cancel = async (title: string): Promise<void> => {
  const [goal] = await sql<{ number: number }[]>`select number from goals where title = ${title}`;
  await stage().people.types(ALICE, "C01GENERAL", `/goal cancel g${goal?.number}`);
};

describe("a claim", () => {
  test("waits as long as it says, and answers 204 where there is nothing", async () => {
    const hand = await makeHand(stage(), { name: "idle one" });
    const before = Date.now();
    expect((await hand.claimRaw({ wait: 1 })).status).toBe(204);
    expect(Date.now() - before).toBeGreaterThanOrEqual(990);
    expect((await hand.claimRaw({ agent: hand.id })).status).toBe(204);
  });

  test.each([
    ["agent", { agent: "" }],
    ["wait", { wait: 61 }],
    ["wait", { wait: "long" }],
    ["lease_seconds", { lease_seconds: 9 }],
    ["speed", { speed: 1 }],
  ])("with a wrong %s is refused", async (field, wrong) => {
    const key = await stage().key({ scopes: ["work"] });
    const { status, body } = await stage().call("POST", CLAIM, { key, body: { agent: "x", ...wrong } });
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ field }]);
  });

  test("of an agent that is not there, or is another key's, or without the scope, is refused", async () => {
    const hand = await makeHand(stage(), { name: "claimed for" });
    const key = await stage().key({ scopes: ["work"] });
    const claim = (agent: string, k = key) => stage().call("POST", CLAIM, { key: k, body: { agent } });
    expect(await claim("nobody")).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect(await claim(hand.id)).toMatchObject({ status: 403, body: { code: "not_allowed" } });
    const asks = await stage().key({ scopes: ["ask"] });
    expect(await claim(hand.id, asks)).toMatchObject({ status: 403, body: { code: "not_allowed" } });
  });

  test("under one Idempotency-Key takes one task, however often it is made", async () => {
    const { hand, name, task } = await working({ maxConcurrent: 2 });
    await hand.say(task, "fail", { reason: "no", retry: true });
    const asked = {
      key: hand.key,
      body: { agent: name, wait: 20 },
      headers: { "idempotency-key": randomUUID() },
    };
    const first = await stage().call("POST", CLAIM, asked);
    expect(first.body.task).toMatchObject({ attempt: 2 });
    expect((await stage().call("POST", CLAIM, asked)).body).toEqual(first.body);
  });

  test("whose caller hangs up swallows no task, and costs no try", async () => {
    const { hand, task, name } = await working();
    const gone = new AbortController();
    const hangsUp = fetch(`${stage().app.url}${CLAIM}`, {
      method: "POST",
      headers: { authorization: `Bearer ${hand.key}`, "content-type": "application/json" },
      body: JSON.stringify({ agent: name, wait: 30 }),
      signal: gone.signal,
    }).catch(() => "gone");
    const other = hand.claimRaw({ wait: 1 });
    expect((await other).status).toBe(204);
    gone.abort();
    expect(await hangsUp).toBe("gone");
    await hand.say(task, "fail", { reason: "no", retry: true });
    const next = await hand.claim(20);
    expect(next.attempt).toBe(2);
    const lost = await sql`select from facts where stream_id = ${task.run_id} and type = 'attempt.lost'`;
    expect(lost).toHaveLength(0);
  });
});

describe("an agent that works", () => {
  test("keeps its lease with each sign of life, with or without a word", async () => {
    const { hand, task } = await working();
    await sql`update tasks set lease_until = now() + interval '5 s' where run_id = ${task.run_id}`;
    const first = await hand.say(task, "progress", {});
    expect(first.status).toBe(200);
    expect(Date.parse(first.body.lease_until) - Date.now()).toBeGreaterThan(55_000);
    await hand.say(task, "progress", { percent: 40 });
    const notes = async () =>
      (
        await sql<{ note: string }[]>`
        select body ->> 'note' as note from facts where stream_id = ${task.run_id} and type = 'step.progressed'`
      ).map(({ note }) => note);
    expect(await notes()).toEqual(["40 %"]);
  });

  test("never keeps it beyond the step's time limit", async () => {
    const { hand, task } = await working({ timeoutMs: 20_000 });
    expect(task.lease_until).toBe(task.deadline);
    const { body } = await hand.say(task, "progress", { note: "still here" });
    expect(body.lease_until).toBe(task.deadline);
  });

  test("hands in once: the second time is refused, the same call made again is not", async () => {
    const { hand, task } = await working();
    const asked = {
      ...{ key: hand.key, body: { summary: "Done", values: { n: "1" } } },
      headers: { "idempotency-key": randomUUID() },
    };
    const path = `/api/v1/tasks/${task.id}/complete`;
    const first = await stage().call("POST", path, asked);
    expect(first.body).toEqual({ task_id: task.id, status: "completed", run_status: "completed" });
    // As if the server had died between the commit and its answer.
    await sql`update idempotency set status = null, response = null, held_until = now()`;
    expect(await stage().call("POST", path, asked)).toMatchObject({ status: 200, body: first.body });
    expect(await hand.say(task, "complete", { summary: "Again" })).toMatchObject({
      status: 409,
      body: { code: "stale_attempt", detail: expect.stringContaining("complete already") },
    });
  });

  test("fails with a reason: it is offered again, or people are asked how it goes on", async () => {
    const { hand, task, title } = await working();
    const again = await hand.say(task, "fail", { reason: "No network." });
    expect(again).toMatchObject({ status: 200, body: { status: "in_progress", run_status: "running" } });
    expect((await hand.say(task, "fail", { reason: "No network." })).body.detail).toContain(
      "it failed. No network.",
    );
    const second = await hand.claim(20);
    expect(second.attempt).toBe(2);
    const stuck = await hand.say(second, "fail", { reason: "There is no such file.", retry: false });
    expect(stuck.body.status).toBe("blocked");
    const goal = await stage().people.card("C01GENERAL", new RegExp(`^${title}\n`));
    await stage().people.card("C01GENERAL", /is stuck: how should it go on\?\nThere is no such file\./, goal);
  });

  test("hears at its next word that the run was cancelled", async () => {
    const { hand, task, title } = await working();
    await cancel(title);
    await expect
      .poll(async () => (await hand.say(task, "progress", {})).body)
      .toMatchObject({
        status: 409,
        code: "stale_attempt",
        detail: expect.stringContaining("This run was cancelled"),
      });
    expect((await hand.call("GET", `/api/v1/agents/${hand.id}`)).body.tasks).toBe(0);
    for (const [what, said] of [
      ["progress", { note: "x" }],
      ["complete", { summary: "x" }],
      ["fail", { reason: "x" }],
      ["ask", { title: "x?" }],
    ] as const)
      expect(await hand.say(task, what, said)).toMatchObject({
        status: 409,
        body: { code: "stale_attempt" },
      });
  });

  test("signs off, and what it holds goes back at once without a mark", async () => {
    const { hand, task } = await working();
    expect((await hand.call("DELETE", `/api/v1/agents/${hand.id}`)).status).toBe(204);
    const [step] =
      await sql`select status, state ->> 'tries' as tries from steps where run_id = ${task.run_id}`;
    expect(step).toEqual({ status: "ready", tries: "0" });
  });

  test("speaks with its own key only, about tasks that there are", async () => {
    const { hand, task } = await working();
    const other = await makeHand(stage(), { name: "another one" });
    for (const [what, said] of [
      ["progress", { note: "x" }],
      ["complete", { summary: "x" }],
      ["fail", { reason: "x" }],
      ["ask", { title: "x?" }],
    ] as const) {
      expect(await other.say(task, what, said)).toMatchObject({ status: 403, body: { code: "not_allowed" } });
      for (const id of [
        "nothing",
        `${task.run_id}.scan.9`,
        `${task.run_id}.none.1`,
        `${randomUUID()}.scan.1`,
      ])
        expect(await hand.say({ id }, what, said)).toMatchObject({
          status: 404,
          body: { code: "not_found" },
        });
      const theirs = await stage().key({ scopes: ["work"], workspace: "T02THEIRS" });
      const path = `/api/v1/tasks/${task.id}/${what}`;
      expect((await stage().call("POST", path, { key: theirs, body: said })).status).toBe(404);
      const bound = await stage().key({ scopes: ["work"], project: randomUUID() });
      expect((await stage().call("POST", path, { key: bound, body: said })).status).toBe(404);
      const asks = await stage().key({ scopes: ["ask"] });
      expect((await stage().call("POST", path, { key: asks, body: said })).status).toBe(403);
    }
  });

  test.each([
    ["progress", "note", { note: "" }],
    ["progress", "note", { note: "x".repeat(401) }],
    ["progress", "percent", { percent: 101 }],
    ["complete", "summary", {}],
    ["complete", "summary", { summary: "x".repeat(501) }],
    ["complete", "output", { summary: "x", output: "x".repeat(100_001) }],
    ["complete", "values.n", { summary: "x", values: { n: 1 } }],
    ["complete", "values", { summary: "x", values: [] }],
    ["complete", "summary", { summary: "a\u0000b" }],
    ["fail", "reason", {}],
    ["fail", "retry", { reason: "x", retry: "perhaps" }],
    ["ask", "title", {}],
    ["ask", "type", { title: "x?", type: "poll" }],
    ["ask", "options", { title: "x?", type: "decision", options: ["one"] }],
    ["ask", "timeout_minutes", { title: "x?", timeout_minutes: 0 }],
    ["ask", "context", { title: "x?", context: "none" }],
    ["ask", "checkpoint", { title: "x?", checkpoint: "x".repeat(262_145) }],
    ["ask", "recipients", { title: "x?", recipients: [] }],
  ])("is told which field of %s is wrong: %s", async (what, field, said) => {
    const { hand, task } = await known();
    const { status, body } = await hand.say(task, what, said);
    expect(status).toBe(422);
    expect(body.errors.map((each: { field: string }) => each.field)).toContain(field);
  });
});

let one: { readonly hand: OutsideHand; readonly task: { readonly id: string } } | undefined;
/** A task that refused calls leave as it is. */
const known = async () => {
  one ??= await working();
  return one;
};
