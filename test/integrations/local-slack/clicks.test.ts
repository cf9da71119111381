import type { BlockAction } from "@slack/bolt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BoltPair, startBoltPair } from "#test/support/bolt-app.ts";
import { createManualClock, type ManualClock } from "#test/support/manual-clock.ts";

const GENERAL = "C01GENERAL";
const plain = (text: string) => ({ type: "plain_text", text });
const option = (value: string) => ({ text: plain(value), value });
const button = (value: string, more: object = {}) => ({
  type: "button",
  action_id: "answer",
  text: plain(value),
  value,
  ...more,
});

let pair: BoltPair;
let clock: ManualClock;
let heard: BlockAction[];

beforeEach(async () => {
  clock = createManualClock();
  pair = await startBoltPair(clock);
  heard = [];
  pair.app.action(/.*/, async ({ body, ack }) => {
    heard.push(body as BlockAction);
    await ack();
  });
});
afterEach(() => pair.close());

async function post(blocks: object[], more: object = {}): Promise<string> {
  const posted = await pair.slack
    .client()
    .apiCall("chat.postMessage", { channel: GENERAL, text: "Card", blocks, ...more });
  return String((posted as { ts?: string }).ts);
}
const click = (more: object) => pair.slack.post("click", { user: "U02BOB", channel: GENERAL, ...more });

