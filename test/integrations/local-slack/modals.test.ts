import type { ViewResponseAction } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BoltPair, startBoltPair } from "#test/support/bolt-app.ts";
import { refusalOf } from "#test/support/local-slack.ts";
import { createManualClock, type ManualClock } from "#test/support/manual-clock.ts";

const plain = (text: string) => ({ type: "plain_text" as const, text });
const USER = "U01ALICE";

const FORM: ModalView = {
  type: "modal",
  callback_id: "form",
  title: plain("A goal"),
  submit: plain("Start"),
  blocks: [
    {
      type: "input",
      block_id: "goal",
      label: plain("Goal"),
      element: { type: "plain_text_input", action_id: "v", max_length: 20 },
    },
    {
      type: "input",
      block_id: "hours",
      optional: true,
      label: plain("Hours"),
      element: { type: "number_input", action_id: "v", is_decimal_allowed: false, max_value: "48" },
    },
    {
      type: "input",
      block_id: "who",
      optional: true,
      label: plain("Reviewers"),
      element: { type: "multi_users_select", action_id: "v", initial_users: ["U02BOB"] },
    },
    {
      type: "actions",
      block_id: "more",
      elements: [{ type: "button", action_id: "deeper", text: plain("More…") }],
    },
  ],
};
const other = (more: Partial<ModalView> = {}): ModalView => ({ ...FORM, title: plain("Another"), ...more });

let pair: BoltPair;
let clock: ManualClock;
let trigger: string;

beforeEach(async () => {
  clock = createManualClock();
  pair = await startBoltPair(clock);
  pair.app.command("/goal", async ({ ack, command, client }) => {
    trigger = command.trigger_id;
    if (command.text !== "wait") await client.views.open({ trigger_id: trigger, view: FORM });
    await ack();
  });
});
afterEach(() => pair.close());

const slash = (text = "") => pair.slack.post("slash", { user: USER, channel: "C01GENERAL", text });
const open = async () =>
  (await pair.slack.get(`view?user=${USER}`)).body["view"] as ({ id: string } & ModalView) | null;
const idOf = async () => (await open())?.id ?? "none";
const submit = async (values: object, more: object = {}) =>
  pair.slack.post("submit", { user: USER, view_id: await idOf(), values, ...more });

describe("a trigger", () => {
  test("opens one modal within three seconds", async () => {
    await slash("wait");
    const { views } = pair.slack.client();
    clock.advance(3000);
    expect(await refusalOf(views.open({ trigger_id: trigger, view: FORM }))).toBeUndefined();
    expect(await refusalOf(views.open({ trigger_id: trigger, view: FORM }))).toBe("exchanged_trigger_id");
    await slash("wait");
    clock.advance(3001);
    expect(await refusalOf(views.open({ trigger_id: trigger, view: FORM }))).toBe("expired_trigger_id");
    expect(await refusalOf(views.open({ trigger_id: "guessed", view: FORM }))).toBe("invalid_trigger_id");
  });

  test("is used up also by a view that is refused, with the reasons", async () => {
    await slash("wait");
    const view = { ...FORM, title: plain("x".repeat(25)) };
    await expect(pair.slack.client().views.open({ trigger_id: trigger, view })).rejects.toMatchObject({
      data: {
        error: "invalid_arguments",
        response_metadata: {
          messages: ["[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"],
        },
      },
    });
    expect(await open()).toBeNull();
  });
});

