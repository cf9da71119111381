import type { FunctionCall, HumanLayerParams } from "@humanlayer/sdk";
import { describe, expect, test, vi } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { makeChannel } from "#test/support/e2e/ask.ts";
import { humanLayer, slack } from "#test/support/e2e/humanlayer.ts";
import { ALICE, BOB, CAROL } from "#test/support/e2e/room.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 60_000 });
const stage = useApiStage(await testDatabase());

const client = (...[wish, key]: [HumanLayerParams?, string?]) => humanLayer(stage(), wish, key);
const room = (name: string) => makeChannel(stage(), name, [ALICE, BOB]);

type Mail = { readonly to: string; readonly copies: number; readonly note: string };

function mailer() {
  const sent: Mail[] = [];
  async function send_email(mail: Mail): Promise<string> {
    sent.push(mail);
    return "sent";
  }
  return { sent, send_email };
}

describe.concurrent("a function that requires approval", () => {
  test("runs with what was approved once a person approves it in Slack; the card shows every argument", async () => {
    const { people } = stage();
    const place = await room("hl-approve");
    const { sent, send_email } = mailer();
    const hl = await client({ runId: "mailer-1", contactChannel: slack(place) });
    const running = hl.requireApproval<typeof send_email>()(send_email)({
      to: "a@example.com",
      copies: 0,
      note: "",
    });
    const card = await people.card(place, /^✋ Call send_email\?/);
    for (const line of [
      "to: a@example.com",
      "copies: 0",
      'note: ""',
      "mail-agent · agent",
      "workflow mailer-1",
    ])
      expect(card.shown).toContain(line);
    expect(sent).toEqual([]);
    await people.presses(BOB, card, "Approve");
    expect(await running).toBe("sent");
    expect(sent).toEqual([{ to: "a@example.com", copies: 0, note: "" }]);
  });

  test("does not run where a person rejects it, and the reason goes to the agent", async () => {
    const { people } = stage();
    const place = await room("hl-reject");
    const { sent, send_email } = mailer();
    const hl = await client({ contactChannel: slack("#hl-reject") });
    const running = hl.requireApproval<typeof send_email>()(send_email)({ to: "all", copies: 9, note: "!" });
    const card = await people.card(place, /^✋ Call send_email/);
    expect(await people.fills(BOB, card, "Reject", { note: "Not to everybody." })).toBeNull();
    expect(await running).toBe("User denied function send_email with comment: Not to everybody.");
    expect(sent).toEqual([]);
  });

  test("takes the reasons that the agent prepared: by name, with the person's own words or the prepared ones", async () => {
    const { people } = stage();
    const place = await room("hl-options");
    const hl = await client({ contactChannel: slack(place) });
    const reject_options = [
      {
        name: "too_dear",
        title: "Too expensive",
        description: "over the budget",
        prompt_fill: "Find a cheaper one.",
      },
      { name: "later", title: "Not now" },
    ];
    const asks = ["buy_one", "buy_two", "buy_three"].map((fn) =>
      hl.fetchHumanApproval({ spec: { fn, kwargs: {}, reject_options } }),
    );
    const reasons = ["too expensive", "later: after the audit", "I don't like it"];
    for (const [i, fn] of ["buy_one", "buy_two", "buy_three"].entries()) {
      const card = await people.card(place, new RegExp(`^✋ Call ${fn}\\?`));
      expect(card.shown).toContain("too_dear (Too expensive: over the budget)");
      expect(await people.fills(BOB, card, "Reject", { note: reasons[i] ?? "" })).toBeNull();
    }
    expect(await Promise.all(asks)).toMatchObject([
      { approved: false, reject_option_name: "too_dear", comment: "Find a cheaper one." },
      { approved: false, reject_option_name: "later", comment: "after the audit" },
      { approved: false, reject_option_name: null, comment: "I don't like it" },
    ]);
  });

  test("is asked once under its call_id, keeps its state, and another call can't take that id", async () => {
    const place = await room("hl-once");
    const hl = await client({ contactChannel: slack(place) });
    const calls = hl.backend?.functions();
    const call: FunctionCall = {
      ...{ run_id: "once", call_id: "call-once" },
      spec: {
        fn: "pay",
        kwargs: { to: "x", deep: { z: 1, a: [1, null] } },
        channel: slack(place),
        state: { b: 1, a: 2 },
      },
    };
    const first = await calls?.add(call);
    expect(first).toMatchObject({ ...call, status: { approved: null, comment: null, responded_at: null } });
    expect(await calls?.add(call)).toEqual(first);
    expect(await calls?.get("call-once")).toEqual(first);
    await expect(calls?.add({ ...call, spec: { ...call.spec, kwargs: { to: "y" } } })).rejects.toThrow(
      /409: .*Another call was made with this call_id/,
    );
    const card = await stage().people.card(place, /^✋ Call pay/);
    expect((await stage().people.cards(place)).filter(({ shown }) => /Call pay/.test(shown))).toHaveLength(1);
    expect(card.shown).not.toContain("state");
  });

  test("is never approved by an agent's key; by a person's token it is", async () => {
    const place = await room("hl-token");
    const hl = await client({ contactChannel: slack(place) });
    const { call_id } = await hl.createFunctionCall({ spec: { fn: "wipe", kwargs: {} } });
    const yes = { requested_at: new Date(), approved: true, comment: "fine" };
    await expect(hl.backend?.functions().respond(call_id, yes)).rejects.toThrow(/403: .*person_required/);
    expect((await hl.getFunctionCall(call_id)).status).toMatchObject({ approved: null });
    const bob = await client({}, await stage().key({ person: BOB, scopes: ["respond"] }));
    expect((await bob.backend?.functions().respond(call_id, yes))?.status).toMatchObject({
      ...{ approved: true, comment: "fine" },
    });
    expect((await hl.getFunctionCall(call_id)).status).toMatchObject({ approved: true, comment: "fine" });
    const no = { ...yes, approved: false, reject_option_name: "nonsense" };
    await expect(bob.backend?.functions().respond(call_id, no)).rejects.toThrow(/422: .*no such option/);
  });

  test("is no approval where a person asks for changes, or the agent takes it back", async () => {
    const { people, key: makeKey, call } = stage();
    const place = await room("hl-changes");
    const key = await makeKey();
    const hl = await client({ contactChannel: slack(place), runId: "changing" }, key);
    const asking = hl.fetchHumanApproval({ spec: { fn: "deploy", kwargs: { to: "prod" } } });
    const card = await people.card(place, /^✋ Call deploy/);
    expect(await people.fills(BOB, card, "Request changes", { note: "To staging first." })).toBeNull();
    expect(await asking).toMatchObject({ approved: false, comment: "To staging first." });
    const { call_id } = await hl.createFunctionCall({ spec: { fn: "undo", kwargs: {} } });
    const { body } = await call("GET", "/api/v1/requests?workflow_id=changing&state=pending,notified", {
      key,
    });
    expect(body.items).toHaveLength(1);
    await call("POST", `/api/v1/requests/${body.items[0].id}/cancel`, { key });
    expect((await hl.getFunctionCall(call_id)).status).toMatchObject({
      ...{ approved: false, responded_at: null, comment: expect.stringContaining("taken back") },
    });
  });
});

