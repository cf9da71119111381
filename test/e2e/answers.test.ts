import { describe, expect, test, vi } from "vitest";
import { tagged } from "#test/support/e2e/repository.ts";
import { ALICE, BOB, CAROL, DAVE, type RoomWish } from "#test/support/e2e/room.ts";
import { useStage } from "#test/support/e2e/stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const stage = useStage(await testDatabase());

/** Alice has asked for a release, and its approval is asked for. */
async function asked(name: string, wish: RoomWish = {}) {
  const slack = await stage().room(name, wish);
  await slack.types(ALICE, "/goal run ship version=1.2.3");
  const goal = await slack.card(new RegExp(`^Ship ${name}`));
  const question = await slack.card(/^✋ Tag /, goal);
  return { slack, goal, question };
}

describe.concurrent("an approval", () => {
  test("that is rejected ends the goal, with the reason, without a tag", async () => {
    const { slack, goal, question } = await asked("rejected");
    expect(await slack.fills(BOB, question, "Reject", { note: "Not before Monday." })).toBeNull();
    const settled = await slack.becomes(question, /^✕ Rejected by Bob .* → the goal ends here/);
    expect(settled.shown).toContain("› Not before Monday.");
    expect(settled.buttons).toEqual([]);
    await slack.becomes(goal, /✕ Failed after .* · Rejected by Bob: Not before Monday\./);
    const result = await slack.card(/^✕ Failed after/, goal);
    expect(result.shown).toContain("for @Alice");
    expect(result.buttons).toEqual(["Rework…"]);
    expect(tagged(slack.repository, "v1.2.3")).toBeNull();
  });

  test("with changes requested blocks the step, and can be asked for again", async () => {
    const { slack, goal, question } = await asked("changes");
    expect(await slack.fills(BOB, question, "Request changes", { note: "" })).toEqual({
      note: expect.stringContaining("required"),
    });
    expect(await slack.fills(BOB, question, "Request changes", { note: "   " })).toEqual({
      note: "Write something first: it goes to whoever works on it.",
    });
    expect(await slack.fills(BOB, question, "Request changes", { note: "Mention the API." })).toBeNull();
    await slack.becomes(question, /^↺ .*Bob .* → a person must say how it goes on/);
    const card = await slack.card(/^✕ @Alice, Approve the tag is stuck/, goal);
    expect(card.shown).toContain("Bob asked for changes: Mention the API.");
    expect(card.buttons).toEqual(["Ask again", "Rework…", "Cancel the goal"]);
    await slack.becomes(goal, /✕ Blocked/);

    await slack.presses(ALICE, card, "Ask again");
    const again = await slack.card(/^✋ Tag changes/, goal);
    expect(again.ts).not.toBe(question.ts);
    await slack.presses(BOB, again, "Approve");
    await slack.becomes(goal, /✓ Done/);
    expect(tagged(slack.repository, "v1.2.3")).not.toBeNull();
  });

  test("that somebody presses twice counts once, and says so", async () => {
    const { slack, goal, question } = await asked("double");
    await Promise.all([slack.presses(BOB, question, "Approve"), slack.presses(BOB, question, "Approve")]);
    const told = await slack.told(BOB, /Your click changed nothing/);
    expect(told.shown).toMatch(/^✓ Approved by Bob \d\d:\d\d UTC\. Your click changed nothing\.$/);
    await slack.becomes(goal, /✓ Done/);
    expect((await slack.thread(goal)).filter(({ shown }) => shown.includes("Approved by Bob"))).toHaveLength(
      1,
    );
  });

  test("that two people answer at the same moment has one outcome, and the other is told who and when", async () => {
    const { slack, goal, question } = await asked("two", { members: [ALICE, BOB, CAROL] });
    const form = await slack.presses(CAROL, question, "Reject");
    if (!form) throw new Error("No form was opened.");
    await Promise.all([slack.presses(BOB, question, "Approve"), slack.sends(CAROL, form, { note: "No." })]);
    const settled = await slack.becomes(question, /^(✓ Approved by Bob|✕ Rejected by Carol)/);
    const [winner, loser] = settled.shown.startsWith("✓") ? ["Bob", CAROL] : ["Carol", BOB];
    const where = loser === BOB ? slack.channel : "D03CAROL"; // a form stands in no channel
    const told = await stage().people.told(loser, /Your click changed nothing/, where);
    expect(told.shown).toMatch(new RegExp(`by ${winner} \\d\\d:\\d\\d UTC`));
    await slack.becomes(goal, winner === "Bob" ? /✓ Done/ : /✕ Failed/);
    expect(tagged(slack.repository, "v1.2.3") === null).toBe(winner === "Carol");
  });

  test("is refused to whoever asked for it, while somebody else may give it", async () => {
    const { slack, question } = await asked("eyes");
    await slack.presses(ALICE, question, "Approve");
    await slack.told(ALICE, /^You asked for this, so somebody else must answer \(four eyes\)\.$/);
    expect((await slack.becomes(question, /^✋/)).buttons).toContain("Approve: tag v1.2.3");
  });

  test("is refused to guests, strangers and whoever is not in the channel", async () => {
    const { act } = stage().people;
    const room = { channels: ["C9STRANGERS"] };
    const { slack, question } = await asked("strangers", { members: [ALICE, BOB] });
    await act("people", { id: "U10GUEST", name: "Gus", is_restricted: true, ...room });
    await act("people", { id: "U11SINGLE", name: "Sina", is_ultra_restricted: true, ...room });
    await act("people", { id: "U12OTHER", name: "Otto", is_stranger: true, ...room });
    for (const person of ["U10GUEST", "U11SINGLE", "U12OTHER"]) {
      await slack.presses(person, question, "Approve");
      await slack.told(person, /^Only full members of this workspace can answer\.$/);
      await slack.types(person, "/goal run ship version=2.0.0");
      await slack.told(person, /^Only full members of this workspace can start goals\.$/);
    }
    await expect(slack.presses(DAVE, question, "Approve")).rejects.toThrow(/not_in_channel/);
    expect(tagged(slack.repository, "v1.2.3")).toBeNull();
    expect((await slack.cards()).filter(({ user }) => user === "UCSIGN01")).toHaveLength(1);
  });

  test("can carry a note, which is shown and is no condition", async () => {
    const { slack, goal, question } = await asked("note");
    expect(await slack.fills(BOB, question, "Approve with a note", { note: "Nice work." })).toBeNull();
    await slack.becomes(question, /^✓ Approved by Bob [\s\S]*› Nice work\./);
    await slack.becomes(goal, /✓ Done/);
  });
});