describe("a modal", () => {
  test("shows what Slack's client would find wrong, without asking the app", async () => {
    let count = 0;
    pair.app.view("form", async ({ ack }) => {
      count += 1;
      await ack();
    });
    await slash();
    expect((await submit({})).body).toMatchObject({
      ack_ms: 0,
      errors: { goal: "Please complete this required field." },
    });
    const { errors } = (await submit({ goal: { v: "x".repeat(21) }, hours: { v: "1.5" } })).body;
    expect(errors).toEqual({
      goal: "Please use at most 20 characters.",
      hours: "Please enter a whole number.",
    });
    expect((await submit({ goal: { v: "x" }, hours: { v: "49" } })).body["errors"]).toEqual({
      hours: "Please enter a number of at most 48.",
    });
    expect(await submit({ nope: { v: "x" } })).toMatchObject({
      status: 400,
      body: { error: "no_such_field" },
    });
    expect(count).toBe(0);
  });

  test("is sent with all that its fields hold, and closes", async () => {
    const heard: object[] = [];
    pair.app.view("form", async ({ body, ack }) => {
      heard.push(body);
      await ack();
    });
    await slash();
    const id = await idOf();
    const { status, body } = await submit({ goal: { v: "Ship it" } });
    expect([status, body]).toEqual([200, { ack_ms: expect.any(Number) }]);
    expect(heard).toMatchObject([
      {
        type: "view_submission",
        user: { id: USER },
        trigger_id: expect.any(String),
        view: {
          id,
          callback_id: "form",
          state: {
            values: {
              goal: { v: { type: "plain_text_input", value: "Ship it" } },
              hours: { v: { type: "number_input", value: null } },
              who: { v: { type: "multi_users_select", selected_users: ["U02BOB"] } },
            },
          },
        },
      },
    ]);
    expect(await open()).toBeNull();
    expect(await submit({}, { view_id: id })).toMatchObject({
      status: 404,
      body: { error: "view_not_found" },
    });
  });

  test("stays open with the app's errors, and another one fails that names no field", async () => {
    const errors: Record<string, string>[] = [{ goal: "Too vague." }, { nope: "x" }];
    pair.app.view("form", ({ ack }) => ack({ response_action: "errors", errors: errors.shift() ?? {} }));
    await slash();
    expect((await submit({ goal: { v: "x" } })).body).toMatchObject({ errors: { goal: "Too vague." } });
    expect((await open())?.id).toEqual(expect.any(String));
    expect(await submit({ goal: { v: "x" } })).toMatchObject({
      status: 409,
      body: { error: "invalid_response" },
    });
  });

  test("changes, is covered by another, and all close at once, as the app answers", async () => {
    const answers: ViewResponseAction[] = [
      { response_action: "update", view: other() },
      { response_action: "push", view: other({ title: plain("On top") }) },
      { response_action: "clear" },
    ];
    pair.app.view("form", async ({ ack }) => {
      const answer = answers.shift();
      await (answer === undefined ? ack() : ack(answer));
    });
    await slash();
    const id = await idOf();
    await submit({ goal: { v: "kept" } });
    expect(await open()).toMatchObject({
      id,
      title: plain("Another"),
      state: { values: { goal: { v: { value: "kept" } } } },
    });
    await submit({ goal: { v: "x" } });
    expect(await open()).toMatchObject({ title: plain("On top"), previous_view_id: id, root_view_id: id });
    expect(await submit({}, { view_id: id })).toMatchObject({ status: 409, body: { error: "not_visible" } });
    await submit({ goal: { v: "x" } });
    expect(await open()).toBeNull();
  });

  test("is pushed by a click within, three deep at most; closing shows what lay below", async () => {
    const refused: (string | undefined)[] = [];
    pair.app.action("deeper", async ({ ack, body, client }) => {
      if (!("trigger_id" in body)) throw new Error("A click has a trigger.");
      refused.push(
        await refusalOf(client.views.push({ trigger_id: String(body.trigger_id), view: other() })),
      );
      await ack();
    });
    await slash();
    const first = await idOf();
    const deeper = () => pair.slack.post("click", { user: USER, action_id: "deeper" });
    expect((await deeper()).body["view"]).toMatchObject({ title: plain("Another") });
    await deeper();
    await deeper();
    expect(refused).toEqual([undefined, undefined, "push_limit_reached"]);
    for (let depth = 0; depth < 2; depth += 1)
      await pair.slack.post("close", { user: USER, view_id: await idOf() });
    expect(await idOf()).toBe(first);
  });

  test("tells the app that it was closed, where the app wants to know", async () => {
    const closed: object[] = [];
    pair.app.view({ callback_id: "form", type: "view_closed" }, async ({ body, ack }) => {
      closed.push(body);
      await ack();
    });
    await slash("wait");
    const view = { ...FORM, notify_on_close: true };
    await pair.slack.client().views.open({ trigger_id: trigger, view });
    const view_id = await idOf();
    expect((await pair.slack.post("close", { user: "U02BOB", view_id })).status).toBe(409);
    await pair.slack.post("close", { user: USER, view_id });
    expect(closed).toMatchObject([{ type: "view_closed", is_cleared: false, view: { id: view_id } }]);
    expect(await open()).toBeNull();
  });
});

test("a view is changed by its id or its own name, while its hash is the known one", async () => {
  await slash("wait");
  const { views } = pair.slack.client();
  const made = await views.open({ trigger_id: trigger, view: { ...FORM, external_id: "mine" } });
  const changed = await views.update({
    external_id: "mine",
    hash: String(made.view?.hash),
    view: other({ external_id: "mine" }),
  });
  expect(changed.view?.id).toBe(made.view?.id);
  const stale = views.update({ view_id: String(made.view?.id), hash: String(made.view?.hash), view: FORM });
  expect(await refusalOf(stale)).toBe("hash_conflict");
  expect(await refusalOf(views.update({ view_id: "V0", view: FORM }))).toBe("not_found");
  await slash("wait");
  const double = views.open({ trigger_id: trigger, view: { ...FORM, external_id: "mine" } });
  expect(await refusalOf(double)).toBe("duplicate_external_id");
});
