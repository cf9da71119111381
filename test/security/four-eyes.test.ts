import { describe, expect, test, vi } from "vitest";
import { tagged } from "#test/support/e2e/repository.ts";
import { ALICE, BOB, CAROL, DAVE } from "#test/support/e2e/room.ts";
import { useStage } from "#test/support/e2e/stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 60_000 });
const stage = useStage(await testDatabase());

/** Opens the goal's form and sends it with these reviewers; what is wrong with it, whichever field says so. */
async function asksFor(channel: string, reviewers: readonly string[]): Promise<string> {
  const { people } = stage();
  await people.types(ALICE, channel, "/goal");
  const form = await people.form(ALICE);
  if (!form) throw new Error("No form was opened.");
  return Object.values((await people.sends(ALICE, form, { goal: "Ship it", reviewers })) ?? {}).join(" ");
}

describe("nobody approves their own goal by choosing who else may answer", () => {
  test("not by typing it where nobody else is: the project's channel answers", async () => {
    const { people, room, sql } = stage();
    const slack = await room("elsewhere", { members: [ALICE, BOB] });
    await sql`update workflows set project_id = (select id from projects where name = 'elsewhere') where name = 'ship'`;
    await people.types(ALICE, "D01ALICE", "/goal run ship version=1.2.3");
    await sql`update workflows set project_id = null where name = 'ship'`;
    const goal = await people.card("D01ALICE", /^Ship elsewhere/);
    const mine = await people.card("D01ALICE", /^✋ Tag elsewhere v1\.2\.3\?/, goal);
    expect(mine.buttons).not.toContain("Approve alone…");
    await people.presses(ALICE, mine, "Approve");
    await people.told(ALICE, /somebody else must answer/);

    const theirs = await slack.card(/^✋ Tag elsewhere v1\.2\.3\?/);
    expect(tagged(slack.repository, "v1.2.3")).toBeNull();
    await slack.presses(BOB, theirs, "Approve");
    for (const copy of [mine, theirs]) {
      const settled = await people.becomes(copy, /^✓ Approved by Bob/);
      expect(settled.buttons.filter((label) => label !== "Open thread")).toEqual([]);
    }
    await people.becomes(goal, /✓ Done .* approved by Bob/);
  });

  test("not by naming themselves in the form", async () => {
    const { channel } = await stage().room("self");
    expect(await asksFor(channel, [ALICE])).toContain("than yourself");
    expect(await asksFor(channel, [ALICE, BOB])).toContain("than yourself");
  });

  test("not by naming a bot, which can never answer", async () => {
    const { channel } = await stage().room("bots");
    expect(await asksFor(channel, ["UCSIGN01"])).toContain("full members");
  });

  test("not by naming a friend where the project has reviewers", async () => {
    const { people, room } = stage();
    const slack = await room("friends", {
      members: [ALICE, BOB, DAVE],
      project: { reviewers: [BOB, CAROL] },
    });
    expect(await asksFor(slack.channel, [DAVE])).toContain("friends has its own reviewers");
    await slack.types(ALICE, "/goal run ship version=1.2.3");
    const goal = await slack.card(/^Ship friends/);
    const question = await slack.card(/^✋ @Bob or @Carol, Tag friends/, goal);
    expect(await slack.fills(ALICE, question, "Not mine", { reviewers: [DAVE] })).toEqual({
      reviewers: expect.stringMatching(/^Only .* can be asked for this/),
    });
    expect(await slack.fills(ALICE, question, "Not mine", { reviewers: [CAROL] })).toBeNull();
    await people.card("D03CAROL", /^✋ Tag friends/);
  });
});
