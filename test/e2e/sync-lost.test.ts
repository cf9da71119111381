import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { type BothSystems, openBothSystems, shipInto } from "#test/support/e2e/both-systems.ts";
import { ALICE } from "#test/support/e2e/room.ts";
import { useStage } from "#test/support/e2e/stage.ts";
import { allShown, behindIn } from "#test/support/e2e/sync.ts";
import { until } from "#test/support/e2e/until.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const database = await testDatabase();
const { sql } = database;
const stage = useStage(database);

/** What is done after the first thing is made, each by its kind of call; nobody learns that it is. */
const lost = ({ jira, confluence }: BothSystems) =>
  [
    ["createIssues", jira],
    ["addComment", jira],
    ["submitBulkTransition", jira],
    ["createOrUpdateRemoteIssueLink", jira],
    ["updatePage", confluence],
    ["createPageProperty", confluence],
    ["addLabelsToContent", confluence],
  ] as const;

withContracts("answers that are lost", () => {
  let systems: BothSystems;
  beforeAll(async () => {
    systems = await openBothSystems();
  });
  afterAll(() => systems.close());

  test("answers that never come: the run is done before the first one is given up, and what was done all the same is found", async () => {
    const { jira, confluence } = systems;
    jira.faults.hangAfter("createIssue");
    confluence.faults.hangAfter("createPage");
    const { slack, approve } = await shipInto(stage(), "hang", systems);
    const asked = await until("Jira to be asked", async () =>
      jira.calls.find(({ operationId }) => operationId === "createIssue"),
    );
    await approve();
    expect(asked.status).toBe(0);
    expect(await behindIn(sql, "jira")).toHaveLength(1);
    for (const [operation, far] of lost(systems)) far.faults.breakAfter(operation);
    await sql`update facts set at = at - ${12 * 60_000}`;
    await until("both to be given up", async () => (await sql`select from circuits`).length === 2);
    await slack.types(ALICE, "/goal status");
    const status = await slack.told(ALICE, /Jira is 12 minutes behind/);
    expect(status.shown).toContain("◐ Jira is 12 minutes behind: it does not answer in time");
    await allShown(sql, ["jira", "confluence"], 5_000);
    for (const [operation, far] of lost(systems))
      expect([
        operation,
        far.calls.filter((call) => call.operationId === operation && call.status === 0).length,
      ]).toEqual([operation, 1]);
    expect(confluence.pages()).toHaveLength(1);
    expect(jira.issues()).toHaveLength(4);
    expect(systems.epic().comments).toHaveLength(2);
    systems.expectDone();
  });
});
