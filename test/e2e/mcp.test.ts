import { describe, expect, onTestFinished, test, vi } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { makeChannel } from "#test/support/e2e/ask.ts";
import { connectMcp, VERSIONS, type Version } from "#test/support/e2e/mcp.ts";
import { ALICE, BOB, CAROL } from "#test/support/e2e/room.ts";
import { until } from "#test/support/e2e/until.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 60_000 });
const stage = useApiStage(await testDatabase());

const connect = (version: Version, key?: string) => connectMcp(stage(), version, key);
const room = (name: string) => makeChannel(stage(), name, [ALICE, BOB]);

describe.each(VERSIONS)("a client of %s", (version) => {
  const in_ = (name: string) => `${name}-${version.slice(0, 4)}`;

  test("finds the tools that its key reaches, each described, and none that answers", async () => {
    const { client } = await connect(version);
    expect(client.getNegotiatedProtocolVersion()).toBe(version);
    expect(client.getInstructions()).toContain("no tool approves or answers anything");
    const { tools } = await client.listTools();
    const names = ["ask_human", "request_approval", "get_answer", "submit_goal", "get_run"];
    expect(tools.map(({ name }) => name)).toEqual(names);
    for (const { description, inputSchema, outputSchema } of tools) {
      expect(description?.length).toBeGreaterThan(100);
      expect([inputSchema.type, outputSchema?.["type"]]).toEqual(["object", "object"]);
    }
    const asker = await connect(version, await stage().key({ scopes: ["ask"] }));
    expect((await asker.client.listTools()).tools.map(({ name }) => name)).toEqual(names.slice(0, 3));
    const worker = await connect(version, await stage().key({ scopes: ["work", "events"] }));
    expect((await worker.client.listTools()).tools).toEqual([]);
    const person = await connect(version, await stage().key({ person: BOB, scopes: ["respond"] }));
    expect((await person.client.listTools()).tools).toEqual([]);
  });

  test("asks, hears that it waits, and gets the person's words", async () => {
    const { people } = stage();
    const channel = await room(in_("ask"));
    const { call } = await connect(version);
    const heard: string[] = [];
    const asking = call(
      "ask_human",
      { question: "Which region?\nIt can't be changed.", context: "New cluster.", channel },
      { options: { onprogress: ({ message }) => heard.push(message ?? "") } },
    );
    const card = await people.card(channel, /^✋ Which region\?/);
    for (const line of ["It can't be changed.", "context: New cluster.", "asked by mcp-agent · agent"])
      expect(card.shown).toContain(line);
    expect(await people.fills(BOB, card, "Answer", { answer: "eu-west-1" })).toBeNull();
    const { data, text } = await asking;
    expect(data).toMatchObject({
      ...{ kind: "question", status: "answered", answer: "eu-west-1", option: null, approved: null },
      ...{ answered_by: BOB, question: "Which region?", decision: null },
    });
    expect(JSON.parse(text)).toEqual(data);
    expect(heard[0]).toContain(data.question_id);
  });

  test("offers options: the chosen one comes back as it was given", async () => {
    const { people } = stage();
    const { call } = await connect(version);
    const options = ["Postgres", "My SQL"];
    const question = `Which database for ${version}?`;
    const asking = call("ask_human", { question, options, recipients: ["carol@example.com"] });
    const card = await people.card("D03CAROL", new RegExp(`^✋ Which database for ${version}`));
    expect(card.buttons).toEqual(["Answer…", "Postgres", "My SQL"]);
    await people.presses(CAROL, card, "My SQL");
    expect((await asking).data).toMatchObject({ answer: "My SQL", option: "My SQL", answered_by: CAROL });
  });

  test("that gives up sooner than the wait loses nothing: the question stays, and get_answer finds it without its id", async () => {
    const { people } = stage();
    const channel = await room(in_("timeout"));
    const { call } = await connect(version);
    const impatient = call("ask_human", { question: "Slow?", channel }, { options: { timeout: 300 } });
    await expect(impatient).rejects.toThrow(/timed out/i);
    const card = await people.card(channel, /^✋ Slow\?/);
    const pending = await call("get_answer");
    expect(pending.data).toMatchObject({ question: "Slow?", status: "pending", answer: null });
    expect(pending.data.recent).toMatchObject([{ question: "Slow?", status: "pending" }]);
    const waiting = call("get_answer", { question_id: pending.data.question_id, wait_seconds: 50 });
    expect(await people.fills(BOB, card, "Answer", { answer: "Yes, but here." })).toBeNull();
    expect((await waiting).data).toMatchObject({ status: "answered", answer: "Yes, but here." });
  });

  test("that hangs up leaves the question open", async () => {
    const { people } = stage();
    const channel = await room(in_("abort"));
    const { call } = await connect(version);
    const leaving = new AbortController();
    const asking = call(
      "ask_human",
      { question: "Still open?", channel },
      { options: { signal: leaving.signal } },
    );
    const card = await people.card(channel, /^✋ Still open/);
    leaving.abort();
    await expect(asking).rejects.toThrow();
    expect(await people.fills(BOB, card, "Answer", { answer: "It is." })).toBeNull();
    const answered = await call("get_answer", { wait_seconds: 20 });
    expect(answered.data).toMatchObject({ answer: "It is." });
  });

  test("that does not want to wait gets the question's id at once", async () => {
    const channel = await room(in_("at-once"));
    const { call } = await connect(version);
    const { data } = await call("ask_human", { question: "Later?", channel, wait_seconds: 0 });
    expect(data).toMatchObject({ status: "pending", next_step: expect.stringContaining("get_answer") });
    await stage().people.card(channel, /^✋ Later/);
  });

  test("asks for approval with diff, risk and what it affects; only a plain approval approves", async () => {
    const { people } = stage();
    const channel = await room(in_("approve"));
    const { call } = await connect(version);
    const asked = (title: string) =>
      call("request_approval", {
        ...{ title, description: "Adds retries.", risk: "high", diff: "--- a\n+++ b\n+retry()", channel },
        affected_systems: ["payments"],
      });
    const asking = asked("Deploy one?");
    const card = await people.card(channel, /^✋ Deploy one/);
    for (const line of ["Adds retries.", "affects: payments", "high risk", "Diff (+1 −0"])
      expect(card.shown).toContain(line);
    await people.presses(BOB, card, "Approve");
    expect((await asking).data).toMatchObject({ kind: "approval", approved: true, decision: "approve" });

    const changing = asked("Deploy two?");
    const second = await people.card(channel, /^✋ Deploy two/);
    expect(await people.fills(BOB, second, "Request changes", { note: "First to staging." })).toBeNull();
    expect((await changing).data).toMatchObject({
      ...{ status: "answered", approved: false, decision: "request_changes", comment: "First to staging." },
    });

    const rejecting = asked("Deploy three?");
    const third = await people.card(channel, /^✋ Deploy three/);
    expect(await people.fills(BOB, third, "Reject", { note: "approve" })).toBeNull();
    expect((await rejecting).data).toMatchObject({ approved: false, decision: "reject", comment: "approve" });
  });

  test("that repeats a call under its call id asks once; other arguments, or no call id, are another question", async () => {
    const { people } = stage();
    const channel = await room(in_("repeat"));
    const { call } = await connect(version);
    const ask = async (question: string, more: object = {}, meta: object = {}) =>
      (await call("ask_human", { question, channel, wait_seconds: 0, ...more }, { meta })).data.question_id;
    const [first, other] = [{ "claudecode/toolUseId": "toolu_1" }, { "claudecode/toolUseId": "toolu_2" }];
    const id = await ask("Once?", {}, first);
    expect(await ask("Once?", {}, first)).toBe(id);
    expect(await ask("Once?", { wait_seconds: 0.1 }, first)).toBe(id);
    const own = await ask("Once?", { call_id: "mine" });
    expect(await ask("Once?", { call_id: "mine" })).toBe(own);
    const others = [
      await ask("Once?", {}, other),
      await ask("Twice?", {}, first),
      await ask("Once?"),
      await ask("Once?"),
    ];
    expect(new Set([id, own, ...others]).size).toBe(6);
    const asked = async () =>
      (await people.cards(channel)).filter(({ shown }) => /^✋ (Once|Twice)/.test(shown)).length === 6 ||
      undefined;
    await until("six cards", asked);
  });
});

