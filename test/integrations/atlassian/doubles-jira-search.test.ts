import { expect, it, onTestFinished } from "vitest";
import { jiraClient, paragraph, refusalOf } from "#test/support/atlassian/clients.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { startJira } from "#test/support/atlassian/jira.ts";

async function stage(options: Parameters<typeof startJira>[0] = {}) {
  let at = Date.UTC(2026, 10, 21, 12, 0);
  const jira = await startJira({ now: () => at, limits: "none", ...options });
  onTestFinished(() => jira.close());
  const client = jiraClient(jira);
  const search = async (jql: string, more: Record<string, unknown> = {}) => {
    const found = await client.issueSearch.searchAndReconsileIssuesUsingJqlPost({
      jql,
      fields: ["summary"],
      ...more,
    });
    return found.issues?.map(({ key }) => key) ?? [];
  };
  const pass = (ms: number) => {
    at += ms;
  };
  return { jira, client, search, pass };
}

withContracts("a double of Jira, where issues are searched", () => {
  it("understands what a follower asks", async () => {
    const { jira, search, pass } = await stage();
    const alice = jira.person("alice");
    const epic = alice.creates("PAY", "Epic", "An epic", { labels: ["countersign"] });
    pass(600_000);
    const story = alice.creates("PAY", "Story", "A story", { parent: { key: epic } });
    const other = jira.person("us").creates("MOB", "Task", "Something else");
    alice.moves(story, "Fertig");
    const minutes = (count: number) => `-${count}m`;
    expect(await search("project = PAY ORDER BY created DESC")).toEqual([story, epic]);
    expect(await search(`parent = ${epic}`)).toEqual([story]);
    expect(await search(`key in (${epic}, ${other}) order by key asc`)).toEqual([epic, other]);
    expect(await search("creator = currentUser()")).toEqual([other]);
    expect(await search(`project in (PAY, "MOB") AND created >= ${minutes(5)}`)).toEqual([other, story]);
    expect(await search(`project = PAY and updated < "${minutes(5)}"`)).toEqual([epic]);
    expect(await search('project = PAY and created >= "2026-11-21 12:05"')).toEqual([story]);
    expect(await search(`project = PAY and updated >= ${Date.UTC(2026, 10, 21, 12, 5)}`)).toEqual([story]);
    expect(await search("labels = countersign")).toEqual([epic]);
    expect(await search("project = PAY and labels is EMPTY")).toEqual([story]);
    expect(await search('project = PAY and statusCategory != "Done"')).toEqual([epic]);
    expect(
      await search('project = PAY and (status = "In Arbeit" or summary ~ "story") and not issuetype = Epic'),
    ).toEqual([story]);
  });

  it.each([
    [
      "project =",
      "Error in the JQL Query: Expecting a value, list or function but got the end of the query.",
    ],
    ["project PAY", "Error in the JQL Query: Expecting operator but got 'PAY'."],
    [
      "project = PAY labels = x",
      "Error in the JQL Query: Expecting either 'OR' or 'AND' but got 'labels'. (line 1, character 14)",
    ],
    ["project = NONE", "The value 'NONE' does not exist for the field 'project'."],
    ["key = PAY-99", "An issue with key 'PAY-99' does not exist for field 'key'."],
    ["run = 1", "Field 'run' does not exist or you do not have permission to view it."],
    [
      "issue.property[countersign].run = 1",
      "Field 'issue.property[countersign].run' does not exist or you do not have permission to view it.",
    ],
    ["summary = x", "The operator '=' is not supported by the 'summary' field."],
    [
      'created >= "yesterday"',
      "Date value 'yesterday' for field 'created' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.",
    ],
    [
      "order by created",
      "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.",
    ],
  ])("refuses %s", async (jql, said) => {
    const { search } = await stage();
    expect(await refusalOf(search(jql))).toEqual({ status: 400, said });
  });

  it("gives a page and a token for the next one, and no fields that are not asked for", async () => {
    const { jira, client } = await stage();
    for (const count of [1, 2, 3]) jira.person("alice").creates("PAY", "Task", `Task ${count}`);
    const ask = (more: Record<string, unknown>) =>
      client.issueSearch.searchAndReconsileIssuesUsingJqlPost({
        jql: "project = PAY order by key asc",
        maxResults: 2,
        ...more,
      });
    const first = await ask({});
    expect(first.isLast).toBe(false);
    expect(first.issues?.[0]?.fields).toBeUndefined();
    const last = await ask({
      nextPageToken: first.nextPageToken,
      fields: ["*all"],
      properties: ["countersign"],
    });
    expect(last).toMatchObject({
      isLast: true,
      issues: [{ key: "PAY-3", fields: { summary: "Task 3" }, properties: {} }],
    });
    expect((await refusalOf(ask({ nextPageToken: "made up" }))).status).toBe(400);
    expect(jira.violations).toEqual([]);
  });

  it("finds a new issue only after the lag of its index, unless that issue is reconciled", async () => {
    const { jira, search, pass } = await stage({ indexLagMs: 5_000 });
    const key = jira.person("alice").creates("PAY", "Task", "New");
    expect(await search("project = PAY")).toEqual([]);
    expect(await search("project = PAY", { reconcileIssues: [Number(jira.issue(key).id)] })).toEqual([key]);
    pass(5_000);
    expect(await search("project = PAY")).toEqual([key]);
    pass(60_000);
    jira.person("alice").labels(key, "x");
    expect(await search("project = PAY and updated >= -1m")).toEqual([]);
    jira.lag(0);
    expect(await search("project = PAY and updated >= -1m")).toEqual([key]);
  });

  it("fetches many at once and names those that are not there", async () => {
    const { jira, client } = await stage();
    const key = jira.person("alice").creates("PAY", "Task", "One");
    const found = await client.issues.bulkFetchIssues({
      issueIdsOrKeys: [key, "PAY-9"],
      fields: ["summary"],
    });
    expect(found.issues).toMatchObject([{ key, fields: { summary: "One" } }]);
    expect(found.issueErrors).toMatchObject([{ id: "PAY-9" }]);
    expect(jira.violations).toEqual([]);
  });

  it("sends many along a way while one waits, and says which could not go", async () => {
    const { jira, client, pass } = await stage({ bulkTaskMs: 1_000 });
    const alice = jira.person("alice");
    const [one, two] = [alice.creates("PAY", "Task", "One"), alice.creates("PAY", "Task", "Two")];
    alice.moves(two, "Fertig");
    const { taskId = "" } = await client.issueBulkOperations.submitBulkTransition({
      bulkTransitionInputs: [{ selectedIssueIdsOrKeys: [one, two, "PAY-9"], transitionId: "31" }],
    });
    const progress = () => client.issueBulkOperations.getBulkOperationProgress({ taskId });
    expect(await progress()).toMatchObject({ status: "RUNNING", progressPercent: 0 });
    pass(1_000);
    expect(await progress()).toMatchObject({
      status: "COMPLETE",
      processedAccessibleIssues: [Number(jira.issue(one).id)],
      failedAccessibleIssues: { [jira.issue(two).id]: ["Transition id '31' is not valid for this issue."] },
      invalidOrInaccessibleIssueCount: 1,
    });
    expect(jira.statusOf(one)).toBe("Fertig");
    expect(jira.violations).toEqual([]);
  });

  it("lists what was written twice", async () => {
    const { jira, client } = await stage();
    const make = () =>
      client.issues.createIssue({
        fields: { project: { key: "PAY" }, issuetype: { name: "Epic" }, summary: "Run" },
        properties: [{ key: "countersign", value: { run: "1" } }],
      });
    const { key = "" } = await make();
    expect(jira.doubles()).toEqual([]);
    await make();
    const property = { key: "of", value: 7 };
    for (const text of ["a", "b"])
      await client.issueComments.addComment({
        issueIdOrKey: key,
        body: paragraph(text),
        properties: [property],
      });
    expect(jira.doubles()).toMatchObject([
      { what: "issue property countersign", value: { run: "1" }, where: ["PAY-1", "PAY-2"] },
      { what: "comment property of", value: 7 },
    ]);
  });
});
