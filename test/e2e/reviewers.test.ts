import { describe, expect, test, vi } from "vitest";
import { tagged } from "#test/support/e2e/repository.ts";
import { ALICE, BOB, CAROL, DAVE, SHIP, saveTeamWorkflow } from "#test/support/e2e/room.ts";
import { useStage } from "#test/support/e2e/stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const stage = useStage(await testDatabase());

/** The same release, with a tag that is of high risk. */
const GRAVE = {
  ...SHIP,
  name: "grave",
  steps: SHIP.steps.map((step) => (step.key === "approve" ? { ...step, risk: "high" } : step)),
};

describe.concurrent("who may approve", () => {
  test("named reviewers get it as a direct message, nobody else may answer, and every copy loses its buttons", async () => {
    const { people, room } = stage();
    const slack = await room("named", {
      members: [ALICE, BOB, CAROL, DAVE],
      project: { reviewers: [BOB, CAROL] },
    });
    await slack.types(ALICE, "/goal run ship version=1.2.3");
    const goal = await slack.card(/^Ship named/);
    const question = await slack.card(/^✋ @Bob or @Carol, Tag named v1\.2\.3\?/, goal);
    const direct = /^✋ Tag named v1\.2\.3\?/;
    const [forBob, forCarol] = [await people.card("D02BOB", direct), await people.card("D03CAROL", direct)];
    for (const copy of [question, forBob, forCarol]) expect(copy.buttons).toContain("Approve: tag v1.2.3");
    await slack.presses(DAVE, question, "Approve");
    await slack.told(DAVE, /^Only Bob or Carol can answer this\.$/);

    await people.presses(CAROL, forCarol, "Approve");
    for (const copy of [question, forBob, forCarol]) {
      const settled = await people.becomes(copy, /^✓ Approved by Carol .* → Tag v1\.2\.3 ✓/);
      expect(settled.buttons.filter((label) => label !== "Open thread")).toEqual([]);
    }
    await slack.becomes(goal, /✓ Done .* approved by Carol/);
    expect(tagged(slack.repository, "v1.2.3")).not.toBeNull();
  });

  test("whoever is alone approves alone, and that is recorded", async () => {
    const slack = await stage().room("alone", { members: [ALICE] });
    await slack.types(ALICE, "/goal run ship version=1.2.3");
    const goal = await slack.card(/^Ship alone/);
    const question = await slack.card(/^✋ Tag alone/, goal);
    expect(question.shown).toContain("Nobody but Alice, who asked, may answer this.");
    expect(question.buttons).toEqual(["Approve alone…", "Request changes…", "Reject…", "Not mine…"]);
    await slack.presses(ALICE, question, "Approve alone");
    await slack.becomes(question, /^✓ Approved alone by Alice, who asked/);
    await slack.becomes(goal, /✓ Done .* approved alone by Alice, who asked/);
    expect(tagged(slack.repository, "v1.2.3")).not.toBeNull();
  });

  test("what is grave nobody approves alone: a reviewer is named, and gets it as a direct message", async () => {
    const { people, room, sql } = stage();
    await saveTeamWorkflow(sql, GRAVE);
    const slack = await room("grave", { members: [ALICE] });
    await slack.types(ALICE, "/goal run grave version=1.2.3");
    const goal = await slack.card(/^Ship grave/);
    const question = await slack.card(/^✋ Tag grave/, goal);
    expect(question.shown).toContain("Nobody but Alice, who asked, is here to answer. Name somebody else.");
    expect(question.buttons).toEqual(["Name a reviewer…", "Cancel the goal"]);

    expect(await slack.fills(ALICE, question, "Name a reviewer", { reviewers: [] })).toEqual({
      reviewers: expect.stringMatching(/required|Name one to five people/),
    });
    expect(await slack.fills(ALICE, question, "Name a reviewer", { reviewers: [ALICE] })).toEqual({
      reviewers: "Name somebody else than the person who asked.",
    });
    expect(await slack.fills(ALICE, question, "Name a reviewer", { reviewers: ["UCSIGN01"] })).toEqual({
      reviewers: expect.stringContaining("only full members"),
    });
    expect(await slack.fills(ALICE, question, "Name a reviewer", { reviewers: [DAVE] })).toBeNull();
    const forDave = await people.card("D04DAVE", /^✋ Tag grave/);
    expect(forDave.shown).toContain("high risk");
    await people.presses(DAVE, forDave, "Approve");
    await slack.becomes(goal, /✓ Done .* approved by Dave/);
  });

  test("“Not mine” hands the question to somebody else", async () => {
    const { people, room } = stage();
    const slack = await room("handed", { members: [ALICE, BOB, CAROL], project: { reviewers: [BOB] } });
    await slack.types(ALICE, "/goal run ship version=1.2.3");
    const goal = await slack.card(/^Ship handed/);
    const question = await slack.card(/^✋ @Bob, Tag handed/, goal);
    await slack.presses(CAROL, question, "Not mine");
    await slack.told(CAROL, /^Only Bob, or Alice, who asked, can name other reviewers\.$/);
    expect(await slack.fills(BOB, question, "Not mine", { reviewers: [CAROL] })).toBeNull();
    const forBob = await people.card("D02BOB", /Tag handed/);
    const forCarol = await people.card("D03CAROL", /^✋ Tag handed/);
    const handedOn = await people.becomes(forBob, /^– Handed on by Bob \d\d:\d\d UTC: Carol can answer/);
    expect(handedOn.buttons).toEqual([]);
    await slack.presses(BOB, question, "Approve");
    await slack.told(BOB, /^Only Carol can answer this\.$/);
    await people.presses(CAROL, forCarol, "Approve");
    await slack.becomes(goal, /✓ Done .* approved by Carol/);
    await people.becomes(forBob, /^✓ Approved by Carol/);
  });

  test("with four eyes always, nobody approves their own goal even when they are alone", async () => {
    const slack = await stage().room("always", { members: [ALICE], project: { fourEyes: "always" } });
    await slack.types(ALICE, "/goal run ship version=1.2.3");
    const goal = await slack.card(/^Ship always/);
    const question = await slack.card(/^✋ Tag always/, goal);
    expect(question.buttons).toEqual(["Name a reviewer…", "Cancel the goal"]);
  });
});
