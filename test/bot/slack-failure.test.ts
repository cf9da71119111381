import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLogger } from "#bot/logger.ts";
import { createSlackClient } from "#bot/slack/clients.ts";
import { toPrivateText } from "#bot/slack/failure.ts";
import { type SlackFailure, slackFailure, toOutsideFailure } from "#bot/slack/slack-failure.ts";
import { OutsideFailure, Refusal } from "#engine/errors.ts";
import { type StartedSlack, startLocalSlack } from "#test/support/local-slack.ts";

let slack: StartedSlack;
beforeAll(async () => {
  slack = await startLocalSlack();
});
afterAll(() => slack.close());

async function failureOf(apiUrl: string, token = slack.slack.credentials.botToken): Promise<unknown> {
  const client = createSlackClient(token, { apiUrl, timeoutMs: 200 });
  return client.chat.update({ channel: "C01GENERAL", ts: "1.0", text: "x" }).then(
    () => null,
    (error) => error,
  );
}

test.each<[string, SlackFailure]>([
  ["ratelimited", { kind: "limited", retryAfterMs: 7_000 }],
  ["http_500", { kind: "unclear", reason: "HTTP 500" }],
  ["hang", { kind: "unclear", reason: "TimeoutError" }],
  ["internal_error", { kind: "unclear", reason: "internal_error" }],
  ["message_not_found", { kind: "gone", code: "message_not_found", detail: [] }],
  ["invalid_blocks", { kind: "blocks", code: "invalid_blocks", detail: [] }],
  ["is_archived", { kind: "closed", code: "is_archived", detail: [] }],
  ["account_inactive", { kind: "disconnected", code: "account_inactive", detail: [] }],
  ["what_is_this", { kind: "refused", code: "what_is_this", detail: [] }],
])("%s is understood", async (kind, expected) => {
  await slack.post("faults", { method: "chat.update", kind, retry_after: 7 });
  expect(slackFailure(await failureOf(slack.apiUrl))).toEqual(expected);
});

test("a token that Slack does not know means that we are not connected", async () => {
  expect(slackFailure(await failureOf(slack.apiUrl, "xoxb-other"))).toMatchObject({
    kind: "disconnected",
    code: "invalid_auth",
  });
});

test.each([
  ["nobody listens", null, { kind: "unclear", reason: "ECONNREFUSED" }],
  [
    "a page instead of JSON",
    [200, "<html>busy</html>"],
    { kind: "unclear", reason: "an answer that is not Slack's" },
  ],
  ["429 without Retry-After", [429, "slow down"], { kind: "unclear" }],
  ["a proxy that refuses us", [403, "no"], { kind: "refused", code: "http_403" }],
] as const)("%s", async (_, answer, expected) => {
  const server = createServer((_request, response) => {
    if (answer) response.writeHead(answer[0]).end(answer[1]);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  if (answer === null) {
    server.close();
    await once(server, "close");
  }
  expect(slackFailure(await failureOf(`http://127.0.0.1:${port}/`))).toMatchObject(expected);
  if (answer === null) return;
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

test("for people a failure is a sentence with what to do, and how long to wait where Slack said so", async () => {
  await slack.post("faults", { method: "chat.update", kind: "ratelimited", retry_after: 7 });
  const failure = toOutsideFailure(await failureOf(slack.apiUrl), "say who <@U02BOB> is");
  expect(failure).toBeInstanceOf(OutsideFailure);
  expect(failure.retryAfterMs).toBe(7_000);
  expect(failure.message).toBe(
    "Slack did not say who <@U02BOB> is: it limits how often it is asked. Try again in 7 s.",
  );
});

test("a person hears a refusal's sentence, an outside failure's sentence, and of a bug only its reference", () => {
  const lines: string[] = [];
  const log = createLogger({ now: () => 0, write: (line) => lines.push(line), isTerminal: false });
  expect(toPrivateText(new Refusal("not_allowed", "Only Carol can answer this."), log)).toEqual({
    text: "Only Carol can answer this.",
  });
  expect(lines).toEqual([]);
  expect(toPrivateText(new OutsideFailure("Jira", "Jira is down. Try again later."), log).text).toBe(
    "Jira is down. Try again later.",
  );
  const { text } = toPrivateText(new TypeError("x is not a function"), log);
  const ref = /\(ref ([0-9a-f]{6})\)$/.exec(text)?.[1] ?? "none";
  expect(text).not.toContain("x is not a function");
  expect(JSON.parse(lines.at(-1) ?? "{}")).toMatchObject({
    level: "error",
    ref,
    error: { message: "x is not a function" },
  });
});
