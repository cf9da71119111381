import { randomUUID } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { BOB, CAROL } from "#test/support/e2e/room.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { requestsOn } from "#test/support/requests-on.ts";

vi.setConfig({ testTimeout: 60_000 });
const stage = useApiStage(await testDatabase(), { API_RATE_LIMIT: "100000" });
const { create, look, respond } = requestsOn(stage);

describe("A field that is wrong is named", () => {
  const title = "x";
  test.each<[object, readonly string[]]>([
    [{}, ["title"]],
    [{ title: "" }, ["title"]],
    [{ title: "  " }, ["title"]],
    [{ title: "x".repeat(256) }, ["title"]],
    [{ title: 7, description: 7, type: "vote" }, ["type", "title", "description"]],
    [{ title, description: "x".repeat(10_001) }, ["description"]],
    [{ title, workflow_id: "", checkpoint_id: "x".repeat(256) }, ["workflow_id", "checkpoint_id"]],
    [{ title, context: [] }, ["context"]],
    [{ title, context: { a: "x".repeat(65_536) } }, ["context"]],
    [{ title, options: ["a"] }, ["options"]],
    [{ title, type: "decision", options: ["a"] }, ["options"]],
    [{ title, type: "decision", options: ["a", "a"] }, ["options.1"]],
    [{ title, type: "decision", options: ["a", "x".repeat(76)] }, ["options.1"]],
    [{ title, type: "decision", options: Array.from({ length: 11 }, String) }, ["options"]],
    [{ title, type: "clarification", options: ["text"] }, ["options.0"]],
    [{ title, routing: { channels: ["sms", "slack", "web"] } }, ["routing.channels.0", "routing.channels.2"]],
    [{ title, routing: { channels: ["#nowhere"] } }, ["routing.channels.0"]],
    [{ title, routing: { channels: ["C99NOWHERE"] } }, ["routing.channels.0"]],
    [{ title, routing: { people: [] } }, ["routing.people"]],
    [{ title, routing: { recipients: [{}] } }, ["routing.recipients.0"]],
    [{ title, routing: { recipients: [{ email: "bob" }] } }, ["routing.recipients.0.email"]],
    [{ title, routing: { recipients: [{ email: "no@example.com" }] } }, ["routing.recipients.0.email"]],
    [{ title, routing: { recipients: [{ slack_user_id: "bob" }] } }, ["routing.recipients.0.slack_user_id"]],
    [
      { title, routing: { recipients: [{ slack_user_id: "U99NOBODY" }] } },
      ["routing.recipients.0.slack_user_id"],
    ],
    [{ title, routing: { recipients: Array(6).fill({ slack_user_id: BOB }) } }, ["routing.recipients"]],
    [{ title, callback_webhook: "http://agent.example.com/" }, ["callback_webhook"]],
    [
      { title, callback_webhook: "https://169.254.169.254/", options: ["a"] },
      ["options", "callback_webhook"],
    ],
    [{ title, callback_webhook: `https://a.example.com/${"x".repeat(2_048)}` }, ["callback_webhook"]],
    [{ title, callback_secret: "0123456789abcdef" }, ["callback_secret"]],
    [{ title, callback_webhook: "https://a.example.com", callback_secret: "short" }, ["callback_secret"]],
    [{ title, timeout_minutes: 0 }, ["timeout_minutes"]],
    [{ title, timeout_minutes: 1.5 }, ["timeout_minutes"]],
    [{ title, timeout_minutes: 43_201 }, ["timeout_minutes"]],
    [{ title, timeout_minutes: "60" }, ["timeout_minutes"]],
    [{ title, metadata: { agent_id: "Bob" } }, ["metadata.agent_id"]],
    [{ title, metadata: { agent_id: "" } }, ["metadata.agent_id"]],
    [{ title, metadata: "x" }, ["metadata"]],
    [{ title, metadata: { a: "x".repeat(16_384) } }, ["metadata"]],
    [{ titel: "x" }, ["title", "titel"]],
    [
      {
        ...{ title, options: ["a"], metadata: { agent_id: "Bob" }, callback_webhook: "https://127.0.0.1/" },
        routing: { channels: ["email", "#nowhere"], recipients: [{ email: "no@example.com" }] },
      },
      [
        ...["options", "callback_webhook", "metadata.agent_id"],
        ...["routing.channels.0", "routing.channels.1", "routing.recipients.0.email"],
      ],
    ],
  ])("%j", async (asked, fields) => {
    const { status, body } = await create(asked);
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: "bad_input", status: 422 });
    expect(body.errors.map(({ field }: { field: string }) => field)).toEqual(fields);
    for (const { detail } of body.errors) expect(detail).toMatch(/\w{2,}.*[.)]$/);
  });

  test("a parameter that no list has, for example a filter's name that is misspelt: not all is listed instead", async () => {
    const key = await stage().key({ scopes: ["ask", "goals", "events", "work"], owner: "U01ALICE" });
    for (const path of ["requests", "goals", "events", "agents", "webhooks"]) {
      const { status, body } = await stage().call("GET", `/api/v1/${path}?statee=open`, { key });
      expect([path, status]).toEqual([path, 422]);
      expect(body).toMatchObject({ code: "bad_input", errors: [{ field: "statee" }] });
    }
  });

  test("in an answer, a list, a wait", async () => {
    const { id } = (await create({ title })).body;
    const key = await stage().key();
    const cases = [
      [await respond(id, {}), "decision"],
      [await respond(id, { decision: "maybe" }), "decision"],
      [await respond(id, { decision: "approve", comment: "x".repeat(3_001) }), "comment"],
      [await respond(id, { decision: "approve", attachments: [{ name: "x" }] }), "attachments.0.url"],
      [await stage().call("GET", "/api/v1/requests?state=open", { key }), "state.0"],
      [await stage().call("GET", "/api/v1/requests?type=vote", { key }), "type"],
      [await stage().call("GET", "/api/v1/requests?limit=101", { key }), "limit"],
      [await stage().call("GET", "/api/v1/requests?cursor=x", { key }), "cursor"],
      [await stage().call("GET", `/api/v1/requests/${id}?wait=61`, { key }), "wait"],
    ] as const;
    for (const [{ status, body }, field] of cases) {
      expect(status, field).toBe(422);
      expect(body.errors.map((error: { field: string }) => error.field)).toEqual([field]);
    }
    expect((await look(id)).body.response).toBeNull();
  });
});

