import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { refusalOf, type StartedSlack, startLocalSlack } from "#test/support/local-slack.ts";
import { createManualClock, type ManualClock } from "#test/support/manual-clock.ts";

const GENERAL = "C01GENERAL";
let slack: StartedSlack;
let clock: ManualClock;

beforeAll(async () => {
  clock = createManualClock();
  slack = await startLocalSlack({ clock });
});
afterAll(() => slack.close());

const Posted = z.object({ ts: z.string(), message: z.record(z.string(), z.unknown()) });

async function post(more: Record<string, unknown> = {}): Promise<z.infer<typeof Posted>> {
  clock.advance(1000);
  const answer = await slack
    .client()
    .apiCall("chat.postMessage", { channel: GENERAL, text: "Hello", ...more });
  return Posted.parse(answer);
}

describe("chat.postMessage", () => {
  test("keeps a message in Slack's own shape, with ids for its blocks", async () => {
    const blocks = [
      { type: "section", text: { type: "mrkdwn", text: "Tag it?" } },
      { type: "actions", elements: [{ type: "button", text: { type: "plain_text", text: "Yes" } }] },
    ];
    const { ts, message } = await post({ text: "Tag it?", blocks });
    expect(ts).toMatch(/^\d{10}\.\d{6}$/);
    expect(message).toMatchObject({
      type: "message",
      user: "UCSIGN01",
      bot_id: "B01CSIGN",
      app_id: "A01CSIGN",
      ts,
    });
    const [shown] = (await slack.messages(GENERAL)).slice(-1);
    expect(shown).toEqual(message);
    expect(message["blocks"]).toEqual([
      { ...blocks[0], block_id: expect.any(String) },
      {
        type: "actions",
        block_id: expect.any(String),
        elements: [
          { type: "button", text: { type: "plain_text", text: "Yes" }, action_id: expect.any(String) },
        ],
      },
    ]);
  });

  test("gives each message a later ts, though the clock stands still", async () => {
    const first = await slack.client().chat.postMessage({ channel: GENERAL, text: "1" });
    const second = await slack.client().chat.postMessage({ channel: GENERAL, text: "2" });
    expect(Number(second.ts)).toBeGreaterThan(Number(first.ts));
  });

  test("counts replies at their parent and shows them in the thread alone", async () => {
    const parent = await post({ text: "Parent" });
    await post({ text: "First", thread_ts: parent.ts });
    const last = await post({ text: "Second", thread_ts: parent.ts });
    const both = await post({ text: "For all", thread_ts: parent.ts, reply_broadcast: true });
    const thread = await slack.messages(GENERAL, parent.ts);
    expect(thread.map(({ text }) => text)).toEqual(["Parent", "First", "Second", "For all"]);
    expect(thread[0]).toMatchObject({ reply_count: 3, reply_users: ["UCSIGN01"], latest_reply: both.ts });
    expect(thread[1]).toMatchObject({ thread_ts: parent.ts, parent_user_id: "UCSIGN01" });
    const inChannel = (await slack.messages(GENERAL)).map(({ ts }) => ts);
    expect(inChannel).toContain(both.ts);
    expect(inChannel).not.toContain(last.ts);
  });

  test("takes a person's id for their direct message", async () => {
    await post({ channel: "U02BOB", text: "Psst" });
    expect((await slack.messages("D02BOB")).at(-1)?.text).toBe("Psst");
  });

  test("shows markdown as a block of its own, and cuts very long texts off", async () => {
    const { message } = await post({ text: undefined, markdown_text: "**bold**" });
    expect(message["blocks"]).toMatchObject([{ type: "markdown", text: "**bold**" }]);
    expect(String((await post({ text: "x".repeat(40_001) })).message["text"])).toHaveLength(40_000);
  });

  test.each([
    ["no_text", { text: "" }],
    ["channel_not_found", { channel: "C99NOWHERE" }],
    ["thread_not_found", { thread_ts: "1763712000.000100" }],
    ["invalid_blocks_format", { blocks: "[{" }],
    ["invalid_blocks", { blocks: [{ type: "nonsense" }] }],
    ["invalid_attachments", { attachments: [{ text: "old" }] }],
    ["invalid_metadata_format", { metadata: "x" }],
    ["invalid_metadata_schema", { metadata: { event_type: "x" } }],
    ["markdown_text_conflict", { markdown_text: "x" }],
    ["msg_too_long", { text: undefined, markdown_text: "x".repeat(12_001) }],
    ["invalid_arguments", { channel: undefined }],
  ])("answers %s", async (code, more) => {
    expect(await refusalOf(post(more))).toBe(code);
  });

  test("says what is wrong with blocks, and logs it", async () => {
    const call = slack.client().chat.postMessage({
      channel: "C02DEPLOYS",
      text: "x",
      blocks: [{ type: "header", text: { type: "plain_text", text: "x".repeat(151) } }],
    });
    const sentence = "must be less than 151 characters [json-pointer:/blocks/0/text/text]";
    await expect(call).rejects.toMatchObject({
      data: { errors: [sentence], response_metadata: { messages: [`[ERROR] ${sentence}`] } },
    });
    expect(slack.lines.at(-1)).toContain(sentence);
  });

  test("refuses a reply to a reply, a channel without the app, and an archive", async () => {
    const parent = await post();
    const reply = await post({ thread_ts: parent.ts });
    expect(await refusalOf(post({ thread_ts: reply.ts }))).toBe("cannot_reply_to_message");
    await slack.post("channels", { id: "C10SECRET", name: "secret", members: ["U01ALICE"] });
    await slack.post("channels", { id: "C11OLD", name: "old", bot_in: true, is_archived: true });
    expect(await refusalOf(post({ channel: "C10SECRET" }))).toBe("not_in_channel");
    expect(await refusalOf(post({ channel: "C11OLD" }))).toBe("is_archived");
  });
});

