import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { type Jira, startJira } from "#test/support/atlassian/jira.ts";
import { commentsOn, connectJira } from "#test/support/e2e/jira.ts";
import { ALICE, BOB } from "#test/support/e2e/room.ts";
import { useStage } from "#test/support/e2e/stage.ts";
import { until } from "#test/support/e2e/until.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const stage = useStage(await testDatabase());

withContracts("a goal is one issue in Jira", () => {
  let far: Jira;
  beforeAll(async () => {
    far = await startJira();
  });
  afterAll(async () => {
    expect(far.violations).toEqual([]);
    expect(far.doubles()).toEqual([]);
    await far.close();
  });

  test("a new one, where its words name none: approved in Slack, done in Jira, and the same one again", async () => {
    const guest = "U10GUEST";
    await stage().people.act("people", { id: guest, name: guest, is_restricted: true });
    const slack = await stage().room("newone", { members: [ALICE, BOB, guest] });
    await connectJira(stage(), "newone", far, { project: "MOB", mode: "issue", goOn: false });
    await slack.types(ALICE, "/goal run ship version=1.2.3");
    const goal = await slack.card(/^Ship newone/);
    const ask = await slack.card(/would write to Jira project MOB for the first time/, goal);
    await slack.presses(guest, ask, "Go on");
    await slack.told(guest, /^Only full members of .*can let this write to Jira/);
    expect(far.issues()).toEqual([]);
    await slack.presses(ALICE, ask, "Go on");
    const issue = await until("an issue", async () => far.issues().at(-1));
    const question = await slack.card(/^✋ Tag /, goal);
    await slack.fills(BOB, question, "Reject", { note: "Later." });
    await slack.card(/^✕ Failed/, goal);
    await until("the rejection in Jira", async () =>
      commentsOn(far, issue.key).at(-1)?.includes("Failed after"),
    );
    expect(far.statusOf(issue.key)).toBe("In Progress");
    expect(commentsOn(far, issue.key).join("\n\n")).toContain(
      "Rejected by Bob: “Tag newone v1.2.3?”\nLater.",
    );

    const [number = ""] = /\bg\d+\b/.exec(goal.shown) ?? [];
    await slack.types(ALICE, `/goal rework ${number} with the API`);
    await slack.becomes(goal, /✋ Waiting/);
    await slack.presses(BOB, await slack.card(/^✋ Tag /, goal), "Approve");
    await slack.becomes(goal, /✓ Done/);
    await until("it to be done", async () => far.statusOf(issue.key) === "Done");
    expect(far.issues()).toHaveLength(1);
    expect(issue.links).toHaveLength(1);
  });

  test("the one that its words name: commented as what it is, a rehearsal, and left where it is", async () => {
    const slack = await stage().room("named");
    await connectJira(stage(), "named", far);
    const key = far.person("alice").creates("PAY", "Task", "The health check lies");
    await slack.types(ALICE, `/goal Mend ${key}`);
    const goal = await slack.card(new RegExp(`^Mend ${key}`));
    const question = await slack.card(/^✋ Rehearsal: would you agree/, goal);
    await slack.presses(BOB, question, "Approve (decides nothing)");
    await slack.becomes(goal, /\n✓ Rehearsed: nothing was changed/);
    await until("its end in Jira", async () =>
      commentsOn(far, key).at(-1)?.includes("Rehearsed (nothing was changed)"),
    );
    const said = commentsOn(far, key).join("\n");
    expect(said).toContain("Rehearsed approval by Bob, which decides nothing");
    expect(said).not.toMatch(/\bDone in|\nApproved by/);
    expect(far.statusOf(key)).toBe("Offen");
    expect(far.issue(key).links).toHaveLength(1);
  });
});
