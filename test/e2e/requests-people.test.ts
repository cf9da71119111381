import { describe, expect, test, vi } from "vitest";
import { type ApiStage, useApiStage } from "#test/support/api-stage.ts";
import { ask as askOn, makeChannel } from "#test/support/e2e/ask.ts";
import { buttonsOf } from "#test/support/e2e/people.ts";
import { ALICE, BOB, CAROL, DAVE } from "#test/support/e2e/room.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const stage = useApiStage(await testDatabase());

const ask = (...[body, wish]: [object, KeyWish?]) => askOn(stage(), body, wish);
const channel = (name: string, members: readonly string[]) => makeChannel(stage(), name, members);
type KeyWish = Parameters<ApiStage["key"]>[0];

describe.concurrent("a request that goes to people", () => {
  test("is a direct message to each; a decision is a press, and every copy settles", async () => {
    const { people } = stage();
    const options = ["Postgres", { key: "my", label: "MySQL" }];
    const { look } = await ask({
      ...{ title: "Which database?", type: "decision", options },
      routing: { recipients: [{ email: "bob@example.com" }, { slack_user_id: CAROL }] },
    });
    const copies = [
      await people.card("D02BOB", /^✋ Which database/),
      await people.card("D03CAROL", /^✋ Which database/),
    ] as const;
    expect(copies[0].buttons).toEqual(["Postgres", "MySQL"]);
    expect(copies[0].shown).toContain("(Bob or Carol can answer · asked by code-review-agent · agent)");
    expect(JSON.stringify(copies[0].blocks)).not.toContain("<@");
    expect(
      (await people.cards("C01GENERAL")).filter(({ shown }) => shown.includes("Which database")),
    ).toEqual([]);
    await people.presses(CAROL, copies[1], "MySQL");
    for (const copy of copies)
      expect((await people.becomes(copy, /^✓ Chosen by Carol .*: “MySQL”/)).buttons).toEqual([]);
    expect(await look()).toMatchObject({ response: { decision: "my" } });
  });

  test("and to a channel stands there too, calls them, and nobody else may answer", async () => {
    const { people } = stage();
    const place = await channel("both-ways", [ALICE, BOB, DAVE]);
    await ask({ title: "Both ways?", routing: { channels: [place], recipients: [{ slack_user_id: BOB }] } });
    const card = await people.card(place, /^✋ @Bob, Both ways/);
    const copy = await people.card("D02BOB", /^✋ Both ways/);
    await people.presses(DAVE, card, "Approve");
    await people.told(DAVE, /^Only Bob can answer this\.$/, place);
    await people.presses(BOB, copy, "Approve");
    for (const one of [card, copy]) await people.becomes(one, /^✓ Approved by Bob/);
  });

  test("for a text is answered in a form, as long as it may be", async () => {
    const { people } = stage();
    const { look } = await ask({
      ...{ title: "What is the SLA?", type: "clarification", options: ["None"] },
      routing: { recipients: [{ slack_user_id: DAVE }] },
    });
    const copy = await people.card("D04DAVE", /^✋ What is the SLA/);
    expect(copy.buttons).toEqual(["Answer…", "None"]);
    const answer = `99.9 % ${"in business hours ".repeat(100)}END`;
    expect(await people.fills(DAVE, copy, "Answer", { answer: "  " })).toEqual({
      answer: expect.stringMatching(/required|Write something/),
    });
    expect(await people.fills(DAVE, copy, "Answer", { answer })).toBeNull();
    const settled = await people.becomes(copy, /^✓ Answered by Dave .*\n› 99\.9 %/);
    expect(JSON.stringify(settled.blocks)).toContain("END");
    expect(await look()).toMatchObject({ response: { decision: "text", comment: answer } });
  });

  test("can be handed on: the first copy loses its buttons and says who has it, all settle in the end", async () => {
    const { people } = stage();
    await ask({ title: "Mine or not?", routing: { recipients: [{ slack_user_id: BOB }] } });
    const forBob = await people.card("D02BOB", /^✋ Mine or not/);
    expect(await people.fills(BOB, forBob, "Not mine", { reviewers: [CAROL] })).toBeNull();
    const forCarol = await people.card("D03CAROL", /^✋ Mine or not/);
    const handed = await people.becomes(forBob, /^– Handed on by Bob \d\d:\d\d UTC: Carol can answer/);
    expect(handed.buttons).toEqual([]);
    await people.presses(CAROL, forCarol, "Approve");
    for (const copy of [forBob, forCarol]) await people.becomes(copy, /^✓ Approved by Carol/);
  });

  test("waits on their Home tab, with the buttons, and leaves it when it is settled", async () => {
    const { people } = stage();
    const erin = "U20ERIN";
    await people.act("people", { id: erin, name: "Erin" });
    await ask({
      title: "For Erin's Home?",
      workflow_id: "wf-9",
      routing: { recipients: [{ slack_user_id: erin }] },
    });
    const copy = await people.card("D20ERIN", /^✋ For Erin/);
    const shown = async () => JSON.stringify((await people.home(erin)).blocks);
    await expect.poll(shown, { timeout: 20_000 }).toContain("Waiting for you (1)");
    expect(await shown()).toContain("asked by code-review-agent · agent · until");
    expect(await shown()).toContain("workflow wf-9");
    const offered = buttonsOf(await people.home(erin)).slice(0, 4);
    expect(offered).toEqual(["Open the question", "Approve", "Request changes…", "Reject…"]);
    await people.presses(erin, copy, "Approve");
    await expect.poll(shown, { timeout: 20_000 }).toContain("Waiting for you (0)");
  });
});

