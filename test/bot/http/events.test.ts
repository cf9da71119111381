import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { useApiGoals } from "#test/support/api-goals.ts";
import { useApiStage } from "#test/support/api-stage.ts";
import { type Callee, startCallee } from "#test/support/callee.ts";
import { testDatabase } from "#test/support/postgres.ts";

const stage = useApiStage(await testDatabase(), { CALLBACK_ALLOW_PRIVATE: "1" });
const goals = useApiGoals(stage);
const EVENTS = "/api/v1/events";

let callee: Callee;
let key: string;

beforeEach(async () => {
  callee = await startCallee();
  key = await stage().key({ scopes: ["events"], name: "code-review-agent" });
});
afterEach(async () => {
  await stage().sql`delete from endpoints`;
  await stage().sql`delete from published_events`;
  await callee.close();
});

/** Document 000, “Event Schema”. */
const ENVELOPE = {
  ...{ event_id: "evt-uuid", event_type: "code.approved", workflow_id: "wf-abc123" },
  timestamp: "2024-01-15T10:30:00Z",
  data: { complaint_id: "42", approved_by: "user-uuid", code_changes: { files: 1 } },
  metadata: { agent_id: "code-review-agent", correlation_id: "corr-xyz" },
};

const publish = (body: object, mine = key, headers: Record<string, string> = {}) =>
  stage().call("POST", EVENTS, { key: mine, body, headers });
const subscribe = async (events: readonly string[], mine = key) =>
  (await stage().call("POST", "/api/v1/webhooks", { key: mine, body: { url: callee.url, events } })).body;

describe("A published event", () => {
  test("is kept in the documented envelope, and told to whoever subscribes, as it is kept", async () => {
    await subscribe(["code.*"]);
    const { status, body } = await publish(
      {
        ...{ event_type: "code.approved", workflow_id: "wf-abc123" },
        data: { complaint_id: "42", approved_by: "user-uuid" },
        metadata: { team: "payments" },
      },
      key,
      { "x-correlation-id": "corr-xyz" },
    );
    expect(status).toBe(201);
    expect(body).toEqual({
      event_id: expect.stringMatching(/^evt-[\da-f-]{36}$/),
      ...{ event_type: "code.approved", workflow_id: "wf-abc123", timestamp: expect.any(String) },
      data: { complaint_id: "42", approved_by: "user-uuid" },
      metadata: { agent_id: "code-review-agent", correlation_id: "corr-xyz", team: "payments" },
    });
    await expect.poll(() => callee.got.length).toBe(1);
    expect(JSON.parse(callee.got[0]?.body ?? "")).toEqual(body);
    expect(callee.got[0]?.headers).toMatchObject({ "x-correlation-id": "corr-xyz" });
    expect((await stage().call("GET", EVENTS, { key })).body).toEqual({ items: [body], next_cursor: null });
  });

  test("takes no more than its name, and gets a workflow of its own", async () => {
    const { body } = await publish({ event_type: "deployment.started" });
    expect(body).toMatchObject({ workflow_id: expect.stringMatching(/^wf-/), data: {} });
  });

  test("may be the documented envelope, word for word: its id and its moment are the agent's", async () => {
    await subscribe(["*"]);
    const told = { ...ENVELOPE, event_id: `evt-${randomUUID()}` };
    const { status, body } = await publish(told);
    expect({ status, body }).toEqual({
      ...{ status: 201, body: { ...told, timestamp: "2024-01-15T10:30:00.000Z" } },
    });
    await expect.poll(() => callee.got.length).toBe(1);
    expect(JSON.parse(callee.got[0]?.body ?? "")).toEqual(body);
    expect((await publish({ event_type: "code.approved", event_id: "evt-uuid" })).body.event_id).toBe(
      "evt-uuid",
    );
  });

  test("happens once under an id of the agent's, however often it is told; nothing else is told under it", async () => {
    await subscribe(["*"]);
    const told = { event_id: "evt-42", event_type: "code.rejected", data: { a: 1, b: [2] } };
    const [one, two] = [await publish(told), await publish({ ...told, data: { b: [2], a: 1 } })];
    expect(two.body).toEqual(one.body);
    expect((await publish(one.body)).body).toEqual(one.body);
    const other = await publish({ ...told, data: {} });
    expect([other.status, other.body.code, other.body.errors[0].field]).toEqual([
      409,
      "conflict",
      "event_id",
    ]);
    expect((await publish(told, await stage().key({ project: randomUUID() }))).status).toBe(201);
    await expect.poll(() => callee.got.length).toBe(2);
    expect((await stage().call("GET", EVENTS, { key })).body.items).toHaveLength(2);
  });

  test("can't take the id of one that was published without", async () => {
    const { body } = await publish({ event_type: "code.rejected", workflow_id: "w1" });
    expect((await publish({ event_id: body.event_id, event_type: "code.approved" })).status).toBe(409);
    expect((await publish(body)).body).toEqual(body);
  });

  test("happens once under one Idempotency-Key", async () => {
    await subscribe(["*"]);
    const headers = { "idempotency-key": randomUUID() };
    const [one, two] = [
      await publish({ event_type: "code.rejected" }, key, headers),
      await publish({ event_type: "code.rejected" }, key, headers),
    ];
    expect(two.body).toEqual(one.body);
    await expect.poll(() => callee.got.length).toBe(1);
    expect((await stage().call("GET", EVENTS, { key })).body.items).toHaveLength(1);
  });

  test("is heard under the name that was asked for", async () => {
    await subscribe(["workflow.finished"]);
    await publish({ event_type: "workflow.completed", workflow_id: "wf-elsewhere" });
    await expect.poll(() => callee.got.length).toBe(1);
    expect(JSON.parse(callee.got[0]?.body ?? "")).toMatchObject({ event_type: "workflow.finished" });
  });

  test("goes to nobody who asked for others, in another project, in another workspace, or whose key was taken back", async () => {
    const [project, other] = [randomUUID(), randomUUID()];
    const revoked = await stage().key({ name: "revoked" });
    await subscribe(["code.rejected"]);
    await subscribe(["*"], await stage().key({ project: other }));
    await subscribe(["*"], await stage().key({ workspace: "T02OTHER" }));
    await subscribe(["*"], revoked);
    await stage().sql`update api_keys set revoked_at = now() where name = 'revoked'`;
    const theirs = await subscribe(["*"], await stage().key({ project }));
    await publish({ event_type: "code.approved" }, await stage().key({ project }));
    await expect
      .poll(
        () =>
          stage()
            .sql`select distinct endpoint_id as id from deliveries where endpoint_id in (select id from endpoints)`,
      )
      .toEqual([{ id: theirs.id }]);
  });

  test.each([
    [{ event_type: "Approved" }, "event_type", /small letters with a dot/],
    [{}, "event_type", /./],
    [{ event_type: "request.responded" }, "event_type", /Only Countersign tells/],
    [{ event_type: "human.input.received" }, "event_type", /Only Countersign tells/],
    [{ event_type: "run.succeeded" }, "event_type", /Only Countersign tells/],
    [{ event_type: "a.b", data: "x" }, "data", /object/],
    [{ event_type: "a.b", data: { big: "x".repeat(70_000) } }, "data", /64 kB/],
    [{ event_type: "a.b", metadata: { agent_id: "" } }, "metadata.agent_id", /1 to 100/],
    [{ event_type: "a.b", metadata: { agent_id: "B o b" } }, "metadata.agent_id", /Somebody .* is called/],
    [{ event_type: "a.b", metadata: { correlation_id: 4 } }, "metadata.correlation_id", /1 to 255/],
    [{ event_type: "a.b", workflow_id: "" }, "workflow_id", /1 to 255/],
    [{ event_type: "a.b", colour: "red" }, "colour", /no such field/],
    [{ event_type: "a.b", event_id: "" }, "event_id", /1 to 255/],
    [{ event_type: "a.b", event_id: "evt 1" }, "event_id", /without spaces/],
    [{ event_type: "a.b", event_id: `evt-${randomUUID()}-7` }, "event_id", /what it tells itself/],
    [{ event_type: "a.b", timestamp: "yesterday" }, "timestamp", /a moment such as/],
    [{ event_type: "a.b", timestamp: "2999-01-01T00:00:00Z" }, "timestamp", /future/],
  ])("is refused with what is wrong: %j", async (body, field, detail) => {
    const answer = await publish(body);
    expect([answer.status, answer.body.code]).toEqual([422, "bad_input"]);
    expect(answer.body.errors).toEqual([{ field, detail: expect.stringMatching(detail) }]);
  });

  test("can't speak for a run of ours", async () => {
    const { body: goal } = await goals.begin(await goals.key());
    const answer = await publish({ event_type: "workflow.completed", workflow_id: goal.run_id });
    expect([answer.status, answer.body.errors[0].field]).toEqual([422, "workflow_id"]);
    expect((await publish({ event_type: "code.approved", workflow_id: goal.run_id })).status).toBe(201);
  });

  test("needs the scope events", async () => {
    const other = await stage().key({ scopes: ["ask"] });
    expect((await publish({ event_type: "a.b" }, other)).status).toBe(403);
    expect((await stage().call("GET", EVENTS, { key: other })).status).toBe(403);
  });
});