describe("Who may not", () => {
  test("ask: a key without the scope, a person's token to answer with", async () => {
    for (const wish of [{ scopes: ["events"] as const }, { person: BOB, scopes: ["respond"] as const }])
      expect(await create({ title: "x" }, await stage().key(wish))).toMatchObject({
        ...{ status: 403, body: { code: "not_allowed" } },
      });
  });

  test("answer: an agent's key; the token of whoever stands for the agent; somebody who was not asked", async () => {
    const { call, key } = stage();
    const owned = await key({ owner: BOB });
    const { id } = (await create({ title: "x", routing: { recipients: [{ slack_user_id: BOB }] } }, owned))
      .body;
    const answer = { decision: "approve" };
    const byAgent = await key({ scopes: ["ask", "respond"] });
    expect(
      await call("POST", `/api/v1/requests/${id}/respond`, { key: byAgent, body: answer }),
    ).toMatchObject({ status: 403, body: { code: "person_required" } });
    expect(await respond(id, answer)).toMatchObject({ status: 403, body: { code: "not_allowed" } });
    expect(await respond(id, answer, CAROL)).toMatchObject({
      ...{ status: 403, body: { code: "not_allowed", detail: "Only U02BOB can answer this." } },
    });
    expect((await look(id)).body.response).toBeNull();
  });

  test("see: who has another project's key, or another workspace's", async () => {
    const { call, key } = stage();
    const { id } = (await create({ title: "x" }, await key({ project: randomUUID() }))).body;
    for (const wish of [{ project: randomUUID() }, { workspace: "T02OTHER" }]) {
      const stranger = await key({ ...wish, scopes: ["ask", "respond"] });
      for (const [method, path] of [
        ["GET", ""],
        ["POST", "/cancel"],
        ["POST", "/rotate-secret"],
      ] as const)
        expect(await call(method, `/api/v1/requests/${id}${path}`, { key: stranger })).toMatchObject({
          ...{ status: 404, body: { code: "not_found" } },
        });
    }
    expect(await look("req-uuid")).toMatchObject({ status: 404 });
    expect(await look(randomUUID())).toMatchObject({ status: 404 });
  });
});
