import { ErrorCode } from "@slack/web-api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { refusalOf, type StartedSlack, startLocalSlack } from "#test/support/local-slack.ts";
import { createManualClock, type ManualClock } from "#test/support/manual-clock.ts";

const GENERAL = "C01GENERAL";
let slack: StartedSlack;
let clock: ManualClock;

beforeEach(async () => {
  clock = createManualClock();
  slack = await startLocalSlack({ clock });
});
afterEach(() => slack.close());

const post = (channel = GENERAL) => slack.client().chat.postMessage({ channel, text: "x" });

describe("too many calls", () => {
  test("after a short burst, one post a second in each channel", async () => {
    for (let count = 0; count < 5; count += 1) await post();
    await expect(post()).rejects.toMatchObject({ code: ErrorCode.RateLimitedError, retryAfter: 1 });
    await post("C02DEPLOYS");
    clock.advance(999);
    await expect(post()).rejects.toMatchObject({ code: ErrorCode.RateLimitedError });
    clock.advance(1);
    await post();
    expect(await slack.messages(GENERAL)).toHaveLength(6);
  });

  test("are told in how many whole seconds the minute has room again", async () => {
    const { ts = "" } = await post();
    const update = () => slack.client().chat.update({ channel: GENERAL, ts, text: "y" });
    for (let count = 0; count < 55; count += 1) await update();
    clock.advance(20_500);
    await expect(update()).rejects.toMatchObject({ code: ErrorCode.RateLimitedError, retryAfter: 40 });
    await slack.client().chat.delete({ channel: GENERAL, ts });
    clock.advance(39_500);
    expect(await refusalOf(update())).toBe("message_not_found");
  });

  test("are an HTTP 429 with Slack's own word, and stand among the calls", async () => {
    for (let count = 0; count < 5; count += 1) await post();
    const response = await fetch(`${slack.apiUrl}chat.postMessage`, {
      method: "POST",
      headers: { authorization: `Bearer ${slack.slack.credentials.botToken}` },
      body: new URLSearchParams({ channel: GENERAL, text: "x" }),
    });
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "1"]);
    expect(await response.json()).toEqual({ ok: false, error: "ratelimited" });
    const { calls } = (await slack.get("calls")).body as { calls: object[] };
    expect(calls.at(-1)).toMatchObject({ method: "chat.postMessage", ok: false, error: "ratelimited" });
  });
});

describe("a fault that a test wants", () => {
  const fault = (more: object) => slack.post("faults", { method: "chat.postMessage", ...more });

  test("ratelimited, as often as wanted", async () => {
    await fault({ kind: "ratelimited", times: 2, retry_after: 7 });
    await expect(post()).rejects.toMatchObject({ retryAfter: 7 });
    await expect(post()).rejects.toMatchObject({ retryAfter: 7 });
    await post();
  });

  test("an error code of Slack's, before anything is done", async () => {
    await fault({ kind: "fatal_error" });
    expect(await refusalOf(post())).toBe("fatal_error");
    expect(await slack.messages(GENERAL)).toEqual([]);
  });

  test("an HTTP 500", async () => {
    await fault({ kind: "http_500" });
    await expect(post()).rejects.toMatchObject({ code: ErrorCode.HTTPError, statusCode: 500 });
  });

  test("no answer at all, and nothing done", async () => {
    await fault({ kind: "hang" });
    const call = slack.client({ timeout: 200 }).chat.postMessage({ channel: GENERAL, text: "x" });
    await expect(call).rejects.toMatchObject({ code: ErrorCode.RequestError });
    expect(await slack.messages(GENERAL)).toEqual([]);
  });

  test("no answer although it was done", async () => {
    await fault({ kind: "drop_after_store" });
    await expect(post()).rejects.toMatchObject({ code: ErrorCode.RequestError });
    expect(await slack.messages(GENERAL)).toHaveLength(1);
    const { calls } = (await slack.get("calls")).body as { calls: object[] };
    expect(calls).toMatchObject([{ method: "chat.postMessage", ok: true }]);
  });

  test("of another method leaves this one alone, and a reset ends it", async () => {
    await fault({ kind: "http_500", method: "chat.update" });
    await post();
    await fault({ kind: "http_500" });
    await slack.post("reset", {});
    await post();
    expect(await slack.messages(GENERAL)).toHaveLength(1);
  });
});