describe("The list of events", () => {
  test("is told as CloudEvents to who asks for them", async () => {
    await publish({ ...ENVELOPE, metadata: { agent_id: "reviewer", correlation_id: "corr-xyz" } });
    const { body } = await stage().call("GET", `${EVENTS}?format=cloudevents`, { key });
    expect(body.items).toEqual([
      {
        ...{ specversion: "1.0", id: "evt-uuid", source: EVENTS, type: "code.approved" },
        ...{ subject: "wf-abc123", time: "2024-01-15T10:30:00.000Z", datacontenttype: "application/json" },
        ...{ data: ENVELOPE.data, agentid: "reviewer", correlationid: "corr-xyz" },
      },
    ]);
    const wrong = await stage().call("GET", `${EVENTS}?format=xml`, { key });
    expect([wrong.status, wrong.body.errors[0].field]).toEqual([422, "format"]);
  });

  test("shows what was asked for, newest first, in pages, within the key's reach", async () => {
    const project = await stage().key({ project: randomUUID() });
    await publish({ event_type: "a.one", workflow_id: "w1" });
    await publish({ event_type: "a.two", workflow_id: "w1" });
    await publish({ event_type: "a.two", workflow_id: "w2" }, project);
    const list = async (query: string, mine = key): Promise<readonly string[]> => {
      const { body } = await stage().call("GET", `${EVENTS}${query}`, { key: mine });
      return body.items.map(
        ({ event_type: name, workflow_id: id }: Record<string, string>) => `${name} ${id}`,
      );
    };
    expect(await list("")).toEqual(["a.two w2", "a.two w1", "a.one w1"]);
    expect(await list("?event_type=a.two")).toEqual(["a.two w2", "a.two w1"]);
    expect(await list("?workflow_id=w1")).toEqual(["a.two w1", "a.one w1"]);
    expect(await list("", project)).toEqual(["a.two w2"]);
    expect(await list("", await stage().key({ workspace: "T02OTHER" }))).toEqual([]);
    const { body } = await stage().call("GET", `${EVENTS}?limit=2`, { key });
    expect(await list(`?limit=2&cursor=${body.next_cursor}`)).toEqual(["a.one w1"]);
  });
});
