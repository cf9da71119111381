import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { AlreadySettled } from "#bot/outside/requests/already-settled.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { asking, asPerson, useRequestDesk, wanted } from "#test/support/request-desk.ts";

const desk = useRequestDesk(await testDatabase());
const BOB = asPerson("U02BOB");
const approve = { decision: "approve", comment: "", attachments: [] };

describe("What is asked under one id happens once", () => {
  test("when the answer to the first call was lost", async () => {
    const { requests, room } = desk();
    const by = asking();
    const first = await requests.create(by, wanted({ callbackWebhook: "https://agent.example.com/resume" }));
    const again = await requests.create(by, wanted({ callbackWebhook: "https://agent.example.com/resume" }));
    expect(again).toEqual(first);
    expect(first.callbackSecret).toMatch(/^whsec_/);
    const [row] = await room.sql`select count(*)::int as n from facts where stream_id = ${first.request.id}`;
    expect(row?.["n"]).toBe(1);
  });

  test("when both come at the same moment", async () => {
    const { requests } = desk();
    const by = asking();
    const both = await Promise.all([1, 2, 3, 4].map(() => requests.create(by, wanted())));
    expect(new Set(both.map(({ request }) => request.id)).size).toBe(1);
    expect(new Set(both.map(({ request }) => request.workflowId)).size).toBe(1);
  });

  test("and the repeat is told how things stand by then", async () => {
    const { requests } = desk();
    const by = asking();
    const { request } = await requests.create(by, wanted());
    await requests.respond(BOB, request.id, approve);
    expect((await requests.create(by, wanted())).request).toMatchObject({ state: "completed" });
  });

  test("also an answer, and a cancellation", async () => {
    const { requests } = desk();
    const [one, two] = [await requests.create(asking(), wanted()), await requests.create(asking(), wanted())];
    const answer = await requests.respond(BOB, one.request.id, approve);
    expect(await requests.respond(BOB, one.request.id, approve)).toEqual(answer);
    const by = asking();
    const cancelled = await requests.cancel(by, two.request.id, "");
    expect(await requests.cancel(by, two.request.id, "")).toEqual(cancelled);
  });
});

describe("An answer", () => {
  test("by an agent's key is refused, whatever its scopes; so is a person's token without the scope", async () => {
    const { requests } = desk();
    const { request } = await requests.create(asking(), wanted());
    await expect(requests.respond(asking(), request.id, approve)).rejects.toMatchObject({
      code: "person_required",
    });
    const narrow = asPerson("U02BOB", { scopes: ["ask"] });
    await expect(requests.respond(narrow, request.id, approve)).rejects.toMatchObject({
      code: "not_allowed",
    });
    expect(await requests.get(asking(), request.id)).toMatchObject({ state: "pending", response: null });
  });

  test("by the token of whoever stands for the agent that asked is refused, of any type", async () => {
    const { requests } = desk();
    for (const asked of [
      wanted(),
      wanted({ type: "clarification" }),
      wanted({ type: "decision", options: ["a", "b"].map((key) => ({ key, label: key })) }),
    ]) {
      const { request } = await requests.create(asking({ ownerId: "U02BOB" }), asked);
      const decision = asked.type === "approval" ? "approve" : asked.type === "decision" ? "a" : "text";
      const answer = { decision, comment: "yes", attachments: [] };
      await expect(requests.respond(asPerson("U02BOB"), request.id, answer)).rejects.toThrow(
        /asked with a key of yours/,
      );
      await requests.respond(asPerson("U03CAROL"), request.id, answer);
    }
  });

  test("by somebody who was not asked is refused", async () => {
    const { requests } = desk();
    const routing = { channels: [], recipients: [{ slackUserId: "U03CAROL" }] };
    const { request } = await requests.create(asking(), wanted({ routing }));
    await expect(requests.respond(BOB, request.id, approve)).rejects.toMatchObject({ code: "not_allowed" });
  });

  test.each([
    ["approval", "yes", '"approve", "reject", "request_changes"'],
    ["decision", "c", '"a", "b"'],
    ["clarification", "c", '"text", "a", "b"'],
  ] as const)(
    "to %s that is none is refused, and those that there are are named",
    async (type, decision, known) => {
      const { requests } = desk();
      const options = type === "approval" ? [] : ["a", "b"].map((key) => ({ key, label: key.toUpperCase() }));
      const { request } = await requests.create(asking(), wanted({ type, options }));
      const answer = { decision, comment: "", attachments: [] };
      await expect(requests.respond(asPerson("U02BOB"), request.id, answer)).rejects.toMatchObject({
        code: "bad_input",
        errors: [{ field: "decision", detail: expect.stringContaining(known) }],
      });
    },
  );

  test("to a clarification is words (“text” or “answer”) or an option's key", async () => {
    const { requests } = desk();
    const ask = async () => {
      const options = [{ key: "none", label: "None" }];
      return (await requests.create(asking(), wanted({ type: "clarification", options }))).request.id;
    };
    const answers = [
      { decision: "answer", comment: "99.9 %", attachments: [] },
      { decision: "none", comment: "", attachments: [{ name: "SLA", url: "https://example.com/sla" }] },
    ];
    const settled = [];
    for (const answer of answers)
      settled.push((await requests.respond(asPerson("U02BOB"), await ask(), answer)).response);
    expect(settled).toMatchObject([
      { decision: "text", comment: "99.9 %" },
      { decision: "none", attachments: [{ name: "SLA", url: "https://example.com/sla" }] },
    ]);
    const empty = { decision: "text", comment: " ", attachments: [] };
    await expect(requests.respond(asPerson("U02BOB"), await ask(), empty)).rejects.toThrow(
      /Write your answer/,
    );
  });

  test("that comes late is told who was first, and when; of many at once one counts", async () => {
    const { requests } = desk();
    const { request } = await requests.create(asking(), wanted());
    const answers = await Promise.allSettled(
      Array.from({ length: 12 }, (_, i) => {
        const decision = i % 2 === 0 ? "approve" : "reject";
        return requests.respond(asPerson(`U1${i}X`), request.id, { decision, comment: "", attachments: [] });
      }),
    );
    const won = answers.filter((answer) => answer.status === "fulfilled").map(({ value }) => value);
    const late = answers.filter((answer) => answer.status === "rejected").map(({ reason }) => reason);
    expect(won).toHaveLength(1);
    expect(late).toHaveLength(11);
    for (const one of late) {
      expect(one).toBeInstanceOf(AlreadySettled);
      expect(one.request.response).toEqual(won[0]?.response);
      expect(one.message).toMatch(/^U1\d+X (approved|rejected) this already, at 20\d\d-/);
    }
  });
});

