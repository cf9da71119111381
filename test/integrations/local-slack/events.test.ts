import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { EVERYTHING, type StartedSlack, startLocalSlack } from "#test/support/local-slack.ts";
import { createManualClock, type ManualClock } from "#test/support/manual-clock.ts";
import { type Recorded, type RecordingApp, startRecordingApp } from "#test/support/recording-app.ts";

const GENERAL = "C01GENERAL";
const MINUTE_MS = 60_000;
const Envelope = z.object({
  type: z.literal("event_callback"),
  team_id: z.literal("T01LOCAL"),
  api_app_id: z.literal("A01CSIGN"),
  event_id: z.string().startsWith("Ev"),
  event_time: z.int(),
  authorizations: z.array(z.object({ team_id: z.string(), user_id: z.string(), is_bot: z.literal(true) })),
  event: z.looseObject({ type: z.string() }),
});

let slack: StartedSlack;
let app: RecordingApp;
let clock: ManualClock;

beforeEach(async () => {
  clock = createManualClock();
  app = await startRecordingApp();
  slack = await startLocalSlack({ clock, requestUrl: app.url });
});
afterEach(async () => {
  await slack.close();
  await app.close();
});

const envelopeOf = ({ body }: Recorded) => Envelope.parse(JSON.parse(body));
const events = () => app.requests.map((request) => envelopeOf(request).event);
const say = (text: string, more: object = {}) =>
  slack.post("message", { user: "U01ALICE", channel: GENERAL, text, ...more });

describe("what the app hears", () => {
  test("a message, signed, in Slack's envelope, with the time that the app took", async () => {
    const { body } = await say("Hello");
    expect(body).toEqual({ ts: expect.any(String), ack_ms: expect.any(Number) });
    const [request] = app.requests;
    const at = request?.headers["x-slack-request-timestamp"];
    const { signingSecret } = slack.slack.credentials;
    const signature = createHmac("sha256", signingSecret).update(`v0:${at}:${request?.body}`).digest("hex");
    expect(request?.headers["x-slack-signature"]).toBe(`v0=${signature}`);
    expect(events()).toMatchObject([
      {
        type: "message",
        channel: GENERAL,
        channel_type: "channel",
        user: "U01ALICE",
        text: "Hello",
        ts: body["ts"],
      },
    ]);
  });

  test("a mention as well, but not twice in a direct message", async () => {
    await say("<@UCSIGN01> status");
    expect(events().map(({ type }) => type)).toEqual(["message", "app_mention"]);
    await say("<@UCSIGN01> status", { channel: "D01ALICE" });
    expect(events()).toHaveLength(3);
    expect(events().at(-1)).toMatchObject({ type: "message", channel_type: "im" });
  });

  test("its own messages with the bot_id and without metadata, their change and their end", async () => {
    const client = slack.client();
    const metadata = { event_type: "card", event_payload: {} };
    const { ts = "" } = await client.chat.postMessage({ channel: GENERAL, text: "One", metadata });
    await client.chat.update({ channel: GENERAL, ts, text: "Two" });
    await client.chat.delete({ channel: GENERAL, ts });
    await expect.poll(() => app.requests.length).toBe(3);
    const bySubtype = new Map(events().map((event) => [event["subtype"], event]));
    expect(bySubtype.get(undefined)).toMatchObject({ bot_id: "B01CSIGN", text: "One" });
    expect(bySubtype.get(undefined)).not.toHaveProperty("metadata");
    expect(bySubtype.get("message_changed")).toMatchObject({
      message: { ts, text: "Two" },
      previous_message: { ts, text: "One" },
    });
    expect(bySubtype.get("message_deleted")).toMatchObject({ deleted_ts: ts, hidden: true });
  });

  test("nothing from channels that it is not in; who mentions it there is told to invite it", async () => {
    await slack.post("channels", { id: "C10LAB", name: "lab", members: ["U01ALICE"] });
    const { body } = await say("<@UCSIGN01> hello", { channel: "C10LAB" });
    expect(body["ack_ms"]).toBeNull();
    expect((await slack.ephemerals("U01ALICE", "C10LAB"))[0]?.text).toMatch(/\/invite @Countersign/);
    expect(events()).toEqual([]);
    const invited = await slack.post("slash", {
      user: "U01ALICE",
      channel: "C10LAB",
      command: "/invite",
      text: "@Countersign",
    });
    expect(invited.status).toBe(200);
    await expect
      .poll(() =>
        events()
          .map(({ type }) => type)
          .toSorted(),
      )
      .toEqual(["member_joined_channel", "message"]);
    await say("<@UCSIGN01> hello again", { channel: "C10LAB" });
    expect(events()).toHaveLength(4);
  });

  test("only what it subscribed to", async () => {
    await slack.close();
    const grants = { ...EVERYTHING, events: new Set(["app_mention"]) };
    slack = await startLocalSlack({ clock, requestUrl: app.url, grants });
    await say("Hello");
    await say("<@UCSIGN01> hello");
    expect(events().map(({ type }) => type)).toEqual(["app_mention"]);
  });

  test("that somebody opened its Home, which comes back when it is published", async () => {
    const view = { type: "home", blocks: [{ type: "divider" }] };
    app.answerWith((response) => {
      response.end();
      void slack.client().apiCall("views.publish", { user_id: "U02BOB", view });
    });
    const { body } = await slack.get("home?user=U02BOB");
    expect(body["home"]).toMatchObject({ type: "home", blocks: [{ type: "divider" }] });
    expect(events()[0]).toMatchObject({
      type: "app_home_opened",
      user: "U02BOB",
      channel: "D02BOB",
      tab: "home",
    });
  });
});

