import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { useApiGoals } from "#test/support/api-goals.ts";
import { useApiStage } from "#test/support/api-stage.ts";
import { type Callee, startCallee } from "#test/support/callee.ts";
import { saveTeamWorkflow } from "#test/support/e2e/room.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { guided, tellFacts } from "#test/support/tell-facts.ts";

const stage = useApiStage(await testDatabase(), { CALLBACK_ALLOW_PRIVATE: "1" });
const goals = useApiGoals(stage);

let callee: Callee;
let key: string;

beforeEach(async () => {
  callee = await startCallee();
  key = await stage().key({ scopes: ["events", "ask"] });
});
afterEach(async () => {
  await stage().sql`delete from endpoints`;
  await stage().sql`delete from deliveries`;
  await callee.close();
});

const subscribe = async (events: readonly string[], mine = key) => {
  const body = { url: callee.url, events };
  return (await stage().call("POST", "/api/v1/webhooks", { key: mine, body })).body.id as string;
};
const told = () => callee.got.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
const namesOf = () => told().map((event) => String(event["event_type"]));

const ASKS = {
  ...{ name: "asks", title: "Asks" },
  steps: [{ key: "ask", title: "Ask", agent: { kind: "person", asks: "approval", what: "Go on?" } }],
};

const TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/** A run that waits for a person. */
async function run(mine?: string): Promise<string> {
  await saveTeamWorkflow(stage().sql, ASKS);
  const { body } = await goals.begin(mine ?? (await goals.key()), { workflow: "asks" });
  const asked = () => stage().sql`select from facts where stream_id = ${body.run_id} and type = 'step.asked'`;
  await expect.poll(asked).toHaveLength(1);
  return body.run_id;
}

describe("Who subscribes hears", () => {
  test("each fact from then on, in the envelope that a run's stream shows, and none from before", async () => {
    const runId = await run();
    await subscribe(["run.guided", "workflow.*"]);
    const seq = await tellFacts(stage().sql, runId, [
      guided(3),
      { type: "run.started" },
      { type: "plan.retried" },
    ]);
    await expect.poll(namesOf).toHaveLength(2);
    expect(told().toSorted((a, b) => (String(a["event_id"]) < String(b["event_id"]) ? -1 : 1))).toEqual([
      {
        ...{ event_id: `evt-${runId}-${seq - 2}`, event_type: "run.guided", workflow_id: runId },
        timestamp: expect.any(String),
        data: { fact: "run.guided", guidance: { by: "U02BOB", text: "xxx" }, actor: "engine" },
        metadata: { agent_id: null, correlation_id: expect.any(String) },
      },
      expect.objectContaining({ event_id: `evt-${runId}-${seq - 1}`, event_type: "workflow.started" }),
    ]);
  });

  test("a fact once, under one id, though the log is read again from its beginning", async () => {
    const runId = await run();
    await subscribe(["run.guided"]);
    await tellFacts(stage().sql, runId, [guided(1)]);
    await expect.poll(() => callee.got.length).toBe(1);
    await expect
      .poll(
        () =>
          stage()
            .sql`select from cursors where follower = 'subscribers' and stream_id = ${runId} and held_by is null`,
      )
      .toHaveLength(1);
    // As a process leaves it that was killed before it could say how far it had read.
    await stage().sql`update cursors set seq = 0 where follower = 'subscribers'`;
    await tellFacts(stage().sql, runId, [guided(2)]);
    await expect.poll(() => callee.got.length).toBe(2);
    await expect
      .poll(() => stage().sql`select state from deliveries`)
      .toEqual([{ state: "delivered" }, { state: "delivered" }]);
    expect(new Set(callee.got.map(({ headers }) => headers["webhook-id"])).size).toBe(2);
  });

  test("of a run under the correlation id and in the trace that its goal came with, also of its questions", async () => {
    await saveTeamWorkflow(stage().sql, ASKS);
    await subscribe(["run.requested", "consultation.opened"]);
    const headers = { "x-correlation-id": "corr-xyz", traceparent: TRACE };
    await goals.begin(await goals.key(), { workflow: "asks" }, { headers });
    await expect.poll(() => namesOf().toSorted()).toEqual(["consultation.opened", "run.requested"]);
    for (const { headers: sent } of callee.got)
      expect(sent).toMatchObject({ traceparent: TRACE, "x-correlation-id": "corr-xyz" });
  });

  test("an event by the name that was asked for, where it has several", async () => {
    const runId = await run();
    await subscribe(["workflow.finished"]);
    await tellFacts(stage().sql, runId, [{ type: "run.succeeded" }]);
    await expect.poll(namesOf).toEqual(["workflow.finished"]);
  });

  test("with a project's key that project's events alone, with another workspace's none", async () => {
    const { project, mine } = await goals.projectKey("heard");
    const theirs = await subscribe(["run.*"], await stage().key({ project: project.id }));
    const all = await subscribe(["run.*"]);
    await subscribe(["run.*"], await stage().key({ workspace: "T02OTHER" }));
    const [inside, outside] = [await run(mine), await run()];
    await tellFacts(stage().sql, inside, [guided(1)]);
    await tellFacts(stage().sql, outside, [guided(1)]);
    const heardBy = async (id: string) => {
      const rows = await stage().sql<{ stream: string }[]>`
        select distinct stream_id as stream from deliveries where endpoint_id = ${id}`;
      return new Set(rows.map(({ stream }) => stream));
    };
    await expect.poll(() => heardBy(all)).toEqual(new Set([inside, outside]));
    await expect.poll(() => heardBy(theirs)).toEqual(new Set([inside]));
    const others = await stage().sql`select from deliveries where workspace_id <> 'T01LOCAL'`;
    expect(others).toHaveLength(0);
  });

  test("of requests and their answers, in the words of the documents", async () => {
    await subscribe(["human.input.*", "request.cancelled"]);
    const ask = async () =>
      (
        await stage().call("POST", "/api/v1/requests", {
          key,
          body: { title: "May I?", workflow_id: "wf-1", checkpoint_id: "cp-1" },
          headers: { "x-correlation-id": "corr-9" },
        })
      ).body.id as string;
    const [answered, cancelled] = [await ask(), await ask()];
    const bob = await stage().key({ person: "U02BOB", scopes: ["respond"] });
    await stage().call("POST", `/api/v1/requests/${answered}/respond`, {
      ...{ key: bob, body: { decision: "reject", comment: "Not yet." } },
    });
    await stage().call("POST", `/api/v1/requests/${cancelled}/cancel`, { key });
    await expect
      .poll(() => namesOf().toSorted())
      .toEqual([
        "human.input.received",
        "human.input.requested",
        "human.input.requested",
        "request.cancelled",
      ]);
    expect(told().find((event) => event["event_type"] === "human.input.received")).toMatchObject({
      ...{ workflow_id: "wf-1", metadata: { agent_id: "test-agent", correlation_id: "corr-9" } },
      data: {
        request_id: answered,
        answer: { decision: "reject", comment: "Not yet.", responder_id: "U02BOB" },
      },
    });
  });
});

describe("Nobody who subscribes", () => {
  test("costs a log no cursor", async () => {
    const runId = await run();
    await tellFacts(stage().sql, runId, [guided(1)]);
    await expect
      .poll(
        () => stage().sql`select from cursors c join streams s on s.id = c.stream_id
        where c.follower = 'slack' and s.id = ${runId} and c.seq = s.seq`,
      )
      .toHaveLength(1);
    const ours = ["subscribers", "callbacks"];
    expect(
      await stage().sql`select from cursors where stream_id = ${runId} and follower = any(${ours})`,
    ).toHaveLength(0);
  });
});
