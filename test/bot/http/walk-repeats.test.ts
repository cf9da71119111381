import { randomUUID } from "node:crypto";
import { beforeAll, expect, test, vi } from "vitest";
import { type Answered, useApiStage } from "#test/support/api-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";
import type { Operation } from "#test/support/walk/operations.ts";
import { NOWHERE, type Ready } from "#test/support/walk/scene.ts";
import { openWalk, type Walk } from "#test/support/walk/walk.ts";

vi.setConfig({ testTimeout: 90_000 });
const database = await testDatabase();
const { sql } = database;
const stage = useApiStage(database, { API_RATE_LIMIT: "100000", CALLBACK_ALLOW_PRIVATE: "1" });

let walk: Walk;
beforeAll(async () => {
  walk = await openWalk(stage());
});

/** Nothing can be escalated by e-mail yet. */
const ALWAYS_REFUSED = ["escalateFunctionCall", "escalateHumanContact"];

// That each answer is as documented is seen by the stage.
test("Every operation of the document does what it is called for; a POST under an Idempotency-Key does it once", async () => {
  expect(new Set(Object.keys(walk.scenes))).toEqual(new Set(walk.operations.map(({ id }) => id)));
  for (const operation of walk.operations) {
    const call = await walk.ready(operation);
    const isRefused = ALWAYS_REFUSED.includes(operation.id);
    const headers = operation.method === "POST" ? { "idempotency-key": randomUUID() } : {};
    const answer = await walk.make(operation, call, { headers: { ...call.headers, ...headers } });
    const right = isRefused ? [422] : operation.statuses.filter((one) => one < 300);
    expect(right, said(operation, answer)).toContain(answer.status);
    if (operation.method === "POST" && !isRefused) await expectOnce(operation, { ...call, headers }, answer);
  }
});

const said = ({ id }: Operation, { body }: Answered): string => `${id}: ${JSON.stringify(body)}`;

/** Repeats the call, as it was, with another body, and as if the server had died before it answered. */
async function expectOnce(operation: Operation, call: Ready, first: Answered): Promise<void> {
  const before = await countMade();
  const again = await walk.make(operation, call);
  expect(again, operation.id).toMatchObject({ status: first.status, body: first.body });
  expect(again.headers.get("idempotency-replayed"), operation.id).toBe("true");
  expect(again.headers.get("location"), operation.id).toBe(first.headers.get("location"));
  for (const other of [{ body: { title: "Another" } }, { query: "another=1" }]) {
    expect(await walk.make(operation, call, other), operation.id).toMatchObject({
      ...{ status: 422, body: { code: "idempotency_key_reused", errors: [{ field: "idempotency-key" }] } },
    });
  }
  await forgetAnswer(call);
  const found = await walk.make(operation, call);
  expect(found.status, said(operation, found)).toBe(first.status);
  expect(lasting(found.body), operation.id).toEqual(lasting(first.body));
  expect(found.headers.get("idempotency-replayed"), operation.id).toBeNull();
  expect(await countMade(), operation.id).toEqual(before);
}

test("Whoever never heard a secret that was made for them hears it when they call again", async () => {
  for (const [id, without] of [
    ["createRequest", "callback_secret"],
    ["createWebhook", "secret"],
    ["registerAgent", "secret"],
  ] as const) {
    const operation = walk.operations.find((one) => one.id === id);
    if (!operation) throw new Error(`${id} is documented no more.`);
    const { body, ...call } = await walk.ready(operation);
    const { [without]: _, endpoint, ...said } = body as Record<string, unknown>;
    const bare = endpoint === undefined ? said : { ...said, endpoint: { url: NOWHERE } };
    const once = { ...call, body: bare, headers: { "idempotency-key": randomUUID() } };
    const first = await walk.make(operation, once);
    expect(first.body[without], id).toMatch(/^whsec_/);
    await forgetAnswer(once);
    expect((await walk.make(operation, once)).body[without], id).toBe(first.body[without]);
  }
});

/** As if the server had died between the doing and the answer. */
const forgetAnswer = ({ headers }: Ready) => sql`
  update idempotency set status = null, response = null, held_until = now()
  where idempotency_key = ${headers?.["idempotency-key"] ?? ""}`;

/** What goes on in the meantime: plans are made, leases and signs of life begin anew. */
const GOES_ON =
  /^(?:estimated_.+|workflow_generated|last_heartbeat_at|lease_until|state=(?:pending|notified))$/;

const lasting = (body: Answered["body"]): unknown =>
  Object.fromEntries(
    Object.entries(body).filter(([name, value]) => !GOES_ON.test(name) && !GOES_ON.test(`${name}=${value}`)),
  );

/** How many of each there are of what calls make. */
async function countMade(): Promise<unknown> {
  const [counted] = await sql`
    select (select count(*) from goals) as goals, (select count(*) from runs) as runs,
      (select count(*) from consultations where run_id is null) as requests,
      (select count(*) from endpoints) as endpoints, (select count(*) from published_events) as events,
      (select count(*) from outside_agents) as agents`;
  return counted;
}