test("a question that nobody answers in time is expired, and no approval", async () => {
  const { clock } = stage();
  const { call } = await connect("2026-07-28");
  const { data } = await call("request_approval", {
    ...{ title: "Anybody?", recipients: [BOB], timeout_minutes: 1, wait_seconds: 0 },
  });
  clock.advance(120_000);
  const late = await call("get_answer", { question_id: data.question_id, wait_seconds: 30 });
  expect(late.data).toMatchObject({
    status: "expired",
    approved: null,
    next_step: expect.stringContaining("Nobody"),
  });
});

test("the longest wait and a broken one are waits like any other", async () => {
  const { people } = stage();
  const channel = await room("longest");
  const { call } = await connect("2026-07-28");
  const broken = await call("ask_human", { question: "Broken?", channel, wait_seconds: 0.0015 });
  expect(broken.data).toMatchObject({ status: "pending" });
  const longest = call("ask_human", { question: "Longest?", channel, wait_seconds: 50 });
  const card = await people.card(channel, /^✋ Longest/);
  expect(await people.fills(BOB, card, "Answer", { answer: "Not so long." })).toBeNull();
  expect((await longest).data).toMatchObject({ answer: "Not so long." });
});

test("several calls in one process wait side by side, each for its own answer", async () => {
  const { people } = stage();
  const channel = await room("side-by-side");
  const { call, client } = await connect("2026-07-28");
  onTestFinished(() => client.close());
  const questions = Array.from({ length: 8 }, (_, i) => `Number ${i}?`);
  const all = Promise.all(questions.map((question) => call("ask_human", { question, channel })));
  for (const [i] of questions.entries()) {
    const card = await people.card(channel, new RegExp(`^✋ Number ${7 - i}\\?`));
    expect(await people.fills(BOB, card, "Answer", { answer: `It is ${7 - i}` })).toBeNull();
  }
  expect((await all).map(({ data }) => data.answer)).toEqual(questions.map((_, i) => `It is ${i}`));
});
