import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BoltPair, startBoltPair } from "#test/support/bolt-app.ts";
import { EVERYTHING, startLocalSlack } from "#test/support/local-slack.ts";
import { createManualClock, type ManualClock } from "#test/support/manual-clock.ts";

const GENERAL = "C01GENERAL";
let pair: BoltPair;
let clock: ManualClock;

beforeEach(async () => {
  clock = createManualClock();
  pair = await startBoltPair(clock);
});
afterEach(() => pair.close());

const slash = (text: string, more: object = {}) =>
  pair.slack.post("slash", { user: "U01ALICE", channel: GENERAL, text, ...more });

describe("a slash command", () => {
  test("reaches Bolt with all of Slack's fields, and its answer is private", async () => {
    const heard: object[] = [];
    pair.app.command("/goal", async ({ command, ack }) => {
      heard.push(command);
      await ack(`You said ${command.text}`);
    });
    const { status, body } = await slash("ship it");
    expect([status, body]).toEqual([
      200,
      { ack_ms: expect.any(Number), response: { text: "You said ship it" } },
    ]);
    expect(heard).toMatchObject([
      {
        command: "/goal",
        text: "ship it",
        user_id: "U01ALICE",
        user_name: "alice",
        channel_id: GENERAL,
        channel_name: "general",
        team_id: "T01LOCAL",
        api_app_id: "A01CSIGN",
        response_url: expect.stringContaining(`${pair.slack.url}/local/slack/response/`),
        trigger_id: expect.any(String),
      },
    ]);
    expect(await pair.slack.ephemerals("U01ALICE", GENERAL)).toMatchObject([{ text: "You said ship it" }]);
    expect(await pair.slack.messages(GENERAL)).toEqual([]);
  });

  test("may be answered to all, or not at all", async () => {
    pair.app.command("/goal", async ({ command, ack }) => {
      await (command.text === "aloud" ? ack({ response_type: "in_channel", text: "Heard" }) : ack());
    });
    expect((await slash("quietly")).body["response"]).toBeNull();
    await slash("aloud");
    expect(await pair.slack.messages(GENERAL)).toMatchObject([{ text: "Heard", bot_id: "B01CSIGN" }]);
    expect(await pair.slack.ephemerals("U01ALICE")).toEqual([]);
  });

  test("that is not acknowledged in three seconds fails, and is not sent again", async () => {
    let count = 0;
    let finish = () => {};
    pair.app.command("/goal", async () => {
      count += 1;
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
    });
    const failed = slash("slowly");
    await expect.poll(() => count).toBe(1);
    clock.advance(3000);
    expect(await failed).toEqual({
      status: 409,
      body: { error: "operation_timeout", message: '/goal failed with the error "operation_timeout"' },
    });
    finish();
    clock.advance(600_000);
    expect(count).toBe(1);
  });

  test("fails at once where nobody listens", async () => {
    pair.slack.slack.setRequestUrl("http://127.0.0.1:9/slack/events");
    expect(await slash("x")).toMatchObject({ status: 409, body: { error: "dispatch_failed" } });
  });

  test("with an answer that Slack refuses is a failure that says why", async () => {
    const blocks = [{ type: "header", text: { type: "mrkdwn", text: "x" } }] as never;
    pair.app.command("/goal", ({ ack }) => ack({ text: "x", blocks }));
    expect(await slash("x")).toMatchObject({
      status: 409,
      body: { error: "invalid_blocks", message: expect.stringContaining("/blocks/0/text/type") },
    });
  });

  test("exists in no thread, for no unknown person, and not by another name", async () => {
    expect(await slash("x", { thread_ts: "1763712000.000100" })).toMatchObject({
      status: 400,
      body: { error: "bad_input" },
    });
    expect(await slash("x", { user: "U99" })).toMatchObject({
      status: 404,
      body: { error: "user_not_found" },
    });
    expect(await slash("x", { user: "UCSIGN01" })).toMatchObject({ status: 404 });
    expect(await slash("x", { channel: "C99" })).toMatchObject({
      status: 404,
      body: { error: "channel_not_found" },
    });
    expect(await slash("x", { channel: "D02BOB" })).toMatchObject({
      status: 409,
      body: { error: "not_in_channel" },
    });
    expect(await slash("x", { command: "goal" })).toMatchObject({ status: 400 });
    const grants = { ...EVERYTHING, commands: new Set(["/goal"]) };
    const strict = await startLocalSlack({ grants });
    const other = await strict.post("slash", {
      user: "U01ALICE",
      channel: GENERAL,
      command: "/gaol",
      text: "",
    });
    await strict.close();
    expect(other).toEqual({
      status: 404,
      body: { error: "unknown_command", message: "/gaol is not a valid command." },
    });
  });
});

describe("a response URL", () => {
  async function responseUrl(): Promise<string> {
    let url = "";
    pair.app.command("/goal", async ({ command, ack }) => {
      url = command.response_url;
      await ack();
    });
    await slash("x");
    return url;
  }
  async function send(url: string, body: object): Promise<[number, string]> {
    const response = await fetch(url, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    });
    return [response.status, await response.text()];
  }

  test("takes five answers, private unless they say otherwise", async () => {
    const url = await responseUrl();
    expect(await send(url, { text: "1" })).toEqual([200, "ok"]);
    expect(await send(url, { text: "2", response_type: "in_channel" })).toEqual([200, "ok"]);
    for (const text of ["3", "4", "5"]) await send(url, { text });
    expect(await send(url, { text: "6" })).toEqual([404, '{"ok":false,"error":"used_url"}']);
    expect((await pair.slack.ephemerals("U01ALICE")).map(({ text }) => text)).toEqual(["1", "3", "4", "5"]);
    expect((await pair.slack.messages(GENERAL)).map(({ text }) => text)).toEqual(["2"]);
  });

  test("lasts 30 minutes, and only at its own address", async () => {
    const url = await responseUrl();
    clock.advance(30 * 60_000);
    expect((await send(url, { text: "just in time" }))[0]).toBe(200);
    clock.advance(1);
    expect(await send(url, { text: "late" })).toEqual([404, '{"ok":false,"error":"expired_url"}']);
    expect((await send(`${url}x`, { text: "guessed" }))[0]).toBe(404);
  });

  test("refuses what Slack refuses", async () => {
    const url = await responseUrl();
    const [status, text] = await send(url, { text: "x", blocks: [{ type: "nonsense" }] });
    expect([status, JSON.parse(text)]).toMatchObject([400, { ok: false, error: "invalid_blocks" }]);
    expect((await send(url, { response_type: "loud", text: "x" }))[0]).toBe(400);
  });
});
