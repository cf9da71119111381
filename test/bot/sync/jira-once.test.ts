import { expect, it } from "vitest";
import { Later } from "#bot/followers.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { commentsOn } from "#test/support/e2e/jira.ts";
import { type JiraDouble, openJiraStage } from "#test/support/jira-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { command, model, person } from "#test/support/sample-run.ts";

const database = await testDatabase();
const open = () => openJiraStage(database, { mode: "epic" });
const plan = [model("build"), person("agree", "approval", ["build"]), command("tag", ["agree"])];

const standings = (far: JiraDouble) => far.issues().map(({ key }) => far.statusOf(key));
const clean = (far: JiraDouble) => {
  expect(far.doubles()).toEqual([]);
  expect(far.violations).toEqual([]);
};

withContracts("what was made before", () => {
  it.each([
    ["createIssue", 1],
    ["createIssues", 1],
    ["addComment", 1],
    ["addComment", 2],
    ["doTransition", 1],
    ["createOrUpdateRemoteIssueLink", 1],
    ["updateComment", 1],
  ])("is not made again: %s number %i is carried out, and nobody hears of it", async (operation, nth) => {
    const { far, begin, begins, ends, notes, settle, restart, passes } = await open();
    far.faults.breakAfter(operation, { nth });
    const id = await begin([model("build"), model("check", ["build"])]);
    await settle(id);
    restart();
    await begins(id, "build");
    await notes(id, "build", "half of it");
    await passes(31_000);
    await settle(id);
    await ends(id, "build");
    await begins(id, "check");
    await ends(id, "check");
    await settle(id);
    expect(far.issues()).toHaveLength(3);
    expect(standings(far)).toEqual(["Fertig", "Fertig", "Fertig"]);
    expect(commentsOn(far, far.issues()[0]?.key ?? "")).toHaveLength(3);
    clean(far);
  });

  it("is not looked for before Jira can know it, and then found though search is slow", async () => {
    const { far, begin, look, passes, settle } = await open();
    far.lag(20_000);
    far.faults.breakAfter("createIssue");
    const id = await begin(plan);
    await expect(look(id)).rejects.toThrow(Later);
    await passes(2_100);
    await expect(look(id)).rejects.toMatchObject({ name: "Later", waitMs: expect.closeTo(28_000, -4) });
    far.lag(0);
    await settle(id);
    expect(far.issues()).toHaveLength(4);
    clean(far);
  });

  it("is made again at once where it was refused, or nobody was asked", async () => {
    const { far, begin, look, passes } = await open();
    far.faults.limit("createIssue", 3);
    const id = await begin(plan);
    await expect(look(id)).rejects.toMatchObject({ name: "Later", waitMs: expect.closeTo(3_000, -3) });
    await expect(look(id)).rejects.toThrow(Later);
    await passes(3_100);
    await look(id);
    expect(far.count("searchAndReconsileIssuesUsingJqlPost")).toBe(0);
    expect(far.issues()).toHaveLength(4);
  });
});
