import { createHmac } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { HonoReceiver } from "#bot/slack/receiver.ts";

const SECRET = "0123456789abcdef";
let told: string[];
let receiver: HonoReceiver;

beforeEach(() => {
  told = [];
  receiver = new HonoReceiver(SECRET, (sentence) => told.push(sentence));
});

const BODY = JSON.stringify({ type: "url_verification", challenge: "c-1" });

function send(headers: Readonly<Record<string, string>>) {
  return receiver.routes.request("/slack/events", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: BODY,
  });
}

function signedBy(secret: string, ageS = 0) {
  const timestamp = String(Math.floor(Date.now() / 1_000) - ageS);
  const signature = createHmac("sha256", secret).update(`v0:${timestamp}:${BODY}`).digest("hex");
  return { "x-slack-request-timestamp": timestamp, "x-slack-signature": `v0=${signature}` };
}

test("what Slack signed is answered, and nobody is told anything", async () => {
  const response = await send(signedBy(SECRET));
  expect(await response.json()).toEqual({ challenge: "c-1" });
  expect(told).toEqual([]);
});

test("a wrong secret, or a clock that goes wrong, is told to the operator, once for many requests", async () => {
  expect((await send(signedBy("another secret"))).status).toBe(401);
  expect((await send(signedBy(SECRET, 600))).status).toBe(401);
  expect(told).toEqual([expect.stringMatching(/check SLACK_SIGNING_SECRET .* clock/)]);
});

test("what nobody signed is refused without a word: it is no Slack", async () => {
  expect((await send({})).status).toBe(401);
  expect(told).toEqual([]);
});
