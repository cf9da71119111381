import { expect, it, onTestFinished } from "vitest";
import { jiraClient, refusalOf } from "#test/support/atlassian/clients.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { startJira } from "#test/support/atlassian/jira.ts";

async function stage() {
  const jira = await startJira();
  onTestFinished(() => jira.close());
  return { jira, client: jiraClient(jira) };
}

withContracts("a double of Jira tells beforehand", () => {
  it("which fields a type needs, and which of them it fills itself", async () => {
    const { client } = await stage();
    const types = await client.issues.getCreateIssueMetaIssueTypes({ projectIdOrKey: "TEAM" });
    const story = types.issueTypes?.find(({ name }) => name === "Story");
    const meta = await client.issues.getCreateIssueMetaIssueTypeId({
      projectIdOrKey: "TEAM",
      issueTypeId: story?.id ?? "",
    });
    const needed = meta.fields?.filter(({ required, hasDefaultValue }) => required && !hasDefaultValue);
    expect(needed?.map(({ name }) => name)).toEqual(["Summary", "Issue Type", "Project", "Team"]);
    expect(meta.fields?.find(({ name }) => name === "Team")?.allowedValues).toMatchObject([
      { value: "Red" },
      { value: "Blue" },
    ]);
  });

  it("its projects, their statuses, our rights and who we are", async () => {
    const { jira, client } = await stage();
    const found = await client.projects.searchProjects({ query: "pay" });
    expect(found.values?.map(({ key, style }) => [key, style])).toEqual([["PAY", "classic"]]);
    const types = await client.projects.getAllStatuses({ projectIdOrKey: "PAY" });
    expect(types[0]?.statuses?.map(({ name, statusCategory }) => [name, statusCategory?.key])).toEqual([
      ["Offen", "new"],
      ["In Arbeit", "indeterminate"],
      ["Fertig", "done"],
      ["Abgebrochen", "done"],
    ]);
    jira.deny("PAY", "ADD_COMMENTS");
    const { permissions } = await client.permissions.getMyPermissions({
      projectKey: "PAY",
      permissions: "ADD_COMMENTS,CREATE_ISSUES",
    });
    expect(permissions?.["ADD_COMMENTS"]?.havePermission).toBe(false);
    expect(permissions?.["CREATE_ISSUES"]?.havePermission).toBe(true);
    expect(await client.myself.getCurrentUser()).toMatchObject({ displayName: "Countersign" });
    expect((await refusalOf(client.projects.getProject({ projectIdOrKey: "HID" }))).status).toBe(404);
    expect(jira.violations).toEqual([]);
  });

  it("people, but no address that they hide", async () => {
    const { client } = await stage();
    const [bob] = await client.userSearch.findUsers({ query: "bob@example.com" });
    expect(bob).toMatchObject({ accountId: "5b10a:bob" });
    expect(bob?.emailAddress).toBeUndefined();
    const people = await client.userSearch.findAssignableUsers({ project: "PAY", query: "" });
    expect(people.map(({ displayName }) => displayName)).not.toContain("Carol Cole");
  });
});