describe("a click on a message", () => {
  test("reaches Bolt as Slack writes it, once", async () => {
    const ts = await post([
      { type: "actions", block_id: "card", elements: [button("yes", { style: "primary" })] },
    ]);
    const { status, body } = await click({ ts, action_id: "answer" });
    expect([status, body]).toEqual([200, { ack_ms: expect.any(Number) }]);
    expect(heard).toHaveLength(1);
    expect(heard[0]).toMatchObject({
      type: "block_actions",
      user: { id: "U02BOB", username: "bob", team_id: "T01LOCAL" },
      team: { id: "T01LOCAL" },
      api_app_id: "A01CSIGN",
      container: { type: "message", message_ts: ts, channel_id: GENERAL, is_ephemeral: false },
      channel: { id: GENERAL, name: "general" },
      message: { ts, text: "Card", blocks: [{ block_id: "card" }] },
      state: { values: {} },
      response_url: expect.any(String),
      trigger_id: expect.any(String),
      actions: [
        {
          type: "button",
          action_id: "answer",
          block_id: "card",
          value: "yes",
          style: "primary",
          text: plain("yes"),
          action_ts: expect.any(String),
        },
      ],
    });
  });

  test("is told apart by block and value", async () => {
    const ts = await post([
      { type: "actions", block_id: "one", elements: [button("yes")] },
      { type: "actions", block_id: "two", elements: [button("no")] },
      {
        type: "container",
        child_blocks: [{ type: "section", block_id: "in", text: plain("x"), accessory: button("deep") }],
      },
    ]);
    expect(await click({ ts, action_id: "answer" })).toMatchObject({
      status: 400,
      body: { error: "ambiguous" },
    });
    await click({ ts, action_id: "answer", block_id: "two" });
    await click({ ts, action_id: "answer", value: "yes" });
    await click({ ts, action_id: "answer", value: "deep" });
    expect(heard.map(({ actions: [action] }) => action?.block_id)).toEqual(["two", "one", "in"]);
    expect(await click({ ts, action_id: "answer", block_id: "one", value: "no" })).toMatchObject({
      status: 404,
    });
  });

  test("chooses in menus and boxes, and remembers it for the message", async () => {
    const options = ["a", "b", "c"].map(option);
    const ts = await post([
      {
        type: "actions",
        block_id: "choices",
        elements: [
          { type: "static_select", action_id: "select", options, initial_option: option("a") },
          { type: "overflow", action_id: "more", options },
          { type: "checkboxes", action_id: "boxes", options },
          { type: "users_select", action_id: "user" },
          { type: "datepicker", action_id: "day" },
        ],
      },
    ]);
    for (const [action_id, value] of [
      ["select", "b"],
      ["more", "c"],
      ["boxes", ["a", "c"]],
      ["user", "U03CAROL"],
      ["day", "2026-11-24"],
    ] as const)
      expect((await click({ ts, action_id, value })).status).toBe(200);
    expect(heard.map(({ actions: [action] }) => action)).toMatchObject([
      { selected_option: option("b") },
      { selected_option: option("c") },
      { selected_options: [option("a"), option("c")] },
      { selected_user: "U03CAROL" },
      { selected_date: "2026-11-24" },
    ]);
    expect(heard.at(-1)?.state?.values["choices"]).toMatchObject({
      select: { selected_option: { value: "b" } },
      boxes: { selected_options: [{ value: "a" }, { value: "c" }] },
    });
    expect(await click({ ts, action_id: "select", value: "z" })).toMatchObject({
      status: 404,
      body: { error: "no_such_option" },
    });
  });

  test("is refused where there is no such thing, or where the person does not see it", async () => {
    const ts = await post([{ type: "actions", elements: [button("yes")] }]);
    expect(await click({ ts, action_id: "nope" })).toMatchObject({
      status: 404,
      body: { error: "no_such_element", message: expect.stringContaining("there is: answer") },
    });
    expect(await click({ ts: "1763712000.000100", action_id: "answer" })).toMatchObject({ status: 404 });
    expect(await click({ action_id: "answer" })).toMatchObject({
      status: 404,
      body: { error: "view_not_found" },
    });
    expect(await click({ ts, action_id: "answer", channel: undefined })).toMatchObject({ status: 400 });
    await pair.slack.post("channels", { id: "C10LAB", name: "lab", members: ["U01ALICE"], bot_in: true });
    const hidden = await post([{ type: "actions", elements: [button("yes")] }], { channel: "C10LAB" });
    expect(await click({ ts: hidden, channel: "C10LAB", action_id: "answer" })).toMatchObject({
      status: 409,
      body: { error: "not_in_channel" },
    });
    await pair.slack.client().chat.update({ channel: GENERAL, ts, text: "Settled" });
    expect(await click({ ts, action_id: "answer" })).toMatchObject({ status: 404 });
    expect(heard).toEqual([]);
  });

  test("on something private comes from its reader alone, without the message", async () => {
    const blocks = [{ type: "actions", elements: [button("yes")] }];
    const { message_ts: ts } = (await pair.slack
      .client()
      .apiCall("chat.postEphemeral", { channel: GENERAL, user: "U02BOB", text: "x", blocks })) as {
      message_ts?: string;
    };
    expect(await click({ user: "U01ALICE", ts, action_id: "answer" })).toMatchObject({
      status: 409,
      body: { error: "not_visible" },
    });
    await click({ ts, action_id: "answer" });
    expect(heard[0]?.container).toMatchObject({ is_ephemeral: true, message_ts: ts });
    expect(heard[0]).not.toHaveProperty("message");
  });

  test("may be answered by its response URL: replaced, deleted", async () => {
    const ts = await post([{ type: "actions", elements: [button("yes")] }]);
    const respond = (body: object) =>
      fetch(String(heard[0]?.response_url), {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      });
    await click({ ts, action_id: "answer" });
    await respond({ replace_original: true, text: "Replaced" });
    expect(await pair.slack.messages(GENERAL)).toMatchObject([{ ts, text: "Replaced" }]);
    await respond({ text: "Only for you" });
    expect(await pair.slack.ephemerals("U02BOB")).toMatchObject([{ text: "Only for you" }]);
    await respond({ delete_original: true });
    expect(await pair.slack.messages(GENERAL)).toEqual([]);
  });

  test("that is not acknowledged in time fails", async () => {
    const slow = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    pair.app.use(async ({ next, body }) => {
      if (body["type"] === "block_actions") {
        reached.resolve();
        await slow.promise;
      }
      await next();
    });
    const ts = await post([{ type: "actions", elements: [button("yes")] }]);
    const clicked = click({ ts, action_id: "answer" });
    await reached.promise;
    clock.advance(3000);
    const failed = await clicked;
    slow.resolve();
    expect(failed).toMatchObject({ status: 409, body: { error: "operation_timeout" } });
  });
});
