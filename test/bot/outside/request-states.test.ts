import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { RequestState, RequestView } from "#bot/outside/requests/request.ts";
import { openRoom, WORKSPACE } from "#test/support/engine-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { asking, asPerson, useRequestDesk, wanted } from "#test/support/request-desk.ts";

const { url, sql } = await testDatabase();
const desk = useRequestDesk({ url, sql });
const CALLBACK = { callbackWebhook: "https://agent.example.com/resume" };

const ask = async (...asked: Parameters<typeof wanted>) =>
  (await desk().requests.create(asking(), wanted(...asked))).request;

const approve = (id: string) =>
  desk().requests.respond(asPerson("U02BOB"), id, { decision: "approve", comment: "", attachments: [] });

/** A Slack message about it, as the sender leaves it behind. */
const post = (id: string, ts: string | null, workspaceId = WORKSPACE) => sql`
  insert into messages (id, workspace_id, key, stream_id, channel_id, rank, desired, version, state, ts)
  values (${randomUUID()}, ${workspaceId}, ${randomUUID()}, ${id}, 'C01GENERAL', 0, '{}', 1,
    ${ts === null ? "wanted" : "posted"}, ${ts})`;

/** A delivery to its callback, as the deliverer leaves it behind. */
const deliver = (
  id: string,
  state: "waiting" | "delivered" | "failed",
  sentAt: Date | null,
  doneAt: Date | null,
) => sql`
  insert into deliveries (id, workspace_id, endpoint_id, stream_id, event, body, state, sent_at, done_at)
  select ${randomUUID()}, ${WORKSPACE}, (body->'outside'->>'endpointId')::uuid, id, 'request.responded', '{}', ${state},
    ${sentAt}, ${doneAt}
  from consultations where id = ${id}`;

const look = (id: string) => desk().requests.get(asking(), id);
const SENT = new Date("2026-11-21T10:30:00.123Z");
const DONE = new Date("2026-11-21T10:30:01.456Z");

describe("The documented states", () => {
  test("pending, until Slack has its first message; then notified, since that message's moment", async () => {
    const { id } = await ask();
    await post(id, null);
    expect(await look(id)).toMatchObject({ state: "pending", notifiedAt: null });
    await post(id, "1763721000.000300");
    await post(id, "1763721001.000100");
    await post(id, "1763720000.000100", "T02OTHER");
    expect(await look(id)).toMatchObject({ state: "notified", notifiedAt: 1_763_721_000_000 });
  });

  test("completed with the answer, where nobody is called back", async () => {
    const { id } = await ask();
    const { response } = await approve(id);
    expect(await look(id)).toMatchObject({
      state: "completed",
      respondedAt: response?.respondedAt,
      completedAt: response?.respondedAt,
      callbackWebhook: null,
      callbackSentAt: null,
    });
  });

  test("responded, callback_sent, completed, on the way of its callback", async () => {
    const { id } = await ask(CALLBACK);
    expect(await approve(id)).toMatchObject({ state: "responded", ...CALLBACK });
    expect(await look(id)).toMatchObject({ state: "responded", completedAt: null });
    await deliver(id, "waiting", null, null);
    expect(await look(id)).toMatchObject({ state: "responded", callbackSentAt: null });
    await sql`update deliveries set sent_at = ${SENT} where stream_id = ${id}`;
    expect(await look(id)).toMatchObject({
      ...{ state: "callback_sent", callbackSentAt: SENT.getTime(), completedAt: null },
    });
    await sql`update deliveries set state = 'delivered', done_at = ${DONE} where stream_id = ${id}`;
    expect(await look(id)).toMatchObject({
      ...{ state: "completed", callbackSentAt: SENT.getTime(), completedAt: DONE.getTime() },
    });
  });

  test("callback_failed, when the far side never took it or is gone", async () => {
    const [refused, gone] = [await ask(CALLBACK), await ask(CALLBACK)];
    for (const { id } of [refused, gone]) await approve(id);
    await deliver(refused.id, "failed", SENT, DONE);
    await sql`
      update endpoints set disabled_at = now()
      where id = (select (body->'outside'->>'endpointId')::uuid from consultations where id = ${gone.id})`;
    expect(await look(refused.id)).toMatchObject({ state: "callback_failed", completedAt: null });
    expect(await look(gone.id)).toMatchObject({ state: "callback_failed" });
  });

  test("cancelled and timed_out, whatever becomes of the callback", async () => {
    const { requests, room } = desk();
    const [cancelled, late] = [await ask(CALLBACK), await ask({ ...CALLBACK, timeoutMinutes: 1 })];
    await requests.cancel(asking(), cancelled.id, "");
    const stream = { kind: "consultation", id: late.id, workspaceId: WORKSPACE } as const;
    const fresh = openRoom(url, () => Date.now() + 61_000);
    await fresh.engine.submit(stream, { type: "keep time" }, "clock");
    await fresh.close();
    for (const { id } of [cancelled, late]) await deliver(id, "delivered", SENT, DONE);
    expect(await look(cancelled.id)).toMatchObject({ state: "cancelled", callbackSentAt: SENT.getTime() });
    expect(await look(late.id)).toMatchObject({ state: "timed_out", completedAt: null, response: null });
    expect(room.lines).toEqual([]);
  });
});

