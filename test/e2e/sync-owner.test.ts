import { expect, test, vi } from "vitest";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { startJira } from "#test/support/atlassian/jira.ts";
import { connectJira } from "#test/support/e2e/jira.ts";
import { ALICE, CAROL } from "#test/support/e2e/room.ts";
import { useStage } from "#test/support/e2e/stage.ts";
import { until } from "#test/support/e2e/until.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const stage = useStage(await testDatabase());
const DIRECT = "D03CAROL";

withContracts("a field that Jira requires", () => {
  test("is told to the project's owner, who has it set and presses Try again; the goal went on meanwhile", async () => {
    const far = await startJira();
    try {
      const slack = await stage().room("team", { project: { ownerId: CAROL } });
      const { people } = stage();
      await connectJira(stage(), "team", far, { project: "TEAM" });
      expect(await slack.types(ALICE, "/goal run ship version=1.2.3")).toBeNull();
      const goal = await slack.card(/^Ship team/);
      const asks = await people.card(DIRECT, /^✋ Jira needs you for team/);
      expect(asks.shown).toMatch(
        /Jira did not accept the issue: field 'Team' is required\. Set `jira\.fields\.team` for team, to one of Red, Blue\./,
      );
      expect(asks.shown).toMatch(/Goals go on meanwhile, and nothing is lost\.\n\[Try again\]/);
      await slack.becomes(goal, /Waiting|Working/);
      await slack.types(ALICE, "/goal status");
      await slack.told(
        ALICE,
        /✕ Jira is stuck at g\d+: Jira did not accept the issue: .* \(ref [0-9a-f]{6}\)/,
      );

      await people.presses(CAROL, asks, "Try again");
      await people.told(CAROL, /1 goal is written to Jira now/);
      await until("it to be stuck again", async () => (await stuck()) === 1);
      expect((await people.cards(DIRECT)).filter(({ shown }) => /needs you/.test(shown))).toHaveLength(1);

      await connectJira(stage(), "team", far, { project: "TEAM", fields: { Team: "Red" } });
      await people.presses(CAROL, asks, "Try again");
      await until("the epic and its stories", async () => far.issues().length === 4);
      await until("the link", async () => far.issues()[0]?.links.length === 1);
      await slack.types(ALICE, "/goal status");
      await slack.told(ALICE, /\[Open TEAM-1\]/);
      expect(far.doubles()).toEqual([]);
    } finally {
      await far.close();
    }
  });
});

const stuck = async (): Promise<number> =>
  (await stage().sql`select from cursors where follower = 'jira' and stuck_at is not null`).length;
