import { describe, expect, test, vi } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { BOB, CAROL } from "#test/support/e2e/room.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { requestsOn } from "#test/support/requests-on.ts";

vi.setConfig({ testTimeout: 60_000 });
const stage = useApiStage(await testDatabase(), { API_RATE_LIMIT: "100000" });
const ISO = /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** As it stands in the document (000, "Create Consultation Request"). */
const DOCUMENTED = {
  workflow_id: "wf-abc123",
  checkpoint_id: "cp-xyz789",
  type: "approval",
  title: "Review High-Risk Code Changes",
  description: "Complaint #42 requires database schema changes",
  context: {
    code_diff: "...",
    risk_assessment: {},
    affected_systems: ["payments", "user-auth"],
  },
  routing: {
    channels: ["email", "slack"],
    recipients: [{ email: "senior-engineer@company.com" }, { slack_user_id: "U123456" }],
  },
  callback_webhook: "https://agent-system.company.com/resume",
  timeout_minutes: 1440,
  metadata: { agent_id: "code-review-agent", priority: "high" },
};

const { create, look, respond } = requestsOn(stage);

describe("The documented payloads", () => {
  test("ask and answer as written, once e-mail is left out; e-mail is refused by its field", async () => {
    const { people } = stage();
    await people.act("people", { id: "U123456", name: "Erin" });
    await people.act("people", { id: "U0SENIOR", name: "Sam", email: "senior-engineer@company.com" });
    const refused = await create(DOCUMENTED);
    expect(refused).toMatchObject({
      status: 422,
      body: { code: "bad_input", errors: [{ field: "routing.channels.0" }] },
    });

    const routing = { ...DOCUMENTED.routing, channels: ["slack"] };
    const { status, body, headers } = await create({ ...DOCUMENTED, routing });
    expect(status).toBe(201);
    expect(body).toEqual({
      ...{ id: expect.stringMatching(UUID), workflow_id: "wf-abc123", checkpoint_id: "cp-xyz789" },
      ...{ state: "pending", created_at: expect.stringMatching(ISO), timeout_at: expect.stringMatching(ISO) },
      callback_secret: expect.stringMatching(/^whsec_/),
    });
    expect(Date.parse(body.timeout_at) - Date.parse(body.created_at)).toBe(1_440 * 60_000);
    expect(headers.get("location")).toBe(`/api/v1/requests/${body.id}`);

    const answer = {
      decision: "approve",
      comment: "Looks good, but add error handling for edge case X",
      attachments: [],
    };
    const answered = await respond(body.id, answer, "U123456");
    expect(answered.status).toBe(200);
    expect(answered.body).toEqual({
      ...{ id: body.id, state: "responded" },
      response: { ...answer, responder_id: "U123456", responded_at: expect.stringMatching(ISO) },
    });
    expect((await look(body.id)).body).toMatchObject({
      ...{ id: body.id, workflow_id: "wf-abc123", context: DOCUMENTED.context, routing },
      ...{ response: answered.body.response, responded_at: answered.body.response.responded_at },
      ...{ metadata: DOCUMENTED.metadata, callback_webhook: DOCUMENTED.callback_webhook },
    });
  });
});

test("A title alone is a whole request: its ids are made, the rest has its defaults", async () => {
  const { status, body } = await create({ title: "May I tag v1.2.0?" });
  expect(status).toBe(201);
  const whole = await look(body.id);
  expect(whole.body).toEqual({
    ...{
      id: body.id,
      type: "approval",
      title: "May I tag v1.2.0?",
      description: "",
      context: {},
      options: [],
    },
    ...{ workflow_id: expect.stringMatching(/^wf-/), checkpoint_id: expect.stringMatching(/^cp-/) },
    ...{
      routing: { channels: [], recipients: [] },
      metadata: {},
      state: expect.stringMatching(/pending|notified/),
    },
    ...{ response: null, callback_webhook: null, correlation_id: expect.any(String) },
    ...{ created_at: body.created_at, timeout_at: body.timeout_at, notified_at: whole.body.notified_at },
    ...{ responded_at: null, callback_sent_at: null, completed_at: null },
  });
  await expect.poll(async () => (await look(body.id)).body.state).toBe("notified");
});

