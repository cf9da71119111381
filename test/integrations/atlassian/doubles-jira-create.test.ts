import { expect, it, onTestFinished } from "vitest";
import { jiraClient, paragraph, refusalOf } from "#test/support/atlassian/clients.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { startJira } from "#test/support/atlassian/jira.ts";

async function stage() {
  const jira = await startJira();
  onTestFinished(() => jira.close());
  const client = jiraClient(jira);
  const make = (project: string, type: string, more: Record<string, unknown> = {}) =>
    client.issues.createIssue({
      fields: { project: { key: project }, issuetype: { name: type }, summary: "It", ...more },
    });
  return { jira, client, make };
}

const label = "Field 'labels' cannot be set. It is not on the appropriate screen, or unknown.";
const hierarchy = "parentId: Given parent work item does not belong to appropriate hierarchy.";

withContracts("a double of Jira, where issues are made", () => {
  it("keeps an epic with its properties, stories under it, and shows them as the real client expects", async () => {
    const { jira, client, make } = await stage();
    const epic = await client.issues.createIssue({
      fields: {
        project: { key: "PAY" },
        issuetype: { name: "Epic" },
        summary: "Run",
        description: paragraph("what"),
        labels: ["countersign"],
      },
      properties: [{ key: "countersign", value: { run: "1" } }],
    });
    const story = await make("PAY", "Story", {
      parent: { key: epic.key },
      assignee: { accountId: "5b10a:alice" },
    });
    const read = await client.issues.getIssue({ issueIdOrKey: story.key ?? "", properties: ["*all"] });
    expect(read.fields).toMatchObject({
      summary: "It",
      status: { name: "Offen", statusCategory: { key: "new" } },
      parent: { key: epic.key },
      assignee: { displayName: "Alice Ahrens", emailAddress: "alice@example.com" },
      creator: { displayName: "Countersign" },
    });
    expect(jira.issue(epic.key ?? "").properties.get("countersign")).toEqual({ run: "1" });
    expect(jira.calls.map(({ operationId, status }) => [operationId, status])).toEqual([
      ["createIssue", 201],
      ["createIssue", 201],
      ["getIssue", 200],
    ]);
    expect(jira.violations).toEqual([]);
  });

  it.each([
    ["an unknown project", "NONE", "Task", {}, 400, "project: valid project is required"],
    ["a project that is hidden", "HID", "Task", {}, 400, "project: valid project is required"],
    [
      "a project where we may not",
      "READ",
      "Task",
      {},
      403,
      "You do not have permission to create issues in this project.",
    ],
    ["an unknown issue type", "PAY", "Feature", {}, 400, "issuetype: Specify a valid issue type"],
    ["an epic where there are none", "OPS", "Epic", {}, 400, "issuetype: Specify a valid issue type"],
    ["a field that is on no screen", "OPS", "Task", { labels: ["x"] }, 400, `labels: ${label}`],
    ["a required field left out", "TEAM", "Story", {}, 400, "customfield_10050: Team is required."],
    [
      "an option that is none",
      "TEAM",
      "Story",
      { customfield_10050: { value: "Green" } },
      400,
      "customfield_10050: Option value 'Green' is not valid",
    ],
    ["no epic name", "EPN", "Epic", {}, 400, "customfield_10011: Epic Name is required."],
    [
      "a summary of two lines",
      "PAY",
      "Task",
      { summary: "a\nb" },
      400,
      "summary: The summary is invalid because it contains newline characters.",
    ],
    [
      "a long summary",
      "PAY",
      "Task",
      { summary: "a".repeat(256) },
      400,
      "summary: Summary can't exceed 255 characters.",
    ],
    [
      "an empty summary",
      "PAY",
      "Task",
      { summary: " " },
      400,
      "summary: You must specify a summary of the issue.",
    ],
    [
      "a label with a space",
      "PAY",
      "Task",
      { labels: ["a b"] },
      400,
      "labels: The label 'a b' contains spaces which is invalid.",
    ],
    [
      "a stranger as assignee",
      "PAY",
      "Task",
      { assignee: { accountId: "nobody" } },
      400,
      "assignee: Specify a valid value for this field: the account does not exist or you can't see it.",
    ],
    [
      "somebody who left",
      "PAY",
      "Task",
      { assignee: { accountId: "5b10a:carol" } },
      400,
      "assignee: User 'Carol Cole' cannot be assigned issues.",
    ],
    [
      "a long description",
      "PAY",
      "Task",
      { description: paragraph("a".repeat(32_768)) },
      400,
      "description: The entered text is too long. It exceeds the allowed limit of 32,767 characters.",
    ],
    [
      "a parent that is not there",
      "PAY",
      "Task",
      { parent: { key: "PAY-9" } },
      400,
      "parent: Could not find issue by id or key.",
    ],
    [
      "a sub-task of nothing",
      "PAY",
      "Sub-task",
      {},
      400,
      "parent: Issue type is a sub-task but parent issue key or id not specified.",
    ],
  ])("refuses %s", async (_, project, type, more, status, said) => {
    const { jira, make } = await stage();
    expect(await refusalOf(make(project, type, more))).toEqual({ status, said });
    expect(jira.issues()).toEqual([]);
  });

  it("refuses a parent of the same level, and one two levels above", async () => {
    const { make } = await stage();
    const [epic, story] = [await make("PAY", "Epic"), await make("PAY", "Story")];
    expect(await refusalOf(make("PAY", "Story", { parent: { key: story.key } }))).toEqual({
      status: 400,
      said: hierarchy,
    });
    expect(await refusalOf(make("PAY", "Sub-task", { parent: { key: epic.key } }))).toEqual({
      status: 400,
      said: hierarchy,
    });
    await expect(make("PAY", "Sub-task", { parent: { key: story.key } })).resolves.toMatchObject({
      key: "PAY-3",
    });
  });

  it("names all wrong fields at once", async () => {
    const { make } = await stage();
    const { said } = await refusalOf(
      make("TEAM", "Task", { summary: "", labels: ["a b"], customfield_1: 1 }),
    );
    expect(said.split(" | ").map((one) => one.split(":")[0])).toEqual([
      "customfield_10050",
      "summary",
      "labels",
      "customfield_1",
    ]);
  });

  it("makes the good ones of many and says which are wrong", async () => {
    const { jira, client } = await stage();
    const one = (summary: string) => ({
      fields: { project: { key: "PAY" }, issuetype: { name: "Task" }, summary },
    });
    const made = await client.issues.createIssues({ issueUpdates: [one("a"), one(""), one("c")] });
    expect(made.issues?.map(({ key }) => key)).toEqual(["PAY-1", "PAY-2"]);
    expect(made.errors).toMatchObject([{ status: 400, failedElementNumber: 1 }]);
    expect((await refusalOf(client.issues.createIssues({ issueUpdates: [one("")] }))).status).toBe(400);
    expect(jira.violations).toEqual([]);
  });
});