describe.concurrent("a human as a tool", () => {
  test("answers in words, in a direct message", async () => {
    const { people } = stage();
    const hl = await client();
    const asking = hl.humanAsTool(slack(CAROL))({ message: "Which region?\nIt can't be changed later." });
    const card = await people.card("D03CAROL", /^✋ Which region\?/);
    expect(card.shown).toContain("It can't be changed later.");
    expect(await people.fills(CAROL, card, "Answer", { answer: "eu-west-1" })).toBeNull();
    expect(await asking).toBe("eu-west-1");
  });

  test("or by one of the options: its prepared words, and its name", async () => {
    const { people } = stage();
    const place = await room("hl-contact");
    const call_id = "contact-with-options";
    const hl = await client({ genid: () => call_id });
    const response_options = [
      { name: "text", title: "Keep it", prompt_fill: "Keep it as it is, please." },
      { name: "drop", title: "Drop it", description: "for good" },
    ];
    const spec = { msg: "Keep the old index?", channel: slack(place), response_options };
    const asking = hl.fetchHumanResponse({ spec });
    const card = await people.card(place, /^✋ Keep the old index/);
    expect(card.shown).toContain("Drop it: for good");
    await people.presses(BOB, card, "Keep it");
    expect(await asking).toBe("Keep it as it is, please.");
    expect((await hl.getHumanContact(call_id)).status).toMatchObject({ response_option_name: "text" });
    const bob = await client({}, await stage().key({ person: BOB, scopes: ["respond"] }));
    const again = { response: "Drop it.", response_option_name: "drop" };
    await expect(bob.backend?.contacts().respond(call_id, again)).rejects.toThrow(/409: .*already_settled/);
    await expect(hl.backend?.contacts().respond(call_id, again)).rejects.toThrow(/403: .*person_required/);
  });
});
