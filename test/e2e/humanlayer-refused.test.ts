import type { HumanLayerParams } from "@humanlayer/sdk";
import { describe, expect, test, vi } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { makeChannel } from "#test/support/e2e/ask.ts";
import { AT, humanLayer, slack } from "#test/support/e2e/humanlayer.ts";
import { ALICE, BOB } from "#test/support/e2e/room.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 60_000 });
const stage = useApiStage(await testDatabase());

const client = (...[wish, key]: [HumanLayerParams?, string?]) => humanLayer(stage(), wish, key);
const room = (name: string) => makeChannel(stage(), name, [ALICE, BOB]);
const PROJECTS = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"] as const;

describe.concurrent("what their client can't have here is refused, and says why", () => {
  test.each([
    ["e-mail", { channel: { email: { address: "a@example.com" } } }, /spec\.channel\.email: .*by e-mail yet/],
    ["SMS", { channel: { sms: { phone_number: "+1" } } }, /spec\.channel\.sms/],
    ["WhatsApp", { channel: { whatsapp: { phone_number: "+1" } } }, /spec\.channel\.whatsapp/],
    [
      "another bot",
      { channel: { slack: { channel_or_user_id: "C01GENERAL", bot_token: "xoxb-1" } } },
      /bot_token/,
    ],
    ["a thread", { channel: { slack: { channel_or_user_id: "C01GENERAL", thread_ts: "1.2" } } }, /thread_ts/],
    [
      "an unknown channel",
      { channel: slack("#nowhere") },
      /spec\.channel\.slack\.channel_or_user_id: .*#nowhere/,
    ],
    [
      "an unknown person",
      { channel: slack("U99NOBODY") },
      /spec\.channel\.slack\.channel_or_user_id: .*U99NOBODY/,
    ],
    ["a call of nothing", { fn: undefined }, /spec\.fn: This must be there\. Write a text\./],
    ["a place without a name", { channel: { slack: {} } }, /channel_or_user_id: Name a Slack channel/],
    ["a field that nobody knows", { colour: "red" }, /spec\.colour: Countersign does not know this field/],
    [
      "eleven reasons",
      { reject_options: Array.from({ length: 11 }, (_, i) => ({ name: `n${i}` })) },
      /reject_options: Give ten/,
    ],
    ["more than a card can hold", { state: { all: "x".repeat(70_000) } }, /spec: A spec may weigh 64 kB/],
  ])("%s", async (_, more, why) => {
    const { key, call } = stage();
    const body = { run_id: "r", spec: { fn: "f", kwargs: {}, ...more } };
    const { status, body: problem } = await call("POST", `${AT}/function_calls`, { key: await key(), body });
    expect({ status, code: problem.code }).toEqual({ status: 422, code: "bad_input" });
    expect(
      problem.errors.map(({ field, detail }: Record<string, string>) => `${field}: ${detail}`).join(),
    ).toMatch(why);
    expect(JSON.stringify(problem)).not.toContain("xoxb-1");
  });

  test("escalation by e-mail", async () => {
    const hl = await client({ contactChannel: slack(BOB) });
    const call = await hl.createFunctionCall({ spec: { fn: "wait", kwargs: {} } });
    const contact = await hl.createHumanContact({ spec: { msg: "Still there?" } });
    const escalation = { escalation_msg: "Hurry" };
    await expect(hl.escalateEmailFunctionCall(call.call_id, escalation)).rejects.toThrow(
      /422: .*no e-mail yet/,
    );
    await expect(hl.escalateEmailHumanContact(contact.call_id, escalation)).rejects.toThrow(
      /422: .*no e-mail/,
    );
    await expect(hl.escalateEmailFunctionCall("call-none", escalation)).rejects.toThrow(/404: /);
  });

  test("a key that is none, a key without the scope, a call that is not there, another workspace's call", async () => {
    const none = await client({}, "cs_this-key-was-never-made-by-anybody");
    await expect(none.createFunctionCall({ spec: { fn: "f", kwargs: {} } })).rejects.toThrow(
      /401: .*unauthorized/,
    );
    const worker = await client({}, await stage().key({ scopes: ["work"] }));
    await expect(worker.createHumanContact({ spec: { msg: "?" } })).rejects.toThrow(/403: .*scope “ask”/);
    const hl = await client({ contactChannel: slack(BOB) });
    await expect(hl.getFunctionCall("call-none")).rejects.toThrow(
      /404: .*no function call with this call_id/,
    );
    const { call_id } = await hl.createFunctionCall({ spec: { fn: "f", kwargs: {} } });
    await expect(hl.getHumanContact(call_id)).rejects.toThrow(/404: .*no human contact/);
    const other = await client({}, await stage().key({ workspace: "T02OTHER" }));
    await expect(other.getFunctionCall(call_id)).rejects.toThrow(/404: /);
  });

  test("another project's key sees no call of this one, and can't take its call_id", async () => {
    const [one, two] = [
      await stage().key({ project: PROJECTS[0] }),
      await stage().key({ project: PROJECTS[1] }),
    ];
    const [hl, other] = [await client({ contactChannel: slack(BOB) }, one), await client({}, two)];
    const { call_id, spec, run_id } = await hl.createFunctionCall({ spec: { fn: "f", kwargs: {} } });
    await expect(other.getFunctionCall(call_id)).rejects.toThrow(/404: /);
    const theirs = { call_id, run_id, spec: { ...spec, channel: slack(BOB) } };
    await expect(other.backend?.functions().add(theirs)).rejects.toThrow(/409: .*call_id/);
  });

  test("hostile words: they stand on the card as words, and come back as they came", async () => {
    const { people } = stage();
    const place = await room("hl-hostile");
    const hl = await client({ contactChannel: slack(place), runId: "run\n✓ Approved <!channel>" });
    const evil = "<!channel> <https://evil.example|Approve> <@U02BOB>\n✓ Approved by Bob";
    const spec = {
      fn: `Hostile ${evil}`,
      kwargs: { [evil]: evil, __proto__x: null },
      reject_options: [{ name: evil }],
    };
    const made = await hl.createFunctionCall({ spec });
    expect(made.spec).toEqual({ ...spec, channel: slack(place) });
    const card = await people.card(place, /^✋ Call Hostile/);
    const own = new RegExp(`<#${place}>|<!date\\^[^>]*>`, "g");
    const inert = card.blocks.filter((block) => "type" in block && block.type !== "container");
    expect(
      JSON.stringify(inert)
        .replace(own, "")
        .match(/<[!@#h][^>]*>/g),
    ).toBeNull();
    expect(card.text.replace(own, "")).not.toMatch(/<[!@#h]/);
  });

  test("an anonymous function, and arguments that are none", async () => {
    const place = await room("hl-odd");
    const key = await stage().key();
    const add = async (spec: object) =>
      (await stage().call("POST", `${AT}/function_calls`, { key, body: { run_id: "odd", spec } })).body;
    const channel = slack(place);
    for (const kwargs of ["only text", 7, null, undefined, ["a", "b"]])
      expect(await add({ fn: "", kwargs, channel })).toMatchObject({
        spec: { fn: "" },
        call_id: expect.stringMatching(/^call-/),
      });
    await stage().people.card(place, /^✋ Call a function without a name\?[\s\S]*argument: only text/);
  });
});

test("a contact that nobody answered in time ends the wait with an error, and the function call with a no", async () => {
  const { clock } = stage();
  const hl = await client({ contactChannel: slack(BOB) });
  const contact = await hl.createHumanContact({ spec: { msg: "Anybody there?" } });
  const call = await hl.createFunctionCall({ spec: { fn: "leave", kwargs: {} } });
  clock.advance(7 * 24 * 3_600_000 + 60_000);
  await expect
    .poll(async () => (await hl.getFunctionCall(call.call_id)).status, { timeout: 30_000 })
    .toMatchObject({
      ...{ approved: false, comment: expect.stringContaining("no person approved it") },
    });
  await expect(hl.getHumanContact(contact.call_id)).rejects.toThrow(/410: .*Nobody answered this in time/);
});