test("A run's own question is no request: it is neither seen nor answered nor taken back here", async () => {
  const { requests, room } = desk();
  const [runId, id] = [randomUUID(), randomUUID()];
  const { question, outside } = (
    await sql<{ question: never; outside: never }[]>`
    select body->'question' as question, body->'outside' as outside from consultations
    where id = ${(await ask()).id}`
  )[0] ?? { question: null as never, outside: null as never };
  await room.engine.submit(
    { kind: "consultation", id, workspaceId: WORKSPACE },
    {
      type: "open",
      ...{ question, outside, requester: "U01ALICE", origin: { runId, key: "tag" }, timeoutMs: 60_000 },
      policy: { people: [], channel: "C01GENERAL", fourEyes: "never" },
    },
    "engine",
  );
  await expect(look(id)).rejects.toMatchObject({ code: "not_found" });
  await expect(approve(id)).rejects.toMatchObject({ code: "not_found" });
  await expect(requests.cancel(asking(), id, "")).rejects.toMatchObject({ code: "not_found" });
  const { items } = await requests.list(asking(), { limit: 100 });
  expect(items.map((item) => item.id)).not.toContain(id);
});

describe("The list", () => {
  const workspaceId = "T07LIST";
  const by = asking({ workspaceId });
  const states = async (filter: { readonly states?: readonly RequestState[] }) =>
    (await desk().requests.list(by, { limit: 100, ...filter })).items.map(({ id }) => id);

  test("is newest first, page after page, without a gap or a repeat while more come", async () => {
    const { requests } = desk();
    const made: RequestView[] = [];
    for (let i = 0; i < 7; i++) made.push((await requests.create(asking({ workspaceId }), wanted())).request);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await requests.list(by, { limit: 3, ...(cursor === null ? {} : { cursor }) });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next;
      await requests.create(asking({ workspaceId }), wanted({ workflowId: "wf-later" }));
    } while (cursor !== null);
    const newestFirst = made.toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
    expect(seen).toEqual(newestFirst.map(({ id }) => id));
  });

  test("refuses a cursor that is none of its own", async () => {
    await expect(desk().requests.list(by, { limit: 3, cursor: "bogus" })).rejects.toMatchObject({
      ...{ code: "bad_input", field: "cursor" },
    });
  });

  test("shows some states, one type, one workflow", async () => {
    const { requests } = desk();
    const make = async (more: Parameters<typeof wanted>[0]) =>
      (await requests.create(asking({ workspaceId }), wanted({ workflowId: "wf-filter", ...more }))).request
        .id;
    const [open, answered, cancelled] = [await make({}), await make({}), await make({})] as const;
    const [waiting, failed] = [await make(CALLBACK), await make(CALLBACK)] as const;
    const text = await make({ type: "clarification" });
    const bob = asPerson("U02BOB", { workspaceId });
    for (const id of [answered, waiting, failed])
      await requests.respond({ ...bob, onceId: randomUUID() }, id, {
        ...{ decision: "reject", comment: "no", attachments: [] },
      });
    await sql`
      insert into deliveries (id, workspace_id, endpoint_id, stream_id, event, body, state)
      select ${randomUUID()}, ${workspaceId}, (body->'outside'->>'endpointId')::uuid, id, 'x', '{}', 'failed'
      from consultations where id = ${failed}`;
    await requests.cancel({ ...by, onceId: randomUUID() }, cancelled, "");
    await post(text, "1763721000.000300", workspaceId);
    expect(await states({ states: ["completed"] })).toEqual([answered]);
    expect(await states({ states: ["responded"] })).toEqual([waiting]);
    expect(await states({ states: ["callback_failed", "cancelled"] })).toHaveLength(2);
    expect(await states({ states: ["callback_failed"] })).toEqual([failed]);
    expect(await states({ states: ["cancelled"] })).toEqual([cancelled]);
    expect(await states({ states: ["notified"] })).toEqual([text]);
    expect(await states({ states: ["pending"] })).toContain(open);
    expect(await states({ states: ["timed_out", "callback_sent"] })).toEqual([]);
    const typed = await requests.list(by, { limit: 9, type: "clarification" });
    expect(typed.items.map(({ id }) => id)).toEqual([text]);
    const named = await requests.list(by, { limit: 99, workflowId: "wf-filter" });
    expect(named.items).toHaveLength(6);
  });

  test("ends at the workspace, and at the project of the key", async () => {
    const { requests } = desk();
    const [one, other] = [randomUUID(), randomUUID()];
    const mine = asking({ workspaceId: "T08ONE", projectId: one });
    const { request } = await requests.create(mine, wanted());
    const seenBy = async (caller: Parameters<typeof asking>[0]) => {
      const who = asking(caller);
      const { items } = await requests.list(who, { limit: 9 });
      const got = await requests.get(who, request.id).catch((error: { code: string }) => error.code);
      return [items.length, typeof got === "string" ? got : got.id];
    };
    expect(await seenBy({ workspaceId: "T08ONE" })).toEqual([1, request.id]);
    expect(await seenBy({ workspaceId: "T08ONE", projectId: one })).toEqual([1, request.id]);
    expect(await seenBy({ workspaceId: "T08ONE", projectId: other })).toEqual([0, "not_found"]);
    expect(await seenBy({ workspaceId: "T09TWO" })).toEqual([0, "not_found"]);
  });
});