test("What the caller brings to be carried through comes back: ids, correlation, options in their short form", async () => {
  const asked = { title: "Which?", type: "decision", options: ["red", { key: "b", label: "Blue" }] };
  const { body } = await stage().call("POST", "/api/v1/requests", {
    ...{ key: await stage().key(), body: { ...asked, routing: { channels: ["#general"] } } },
    headers: { "x-correlation-id": "corr-abc" },
  });
  expect((await look(body.id)).body).toMatchObject({
    correlation_id: "corr-abc",
    options: [
      { key: "red", label: "red" },
      { key: "b", label: "Blue" },
    ],
    routing: { channels: ["#general"], recipients: [] },
  });
});

describe("A look", () => {
  test("has an ETag: the same again is 304, until something has changed", async () => {
    const { id } = (await create({ title: "x" })).body;
    await expect.poll(async () => (await look(id)).body.state).toBe("notified");
    const etag = (await look(id)).headers.get("etag") ?? "";
    expect(etag).toMatch(/^"[^"]+"$/);
    const again = await look(id, { "if-none-match": etag });
    expect([again.status, again.body, again.headers.get("etag")]).toEqual([304, "", etag]);
    expect((await look(id, { "if-none-match": `"other", W/${etag}` })).status).toBe(304);
    await respond(id, { decision: "approve" });
    expect((await look(id, { "if-none-match": etag })).status).toBe(200);
  });

  test("that waits answers 200 when the time is over, and at once when it is settled", async () => {
    const { id } = (await create({ title: "x" })).body;
    const none = await look(id, {}, "?wait=0.05");
    expect([none.status, none.body.response]).toEqual([200, null]);
    const waiting = look(id, {}, "?wait=60");
    const answered = await respond(id, { decision: "reject", comment: "no" });
    expect((await waiting).body).toMatchObject({ state: "completed", response: answered.body.response });
  });

  test("that waits with what it knows gets 304 when the time is over, and the answer as soon as there is one", async () => {
    const { id } = (await create({ title: "x" })).body;
    await expect.poll(async () => (await look(id)).body.state).toBe("notified");
    const known = { "if-none-match": (await look(id)).headers.get("etag") ?? "" };
    expect((await look(id, known, "?wait=0.05")).status).toBe(304);
    const waiting = look(id, known, "?wait=60");
    await respond(id, { decision: "approve" });
    const settled = await waiting;
    expect([settled.status, settled.body.response.decision]).toEqual([200, "approve"]);
    const etag = { "if-none-match": settled.headers.get("etag") ?? "" };
    expect((await look(id, etag, "?wait=60")).status).toBe(304); // at once: nothing more will come
  });
});

describe("A late answer", () => {
  test("is a 409 that says who was first and when, with the request as it stands", async () => {
    const { id } = (await create({ title: "x" })).body;
    const { response } = (await respond(id, { decision: "approve", comment: "LGTM" })).body;
    const late = await respond(id, { decision: "reject" }, CAROL);
    expect(late.status).toBe(409);
    expect(late.body).toMatchObject({ code: "already_settled", id, state: "completed", response });
    expect(late.body.detail).toBe(`U02BOB approved this already, at ${response.responded_at}.`);
  });

  test("and a press in Slack: one of both counts, the other is told", async () => {
    const { people } = stage();
    const { id } = (await create({ title: "Who is first?" })).body;
    const card = await people.card("C01GENERAL", /^✋ Who is first/);
    const [{ status, body }] = await Promise.all([
      respond(id, { decision: "approve" }, CAROL),
      people.presses(BOB, card, "Approve"),
    ]);
    const { response } = (await look(id)).body;
    if (status === 200) {
      expect(response).toEqual(body.response);
      await people.told(BOB, /^✓ Approved by Carol .*Your click changed nothing/);
    } else {
      expect(status).toBe(409);
      expect(response.responder_id).toBe(BOB);
      expect(body.response).toEqual(response);
    }
    await people.becomes(card, /^✓ Approved by (Bob|Carol)/);
  });
});