describe("an event that is not taken", () => {
  const tries = () =>
    app.requests.map(({ headers }) => [headers["x-slack-retry-num"], headers["x-slack-retry-reason"]]);

  test("is sent again at once, after a minute and after five, and then given up", async () => {
    app.answerWith((response) => void response.writeHead(500).end());
    const { body } = await say("Hello");
    expect(body["ack_ms"]).toBeNull();
    clock.advance(0);
    await expect.poll(tries).toEqual([
      [undefined, undefined],
      ["1", "http_error"],
    ]);
    await expect.poll(() => clock.waiting()).toBe(1);
    clock.advance(MINUTE_MS - 1);
    expect(tries()).toHaveLength(2);
    clock.advance(1);
    await expect.poll(tries).toHaveLength(3);
    await expect.poll(() => clock.waiting()).toBe(1);
    clock.advance(5 * MINUTE_MS);
    await expect.poll(tries).toHaveLength(4);
    await expect.poll(() => slack.lines.at(-1)).toMatch(/is given up/);
    expect(clock.waiting()).toBe(0);
    expect(new Set(app.requests.map((request) => envelopeOf(request).event_id)).size).toBe(1);
    expect(tries().at(-1)).toEqual(["3", "http_error"]);
  });

  test("is not sent again when the app asks for that", async () => {
    app.answerWith((response) => void response.writeHead(500, { "x-slack-no-retry": "1" }).end());
    await say("Hello");
    expect(clock.waiting()).toBe(0);
    expect(slack.slack.state.deliveries.all()).toEqual([]);
  });

  test("times out after three seconds", async () => {
    app.answerWith(() => undefined);
    const said = say("Hello");
    await expect.poll(tries).toHaveLength(1);
    clock.advance(3000);
    expect((await said).body["ack_ms"]).toBeNull();
    app.answerWith((response) => void response.end());
    clock.advance(0);
    await expect.poll(tries).toEqual([
      [undefined, undefined],
      ["1", "http_timeout"],
    ]);
    await expect.poll(() => slack.slack.state.deliveries.all()).toEqual([]);
  });

  test("is sent again by the next local-slack over the same folder", async () => {
    await app.close();
    await say("Hello");
    await slack.stop();
    app = await startRecordingApp();
    slack = await startLocalSlack({ clock, dir: slack.dir, requestUrl: app.url });
    clock.advance(0);
    await expect.poll(() => events()).toMatchObject([{ type: "message", text: "Hello" }]);
    expect(tries()).toEqual([["1", "connection_failed"]]);
  });
});
