import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { ALICE } from "#test/support/e2e/room.ts";
import { useStage } from "#test/support/e2e/stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

const stage = useStage(await testDatabase());

type Sent = { readonly type?: string; readonly secret?: string; readonly agoS?: number };

/** Sends a body as Slack does, or nearly so. */
async function send(body: string, { type = "application/json", secret, agoS = 0 }: Sent = {}) {
  const { app, slack } = stage();
  const timestamp = Math.floor(Date.now() / 1_000) - agoS;
  const key = secret ?? slack.slack.credentials.signingSecret;
  const signature = createHmac("sha256", key).update(`v0:${timestamp}:${body}`).digest("hex");
  return fetch(`${app.url}/slack/events`, {
    method: "POST",
    body,
    headers: {
      "content-type": type,
      "x-slack-request-timestamp": String(timestamp),
      "x-slack-signature": `v0=${signature}`,
    },
  });
}

const mention = (text: string, more: object = {}) =>
  JSON.stringify({
    ...{ type: "event_callback", team_id: "T01LOCAL", event_id: `Ev${text}` },
    event: {
      type: "app_mention",
      user: ALICE,
      text: `<@UCSIGN01> ${text}`,
      channel: "C01GENERAL",
      ts: "1.1",
    },
    ...more,
  });

test("a forged or an old signature is refused", async () => {
  expect((await send(mention("x"), { secret: "guessed" })).status).toBe(401);
  expect((await send(mention("x"), { agoS: 400 })).status).toBe(401);
});

test.each([
  ...["5", "[]", '"x"', "null", "{"].map((body) => [body, "application/json"]),
  ...["payload=5", "payload=[]", "payload=%7B"].map((body) => [body, "application/x-www-form-urlencoded"]),
])("%s is no request of Slack's, and is told so at once", async (body, type) => {
  expect((await send(body, { type })).status).toBe(400);
});

test.each([
  ["NUL", "first \u0000 goal", /^first goal/],
  ["half a character", "second \ud83d goal", /^second � goal/],
])("a goal with %s in it begins all the same", async (_, text, title) => {
  expect((await send(mention(text))).status).toBe(200);
  await stage().people.card("C01GENERAL", title);
});

test("who comes under another workspace's name starts nothing, whatever they are there", async () => {
  const { people, sql } = stage();
  expect((await send(mention("third goal", { team_id: "T02OTHER" }))).status).toBe(200);
  await send(mention("fourth goal"));
  await people.card("C01GENERAL", /^fourth goal/);
  const goals = await sql`select workspace_id from goals where workspace_id <> 'T01LOCAL'`;
  expect([...goals]).toEqual([]);
  expect((await people.cards("C01GENERAL")).filter(({ text }) => text.includes("third"))).toEqual([]);
  expect(await people.ephemerals(ALICE, "C01GENERAL")).toEqual([]);
});

test("asking again and again whether we are ready makes no calls to Slack", async () => {
  const { app, people } = stage();
  const before = (await people.calls()).length;
  const asked = await Promise.all(Array.from({ length: 30 }, () => fetch(`${app.url}/api/ready`)));
  expect(asked.map(({ status }) => status)).toEqual(asked.map(() => 200));
  const made = (await people.calls()).slice(before).filter(({ method }) => method === "auth.test");
  expect(made.length).toBeLessThan(3);
});

// Last: the server closes the connection, which the next request would have used.
test("what is too large is refused before anybody looks at it", async () => {
  expect((await send("x".repeat(1_000_001), { secret: "guessed" })).status).toBe(413);
});
