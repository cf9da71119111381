import { describe, expect, test, vi } from "vitest";
import { commitFiles, git, tagged } from "#test/support/e2e/repository.ts";
import { ALICE, BOB, type Room } from "#test/support/e2e/room.ts";
import { useStage } from "#test/support/e2e/stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const stage = useStage(await testDatabase());
const BROKEN = { "test.sh": "echo 'not ok 1 - the total is right'\nexit 1\n" };

/** Where a run works, as git tells whoever asks for its branch. */
function worktreeOf({ repository }: Room): string {
  const [, path = ""] =
    /^worktree (\S+)\nHEAD \w+\nbranch refs\/heads\/countersign\//m.exec(
      git(repository, "worktree", "list", "--porcelain"),
    ) ?? [];
  return path;
}

/** Alice asks for a release whose test fails; resolves when everything was tried and she is asked how it goes on. */
async function stuck(name: string) {
  const slack = await stage().room(name, { files: BROKEN });
  await slack.types(ALICE, "/goal run ship version=1.2.3");
  const goal = await slack.card(new RegExp(`^Ship ${name}`));
  const card = await slack.card(/^✕ @Alice, Run the tests is stuck/, goal);
  return { slack, goal, card };
}

describe.concurrent("a failing test", () => {
  test("is tried four times, then a person is asked; mended and tried again it leads to the tag", async () => {
    const { slack, goal, card } = await stuck("mended");
    expect(card.shown).toContain("Tried 4 times, with pauses between.");
    expect(card.shown).toContain("the total is right");
    expect(card.buttons).toEqual(["Try again", "Skip", "Take it myself", "Rework…", "Cancel the goal"]);
    const blocked = await slack.becomes(goal, /✕ Blocked/);
    expect(blocked.shown).not.toContain("Done");
    expect(tagged(slack.repository, "v1.2.3")).toBeNull();

    const mend = commitFiles(worktreeOf(slack), { "test.sh": "echo fine\n" });
    await slack.presses(ALICE, card, "Try again");
    const acted = await slack.becomes(card, /^↺ Tried again by Alice/);
    expect(acted.buttons).toEqual([]);
    await slack.presses(BOB, await slack.card(/^✋ Tag mended/, goal), "Approve");
    await slack.becomes(goal, /✓ Done in .* · approved by Bob/);
    expect(tagged(slack.repository, "v1.2.3")).toBe(mend);
  });

  test("can be skipped, and the approval is asked for all the same", async () => {
    const { slack, goal, card } = await stuck("skipped");
    await slack.presses(BOB, card, "Skip");
    expect((await slack.becomes(card, /^– Skipped by Bob/)).buttons).toEqual([]);
    const asked = await slack.card(/^✋ Tag skipped v1\.2\.3/, goal);
    expect(asked.text).toContain("skipped: Run the tests");
    expect(tagged(slack.repository, "v1.2.3")).toBeNull();
  });

  test("can be taken over by a person, who says when it is done", async () => {
    const { slack, goal, card } = await stuck("taken");
    await slack.presses(BOB, card, "Take it myself");
    await slack.becomes(card, /^✋ Taken over by Bob/);
    const work = await slack.card(/^✋ @Bob, .*Run the tests/, goal);
    await slack.presses(BOB, work, "Done");
    await slack.becomes(work, /^✓ .*done.* → Approve the tag/);
    const asked = await slack.card(/^✋ Tag taken v1\.2\.3/, goal);
    expect(asked.text).toContain("done by hand: Run the tests");
  });

  test("can end the goal, which leaves no tag and is not Done", async () => {
    const { slack, goal, card } = await stuck("given-up");
    await slack.presses(ALICE, card, "Cancel the goal");
    const ended = await slack.becomes(goal, /– Cancelled after/);
    expect(ended.shown).not.toContain("Done");
    expect((await slack.becomes(card, /^– Goal cancelled by Alice/)).buttons).toEqual([]);
    expect(tagged(slack.repository, "v1.2.3")).toBeNull();
  });

  test("ends a goal at once where its command is not there: that is not tried again", async () => {
    const slack = await stage().room("missing", { files: { "test.sh": "no-such-program\n" } });
    await slack.types(ALICE, "/goal run ship version=1.2.3");
    const goal = await slack.card(/^Ship missing/);
    const card = await slack.card(/is stuck/, goal);
    expect(card.shown).toContain("Command not found: no-such-program. Install it on this machine");
    expect(card.shown).toContain("Tried once.");
  });
});
