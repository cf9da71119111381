import { expect, test, vi } from "vitest";
import { z } from "zod";
import { useApiStage } from "#test/support/api-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { CALLBACK_SECRET } from "#test/support/signed-callback.ts";
import { CountersignClient } from "../../sdk/src/client.ts";
import type { Envelope } from "../../sdk/src/events.ts";

vi.setConfig({ testTimeout: 90_000 });
const staged = useApiStage(await testDatabase(), { CALLBACK_ALLOW_PRIVATE: "1" });

/** Every call that any client here made, as "GET /api/v1/requests/…". */
const called = new Set<string>();

async function client(wish: Parameters<ReturnType<typeof staged>["key"]>[0] = {}) {
  const { app, key } = staged();
  const recorded: typeof fetch = (input, init) => {
    called.add(`${init?.method} ${new URL(String(input)).pathname}`);
    return fetch(input, init);
  };
  return new CountersignClient({ url: app.url, key: await key(wish), fetch: recorded });
}

const NOWHERE = "http://127.0.0.1:9/hook";
const ID = /^[0-9a-f-]{36}$/;

test("requests: asked, looked at, listed, answered by a person alone, taken back, their secret changed", async () => {
  const agent = await client();
  const asked = {
    title: "May I?",
    callback_webhook: NOWHERE,
    workflow_id: "wf/1 ?",
    metadata: { agent_id: "asker" },
  };
  const made = await agent.requests.create(asked);
  expect(made).toMatchObject({
    id: expect.stringMatching(ID),
    state: "pending",
    callback_secret: expect.stringMatching(/^whsec_/),
  });
  expect(await agent.requests.rotateSecret(made.id, CALLBACK_SECRET)).toEqual({
    callback_secret: CALLBACK_SECRET,
  });
  const own = await agent.requests.create({ ...asked, callback_secret: CALLBACK_SECRET });
  expect(own.callback_secret).toBeUndefined();
  expect((await agent.requests.list({ workflow_id: "wf/1 ?", limit: 1 })).next_cursor).not.toBeNull();
  const ids: string[] = [];
  for await (const { id } of agent.requests.list({ workflow_id: "wf/1 ?", limit: 1 })) ids.push(id);
  expect(ids).toEqual([own.id, made.id]);
  await expect(agent.requests.respond(made.id, { decision: "approve" })).rejects.toMatchObject({
    code: "person_required",
    status: 403,
  });
  const bob = await client({ scopes: ["respond"], person: "U02BOB" });
  expect(await bob.requests.respond(made.id, { decision: "approve", comment: "LGTM" })).toMatchObject({
    response: { decision: "approve", comment: "LGTM", responder_id: "U02BOB" },
  });
  expect(await agent.requests.wait(made.id)).toMatchObject({ response: { decision: "approve" } });
  await expect(bob.requests.respond(made.id, { decision: "reject" })).rejects.toMatchObject({
    code: "already_settled",
    status: 409,
  });
  expect(await agent.requests.cancel(own.id, "no need")).toMatchObject({ state: "cancelled" });
});

test("the same Idempotency-Key asks once; with another question it is refused", async () => {
  const agent = await client();
  const once = { idempotencyKey: "deploy-42" };
  const first = await agent.requests.create({ title: "Once?" }, once);
  expect(await agent.requests.create({ title: "Once?" }, once)).toEqual(first);
  await expect(agent.requests.create({ title: "Twice?" }, once)).rejects.toMatchObject({
    status: 422,
    code: "idempotency_key_reused",
  });
});

test("checkpoints: kept, read, used", async () => {
  const { checkpoints } = await client();
  const kept = { state_data: { a: [1] }, agent_id: "a", schema_version: 3, event_history: [1] };
  expect(await checkpoints.save("wf/ü", "cp 1", kept)).toMatchObject({ ...kept, consumed_at: null });
  expect(await checkpoints.get("wf/ü", "cp 1")).toMatchObject(kept);
  expect(await checkpoints.consume("wf/ü", "cp 1")).toMatchObject({ consumed_at: expect.any(String) });
  expect(await checkpoints.get("wf/ü", "cp 2")).toBeNull();
});

