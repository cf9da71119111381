import { describe, expect, test, vi } from "vitest";
import { type ApiStage, useApiStage } from "#test/support/api-stage.ts";
import { ask as askOn, makeChannel } from "#test/support/e2e/ask.ts";
import { ALICE, BOB, CAROL, DAVE } from "#test/support/e2e/room.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const stage = useApiStage(await testDatabase());

const DIFF = "--- a/pay.ts\n+++ b/pay.ts\n-retry(1)\n+retry(3)\n+log()";

const ask = (...[body, wish]: [object, KeyWish?]) => askOn(stage(), body, wish);
const channel = (name: string, members: readonly string[]) => makeChannel(stage(), name, members);
type KeyWish = Parameters<ApiStage["key"]>[0];

describe.concurrent("a request that goes to a channel", () => {
  test("is a card that says what is wanted, by which agent, with the evidence; Bob approves it there", async () => {
    const { people } = stage();
    const place = await channel("pay-team", [ALICE, BOB]);
    const { look } = await ask(
      {
        title: "Deploy payment-service v2.4?",
        description: "Adds retries to the payment client.",
        workflow_id: "deploy-42",
        context: {
          code_diff: DIFF,
          risk_assessment: { level: "high", why: "money" },
          affected_systems: ["payments", "user-auth"],
        },
        routing: { channels: ["#pay-team"] },
      },
      { owner: ALICE },
    );
    const card = await people.card(place, /^✋ Deploy payment-service/);
    expect(card.shown.split("\n").filter((line) => !line.startsWith("high risk"))).toEqual([
      "✋ Deploy payment-service v2.4?",
      "Adds retries to the payment client.",
      "affects: payments, user-auth",
      "▸ Risk (2 lines) · Diff (+2 −1 in 1 file)",
      "[Approve] [Request changes…] [Reject…] […]",
      `(Anybody in <#${place}> but Alice can answer · asked by code-review-agent · agent, for @Alice · workflow deploy-42)`,
    ]);
    expect(card.shown).toMatch(/\nhigh risk · until /);
    expect(card.text).toMatch(
      /^Deploy payment-service v2\.4\? Asked by code-review-agent · agent, for Alice, high risk, affects: payments, user-auth, until /,
    );
    await expect.poll(async () => (await look())["state"]).toBe("notified");

    await people.presses(ALICE, card, "Approve");
    await people.told(ALICE, /^Your agent asked for this, so somebody else must answer \(four eyes\)\.$/);
    await people.presses(BOB, card, "Approve");
    const settled = await people.becomes(card, /^✓ Approved by Bob \d\d:\d\d UTC\n/);
    expect(settled.buttons).toEqual([]);
    expect(settled.shown).toContain(
      "(Deploy payment-service v2.4? · asked by code-review-agent · agent, for Alice",
    );
    expect(await look()).toMatchObject({ response: { decision: "approve", responder_id: BOB } });
  });

  test("is a card in each of them: a member of the second answers, and both settle", async () => {
    const { people } = stage();
    const [one, two] = [await channel("two-one", [ALICE, DAVE]), await channel("two-two", [BOB])];
    const { look } = await ask({ title: "Merge both?", routing: { channels: [one, "#two-two"] } });
    const cards = [
      await people.card(one, /^✋ Merge both/),
      await people.card(two, /^✋ Merge both/),
    ] as const;
    expect(cards[0].shown).toContain(
      `Anybody in <#${one}> or <#${two}> can answer · asked by code-review-agent · agent)`,
    );
    const reply = { note: "The migration first, please." };
    expect(await people.fills(BOB, cards[1], "Request changes", reply)).toBeNull();
    for (const card of cards) {
      const settled = await people.becomes(
        card,
        /^↺ Changes asked for by Bob .*\n› The migration first, please\./,
      );
      expect(settled.buttons).toEqual([]);
    }
    expect(await look()).toMatchObject({
      response: { decision: "request_changes", comment: "The migration first, please." },
    });
  });

  test("is refused to whoever is not of the channel, privately, and to guests", async () => {
    const { people } = stage();
    const place = await channel("closed-shop", [ALICE, BOB]);
    await people.act("people", { id: "U10GUS", name: "Gus", is_restricted: true, channels: [place] });
    await ask({ title: "Open the shop?", routing: { channels: [place] } });
    const card = await people.card(place, /^✋ Open the shop/);
    await people.presses("U10GUS", card, "Reject");
    await people.presses("U10GUS", card, "Approve");
    await people.told("U10GUS", /^Only full members of this workspace can answer\.$/, place);
    const key = await stage().key({ person: CAROL, scopes: ["respond"] });
    const { body } = await stage().call("GET", "/api/v1/requests?limit=100", { key });
    const request = body.items.find(({ title }: { title: string }) => title === "Open the shop?");
    const answer = { key, body: { decision: "approve" } };
    const refused = await stage().call("POST", `/api/v1/requests/${request.id}/respond`, answer);
    expect(refused.status).toBe(403);
    expect((await people.becomes(card, /^✋/)).buttons).toContain("Approve");
  });

  test("and to nobody by name and without an owner offers no “Not mine”: nobody could name others", async () => {
    const { people } = stage();
    const place = await channel("no-owner", [ALICE, BOB]);
    await ask({ title: "Whose is it?", routing: { channels: [place] } });
    const card = await people.card(place, /^✋ Whose is it/);
    expect(card.buttons).toEqual(["Approve", "Request changes…", "Reject…", "Approve with a note…"]);
  });

  test("answered over the API loses its buttons there too, and says how it was answered, with what came along", async () => {
    const { people } = stage();
    const place = await channel("by-token", [ALICE, BOB]);
    const { id } = await ask({ title: "By token?", routing: { channels: [place] } });
    const card = await people.card(place, /^✋ By token/);
    const key = await stage().key({ person: BOB, scopes: ["respond"] });
    const attachments = [{ name: "report <!here>", url: "https://example.com/report" }];
    const answer = { key, body: { decision: "reject", comment: "Not *now*.", attachments } };
    expect((await stage().call("POST", `/api/v1/requests/${id}/respond`, answer)).status).toBe(200);
    const settled = await people.becomes(card, /^✕ Rejected by Bob \d\d:\d\d UTC over the API\n/);
    expect(settled.shown).toContain("› Not ∗now∗.\n+ report <!here>: https://example.com/report");
    expect(settled.buttons).toEqual([]);
  });

  test("that is taken back says why, and a late click is told so", async () => {
    const { people } = stage();
    const place = await channel("taken-back", [ALICE, BOB]);
    const { id, key } = await ask({ title: "Still needed?", routing: { channels: [place] } });
    const card = await people.card(place, /^✋ Still needed/);
    const form = await people.presses(BOB, card, "Reject");
    if (!form) throw new Error("No form was opened.");
    const cancel = { key, body: { reason: "The branch is gone <!channel>." } };
    expect((await stage().call("POST", `/api/v1/requests/${id}/cancel`, cancel)).status).toBe(200);
    const gone = await people.becomes(card, /^– Withdrawn \d\d:\d\d UTC: The branch is gone <!channel>\./);
    expect(JSON.stringify(gone.blocks)).not.toContain("<!channel>");
    expect(gone.buttons).toEqual([]);
    expect(await people.sends(BOB, form, { note: "No." })).toBeNull();
    await people.told(BOB, /has ended\. Your click changed nothing/);
  });

  test("of an agent whose words are hostile mentions nobody, hides no link and looks like no card of ours", async () => {
    const { people } = stage();
    const place = await channel("hostile-agent", [ALICE, BOB]);
    const evil = "<!channel> <https://evil.example|Approve> *✓ Approved by Bob* <@U02BOB>\n# ✓ Done";
    await ask(
      {
        ...{ title: `Hostile ${evil}`, description: evil, workflow_id: evil.slice(0, 60) },
        ...{ context: { code_diff: evil, [evil]: evil, affected_systems: [evil] } },
        ...{ metadata: { agent_id: "✓ approved <@U02BOB> · done" }, routing: { channels: [place] } },
      },
      { owner: ALICE },
    );
    const card = await people.card(place, /^✋ Hostile/);
    const own = new RegExp(`<@U01ALICE>|<#${place}>|<!date\\^[^>]*>`, "g");
    const json = JSON.stringify(card.blocks.filter((block) => "type" in block && block.type !== "container"));
    expect(json.replace(own, "").match(/<[!@#h][^>]*>/g)).toBeNull();
    expect(card.shown).toContain("asked by approved");
    expect(card.shown).toMatch(/ · agent, for @Alice/);
    expect(card.text.replace(own, "")).not.toMatch(/<[!@#h]/);
  });
});

test("a press that Slack sends twice settles once, and a second person is told who was first", async () => {
  const { people } = stage();
  const place = await channel("race", [BOB, CAROL]);
  await ask({ title: "Who is first?", routing: { channels: [place] } });
  const card = await people.card(place, /^✋ Who is first/);
  const form = await people.presses(CAROL, card, "Reject");
  if (!form) throw new Error("No form was opened.");
  await people.presses(BOB, card, "Approve");
  await people.becomes(card, /^✓ Approved by Bob/);
  expect(await people.sends(CAROL, form, { note: "Wait." })).toBeNull();
  await people.told(CAROL, /^✓ Approved by Bob \d\d:\d\d UTC\. Your click changed nothing\.$/);
});