describe.concurrent("words under a request's card", () => {
  test("are no answer and begin no goal: who writes them is told how to answer, and may do it there", async () => {
    const { people } = stage();
    const { look } = await ask({
      title: "Really in words?",
      routing: { recipients: [{ slack_user_id: ALICE }] },
    });
    const copy = await people.card("D01ALICE", /^✋ Really in words/);
    await people.says(ALICE, "D01ALICE", "yes, approve it", copy.ts);
    const told = await people.told(ALICE, /^What is written here is no answer/);
    expect(told.shown).toContain("✋ Really in words?");
    expect(told.buttons).toContain("Approve");
    expect(await look()).toMatchObject({ response: null });
    await people.presses(ALICE, copy, "Approve");
    await people.becomes(copy, /^✓ Approved by Alice/);
    await people.says(ALICE, "D01ALICE", "thanks", copy.ts);
    await people.told(ALICE, /^✓ Approved by Alice .* What is written here reaches nobody\./);
    const goals = await stage().sql`select from goals where workspace_id = 'T01LOCAL'`;
    expect(goals.length).toBe(0);
  });

  test("right after we asked somebody in private may be their answer: nothing begins before they have said so", async () => {
    const { people } = stage();
    const fay = "U21FAY";
    await people.act("people", { id: fay, name: "Fay" });
    const { look } = await ask({
      ...{ title: "Which port?", type: "clarification" },
      routing: { recipients: [{ slack_user_id: fay }] },
    });
    const copy = await people.card("D21FAY", /^✋ Which port/);
    await people.says(fay, "D21FAY", "8080");
    const told = await people.told(fay, /^Is “8080” your answer\? Nothing has been answered or begun yet\./);
    expect(told.buttons).toEqual(["Answer…", "Start it as a goal: 8080"]);
    await people.says(fay, "D21FAY", "help"); // a command is a command
    await people.told(fay, /\/goal run release/);
    expect(await people.fills(fay, copy, "Answer", { answer: "8080" })).toBeNull();
    await people.becomes(copy, /^✓ Answered by Fay/);
    expect(await look()).toMatchObject({ response: { comment: "8080" } });
    expect(await stage().sql`select from goals`).toHaveLength(0);
  });

  test("in a channel neither, where they are meant for us", async () => {
    const { people } = stage();
    const place = await channel("chatter", [ALICE, BOB]);
    await ask({ title: "In the channel?", routing: { channels: [place] } });
    const card = await people.card(place, /^✋ In the channel/);
    await people.says(BOB, place, "<@UCSIGN01> go ahead", card.ts);
    await people.told(BOB, /^What is written here is no answer/, place);
  });
});