describe("A request is taken back", () => {
  test("by its key, by its owner and by a key of its project, and by nobody else", async () => {
    const { requests } = desk();
    const projectId = randomUUID();
    const ask = async () =>
      (await requests.create(asking({ ownerId: "U01ALICE", projectId }), wanted())).request.id;
    const [other, elsewhere] = [randomUUID(), randomUUID()];
    await expect(requests.cancel(asking({ keyId: other }), await ask(), "")).rejects.toMatchObject({
      code: "not_allowed",
    });
    const foreign = asking({ keyId: other, projectId: elsewhere });
    await expect(requests.cancel(foreign, await ask(), "")).rejects.toMatchObject({ code: "not_found" });
    for (const by of [
      asking({ projectId }),
      asking({ keyId: other, ownerId: "U01ALICE" }),
      asking({ keyId: other, projectId }),
    ])
      expect(await requests.cancel(by, await ask(), "no need")).toMatchObject({ state: "cancelled" });
  });

  test("once; what is settled stays as it is, and who comes late is told", async () => {
    const { requests } = desk();
    const { request } = await requests.create(asking(), wanted());
    expect(await requests.cancel(asking(), request.id, "")).toMatchObject({ state: "cancelled" });
    expect(await requests.cancel(asking(), request.id, "")).toMatchObject({ state: "cancelled" });
    await expect(requests.respond(asPerson("U02BOB"), request.id, approve)).rejects.toThrow(
      "This request was cancelled. code-review-agent took it back.",
    );
    const settled = (await requests.create(asking(), wanted())).request;
    await requests.respond(asPerson("U02BOB"), settled.id, approve);
    await expect(requests.cancel(asking(), settled.id, "")).rejects.toMatchObject({
      code: "already_settled",
      request: { state: "completed", response: { responderId: "U02BOB" } },
    });
  });
});

describe("A wait", () => {
  test("ends with the answer, with its time, or with whoever waits", async () => {
    const { requests } = desk();
    const { request } = await requests.create(asking(), wanted());
    const wait = { waitMs: 60_000, signal: new AbortController().signal };
    const short = await requests.get(asking(), request.id, { ...wait, waitMs: 30 });
    expect(short).toMatchObject({ state: "pending" });
    const gone = new AbortController();
    const leaving = requests.get(asking(), request.id, { ...wait, signal: gone.signal });
    gone.abort();
    expect(await leaving).toMatchObject({ state: "pending" });
    const waiting = requests.get(asking(), request.id, wait);
    await requests.respond(asPerson("U02BOB"), request.id, approve);
    expect(await waiting).toMatchObject({ state: "completed", response: { decision: "approve" } });
    expect(await requests.get(asking(), request.id, wait)).toMatchObject({ state: "completed" });
  });
});

describe("An agent", () => {
  test("goes by the name that it says, else by its key's; never by a member's", async () => {
    const { requests, room } = desk();
    const agentOf = async (id: string) =>
      (await room.sql`select body->'outside'->>'agent' as agent from consultations where id = ${id}`)[0]?.[
        "agent"
      ];
    const named = await requests.create(asking(), wanted({ metadata: { agent_id: " planner " } }));
    expect(await agentOf(named.request.id)).toBe("planner");
    expect(await agentOf((await requests.create(asking(), wanted())).request.id)).toBe("code-review-agent");
    for (const by of [
      requests.create(asking(), wanted({ metadata: { agent_id: "Bob" } })),
      requests.create(asking({ name: "Bob" }), wanted()),
    ])
      await expect(by).rejects.toMatchObject({ errors: [{ field: "metadata.agent_id" }] });
  });
});