describe("Time", () => {
  test("ends a request that nobody answered: timed_out, and who comes then is told", async () => {
    const { clock } = stage();
    const { id } = (await create({ title: "Quick?", timeout_minutes: 5 })).body;
    const { id: longer } = (await create({ title: "Slow?" })).body;
    const waiting = look(id, {}, "?wait=60");
    clock.advance(5 * 60_000 + 1_000);
    expect((await waiting).body).toMatchObject({ state: "timed_out", response: null, completed_at: null });
    const late = await respond(id, { decision: "approve" });
    expect(late).toMatchObject({ status: 409, body: { code: "already_settled", state: "timed_out" } });
    expect(late.body.detail).toMatch(/^Nobody answered this in time: it expired at /);
    expect((await look(longer)).body).toMatchObject({ response: null });
  });
});

describe("Cancelling and another secret", () => {
  test("cancels for who asked, with or without a body, and tells the card", async () => {
    const { call, key, people } = stage();
    const own = await key();
    const { id } = (await create({ title: "Never mind?" }, own)).body;
    const card = await people.card("C01GENERAL", /^✋ Never mind/);
    const other = await call("POST", `/api/v1/requests/${id}/cancel`, { key: await key() });
    expect(other).toMatchObject({ status: 403, body: { code: "not_allowed" } });
    const cancelled = await call("POST", `/api/v1/requests/${id}/cancel`, { key: own });
    expect(cancelled).toMatchObject({ status: 200, body: { id, state: "cancelled" } });
    expect((await people.becomes(card, /taken back|withdrawn|cancelled/i)).buttons).toEqual([]);
  });

  test("gives a callback another secret, the caller's or a new one; without a callback there is none", async () => {
    const { call, key } = stage();
    const own = await key();
    const callback_webhook = "https://agent.example.com/resume";
    const { id, callback_secret: first } = (await create({ title: "x", callback_webhook }, own)).body;
    const rotate = (at: string, body?: object) =>
      call("POST", `/api/v1/requests/${at}/rotate-secret`, { key: own, body });
    const made = await rotate(id);
    expect(made).toMatchObject({ status: 200, body: { callback_secret: expect.stringMatching(/^whsec_/) } });
    expect(made.body.callback_secret).not.toBe(first);
    const mine = { callback_secret: "0123456789abcdef0123" };
    expect((await rotate(id, mine)).body).toEqual(mine);
    expect(await rotate(id, { callback_secret: "short" })).toMatchObject({ status: 422 });
    const none = (await create({ title: "x" }, own)).body;
    expect(await rotate(none.id)).toMatchObject({ status: 409, body: { code: "wrong_state" } });
    await call("POST", `/api/v1/requests/${id}/cancel`, { key: own });
  });

  test("a secret that the caller brought is not told again", async () => {
    const asked = { callback_webhook: "https://agent.example.com/", callback_secret: "0123456789abcdef" };
    const { status, body } = await create({ title: "x", ...asked });
    expect([status, "callback_secret" in body]).toEqual([201, false]);
  });
});

test("A repeat under one Idempotency-Key is one request", async () => {
  const { call, key } = stage();
  const own = await key();
  const asked = { key: own, body: { title: "Once?" }, headers: { "idempotency-key": "once-1" } };
  const [first, again] = [
    await call("POST", "/api/v1/requests", asked),
    await call("POST", "/api/v1/requests", asked),
  ];
  expect(again.body).toEqual(first.body);
  const { items } = (await call("GET", "/api/v1/requests?limit=100", { key: own })).body;
  expect(items.filter(({ title }: { title: string }) => title === "Once?")).toHaveLength(1);
});