describe("chat.update", () => {
  test("keeps the ts; a text alone removes the blocks and marks the message as edited", async () => {
    const blocks = [{ type: "divider" }];
    const { ts } = await post({ text: "Before", blocks });
    await slack.client().apiCall("chat.update", { channel: GENERAL, ts, text: "Both", blocks });
    const shown = async () => (await slack.messages(GENERAL)).find((message) => message.ts === ts);
    expect(await shown()).toMatchObject({ text: "Both", blocks: [{ type: "divider" }] });
    expect(await shown()).not.toHaveProperty("edited");
    await slack.client().chat.update({ channel: GENERAL, ts, text: "After" });
    expect(await shown()).toMatchObject({ ts, text: "After", edited: { user: "UCSIGN01" } });
    expect(await shown()).not.toHaveProperty("blocks");
  });

  test("keeps metadata unless new is given, and removes it with an empty one", async () => {
    const metadata = { event_type: "card", event_payload: { row: 7 } };
    const { ts } = await post({ metadata });
    const client = slack.client();
    const kept = async (more: object = {}) =>
      (
        await client.conversations.history({ channel: GENERAL, oldest: ts, inclusive: true, ...more })
      ).messages?.at(-1)?.metadata;
    await client.chat.update({ channel: GENERAL, ts, text: "Changed" });
    expect(await kept({ include_all_metadata: true })).toEqual(metadata);
    expect(await kept()).toBeUndefined();
    await client.apiCall("chat.update", { channel: GENERAL, ts, text: "Again", metadata: {} });
    expect(await kept({ include_all_metadata: true })).toBeUndefined();
  });

  test("refuses what is not there, not its own, empty or too long", async () => {
    const { ts } = await post();
    const said = await slack.post("message", { user: "U01ALICE", channel: GENERAL, text: "Mine" });
    const update = (more: object) =>
      slack.client().apiCall("chat.update", { channel: GENERAL, ts, text: "x", ...more });
    expect(await refusalOf(update({ ts: "1763712000.000100" }))).toBe("message_not_found");
    expect(await refusalOf(update({ ts: said.body["ts"] }))).toBe("cant_update_message");
    expect(await refusalOf(update({ text: undefined }))).toBe("no_text");
    expect(await refusalOf(update({ text: "x".repeat(4001) }))).toBe("msg_too_long");
    expect(await refusalOf(update({ blocks: [{ type: "alert" }] }))).toBe("invalid_blocks");
  });
});

describe("chat.delete", () => {
  test("takes a message away; a parent leaves a tombstone for its thread", async () => {
    const alone = await post();
    const parent = await post({ text: "Parent" });
    const reply = await post({ text: "Reply", thread_ts: parent.ts });
    const client = slack.client();
    await client.chat.delete({ channel: GENERAL, ts: alone.ts });
    expect(await refusalOf(client.chat.delete({ channel: GENERAL, ts: alone.ts }))).toBe("message_not_found");
    await client.chat.delete({ channel: GENERAL, ts: parent.ts });
    const thread = await slack.messages(GENERAL, parent.ts);
    expect(thread.map((message) => message["subtype"])).toEqual(["tombstone", undefined]);
    await client.chat.delete({ channel: GENERAL, ts: reply.ts });
    expect((await slack.messages(GENERAL, parent.ts))[0]).not.toHaveProperty("reply_count");
  });

  test("leaves other people's messages alone, but an admin may take any", async () => {
    const { body } = await slack.post("message", { user: "U02BOB", channel: GENERAL, text: "Mine" });
    const ts = String(body["ts"]);
    expect(await refusalOf(slack.client().chat.delete({ channel: GENERAL, ts }))).toBe("cant_delete_message");
    expect((await slack.post("delete", { user: "U01ALICE", channel: GENERAL, ts })).status).toBe(200);
    expect((await slack.messages(GENERAL)).map((message) => message.ts)).not.toContain(ts);
  });
});

describe("chat.postEphemeral", () => {
  test("is seen by one person, and no method changes it", async () => {
    const client = slack.client();
    const { message_ts: ts = "" } = await client.chat.postEphemeral({
      channel: GENERAL,
      user: "U02BOB",
      text: "Psst",
    });
    expect(await slack.ephemerals("U02BOB", GENERAL)).toMatchObject([{ ts, text: "Psst", channel: GENERAL }]);
    expect(await slack.ephemerals("U01ALICE", GENERAL)).toEqual([]);
    expect((await slack.messages(GENERAL)).map((message) => message.ts)).not.toContain(ts);
    expect(await refusalOf(client.chat.update({ channel: GENERAL, ts, text: "x" }))).toBe(
      "message_not_found",
    );
  });

  test("refuses strangers to the channel", async () => {
    const ephemeral = (user: string) =>
      slack.client().chat.postEphemeral({ channel: "C11OLD", user, text: "x" });
    await slack.post("channels", { id: "C11OLD", name: "old", bot_in: true });
    expect(await refusalOf(ephemeral("U02BOB"))).toBe("user_not_in_channel");
    expect(await refusalOf(ephemeral("U99NOBODY"))).toBe("user_not_found");
  });
});

test("a permalink opens the message's thread on the page", async () => {
  const { ts } = await post();
  const { permalink } = await slack.client().chat.getPermalink({ channel: GENERAL, message_ts: ts });
  expect(permalink).toBe(`${slack.url}/local?in=${GENERAL}&thread=${ts}`);
  expect((await fetch(String(permalink))).status).toBe(200);
});