test("goals: handed over, planned, followed to the end, done again, stopped", async () => {
  const agent = await client({ owner: "U01ALICE" });
  await staged().room("surface");
  const goal = {
    goal: "Write a poem",
    project: "surface",
    priority: "high",
    metadata: { agent_id: "poet" },
  } as const;
  const made = await agent.goals.create(goal, { waitForPlan: true });
  expect(made).toMatchObject({
    goal_id: expect.stringMatching(ID),
    status: "workflow_generated",
    estimated_tasks: expect.any(Number),
  });
  expect((await agent.goals.list({ project: "surface", status: "open" })).items).toMatchObject([
    { goal_id: made.goal_id, agent: "poet" },
  ]);
  expect(await agent.goals.get(made.goal_id)).toMatchObject({
    run: { id: made.run_id },
    requested_by: "U01ALICE",
  });
  expect(await agent.goals.cancel(made.goal_id, "no time")).toMatchObject({
    status: "cancelled",
    run: { reason: expect.any(String) },
  });
  const run = await agent.runs.wait(made.run_id);
  const told: { readonly id: string; readonly event: Envelope }[] = [];
  for await (const one of agent.runs.events(made.run_id)) told.push(one);
  expect(told.map(({ id }) => Number(id))).toEqual(Array.from({ length: run.facts }, (_, i) => i + 1));
  expect(told.at(-1)?.event).toMatchObject({ event_type: "workflow.cancelled", workflow_id: made.run_id });
  const rest = agent.runs.events(made.run_id, { after: told.at(-2)?.id ?? "" });
  expect((await rest.next()).value?.id).toBe(told.at(-1)?.id);
  expect((await rest.next()).done).toBe(true);
  expect((await agent.runs.events(made.run_id, { after: told.at(-1)?.id ?? "" }).next()).done).toBe(true);
  const again = await agent.goals.rework(made.goal_id, { feedback: "Make it rhyme." });
  expect(again).toMatchObject({ goal_id: made.goal_id, run_id: expect.not.stringMatching(made.run_id) });
  await agent.goals.cancel(made.goal_id);
});

test("agents and their tasks: registered, alive, claiming, gone", async () => {
  const { agents, tasks } = await client();
  const said = {
    name: "surface agent",
    description: "d",
    capabilities: ["surface"],
    max_concurrent: 3,
    lease_seconds: 30,
    card: { a: 1 },
  };
  const made = await agents.register(said);
  expect(made).toMatchObject({
    ...said,
    id: expect.stringMatching(ID),
    status: "healthy",
    push: false,
    tasks: 0,
  });
  expect((await agents.register(said)).id).toBe(made.id);
  expect(await agents.get("surface agent")).toEqual(expect.objectContaining({ id: made.id }));
  expect((await agents.list()).items.map(({ name }) => name)).toContain("surface agent");
  expect(await agents.heartbeat(made.id)).toMatchObject({ status: "healthy", tasks: [] });
  expect(await tasks.claim({ agent: made.id, wait: 0 })).toBeNull();
  const gone = `${made.id}.review.1`;
  const stale: readonly (() => Promise<unknown>)[] = [
    () => tasks.progress(gone),
    () => tasks.complete(gone, { summary: "s" }),
    () => tasks.fail(gone, { reason: "r", retry: false }),
    () => tasks.ask(gone, { title: "May I?", options: [], checkpoint: { a: 1 } }),
  ];
  for (const call of stale)
    await expect(call()).rejects.toMatchObject({ name: "CountersignError", status: 404 });
  await agents.remove(made.id);
  await expect(agents.get(made.id)).rejects.toMatchObject({ code: "not_found" });
});

test("events and subscriptions: published, listed, subscribed to, changed, gone", async () => {
  const { events, webhooks } = await client();
  const made = await webhooks.create({ url: NOWHERE, events: ["code.approved", "task.*"] });
  expect(made).toMatchObject({
    events: ["code.approved", "task.*"],
    disabled_at: null,
    secret: expect.stringMatching(/^whsec_/),
  });
  const event = {
    event_type: "code.approved",
    workflow_id: "wf-p",
    data: { a: 1 },
    metadata: { agent_id: "p" },
  };
  const told = await events.publish(event, { correlationId: "corr-1" });
  expect(told).toMatchObject({ ...event, metadata: { agent_id: "p", correlation_id: "corr-1" } });
  expect((await events.list({ event_type: "code.approved", workflow_id: "wf-p" })).items).toEqual([told]);
  await expect
    .poll(async () => (await webhooks.deliveries(made.id)).items)
    .toMatchObject([{ event: "code.approved" }]);
  expect(await webhooks.get(made.id)).toMatchObject({ url: NOWHERE });
  expect((await webhooks.list()).items).toHaveLength(1);
  expect(await webhooks.rotateSecret(made.id, CALLBACK_SECRET)).toEqual({ secret: CALLBACK_SECRET });
  await webhooks.remove(made.id);
  expect((await webhooks.list()).items).toEqual([]);
});

test("every documented operation of /api/v1 was called above, and nothing that is not documented", async () => {
  const { body } = await staged().call("GET", "/openapi.json");
  const { paths } = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) }).parse(body);
  const documented = Object.entries(paths)
    .filter(([path]) => path.startsWith("/api/v1/"))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
  const fits = (call: string, operation: string): boolean =>
    new RegExp(`^${operation.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(call);
  const calls = [...called];
  expect(documented.filter((operation) => !calls.some((call) => fits(call, operation)))).toEqual([]);
  expect(calls.filter((call) => !documented.some((operation) => fits(call, operation)))).toEqual([]);
});
