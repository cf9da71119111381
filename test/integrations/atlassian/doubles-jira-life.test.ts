import { createHmac } from "node:crypto";
import { expect, it, onTestFinished } from "vitest";
import { jiraClient, paragraph, refusalOf } from "#test/support/atlassian/clients.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { startJira } from "#test/support/atlassian/jira.ts";
import { startCallee } from "#test/support/callee.ts";

async function stage(project = "PAY") {
  const jira = await startJira();
  onTestFinished(() => jira.close());
  const client = jiraClient(jira);
  const { key = "" } = await client.issues.createIssue({
    fields: { project: { key: project }, issuetype: { name: "Story" }, summary: "It" },
  });
  const ways = async () =>
    (await client.issues.getTransitions({ issueIdOrKey: key, expand: "transitions.fields" })).transitions ??
    [];
  const go = (id: string, more: Record<string, unknown> = {}) =>
    client.issues.doTransition({ issueIdOrKey: key, transition: { id }, ...more });
  return { jira, client, key, ways, go };
}

withContracts("a double of Jira, in the life of an issue", () => {
  it("lets an issue go only where its workflow leads from where it is", async () => {
    const { jira, key, ways, go } = await stage("HOP");
    const names = async () => (await ways()).map(({ name, to }) => `${name}: ${to?.statusCategory?.key}`);
    expect(await names()).toEqual(["Select: new", "Drop: done"]);
    expect(await refusalOf(go("41"))).toEqual({
      status: 400,
      said: "Transition id '41' is not valid for this issue.",
    });
    for (const id of ["11", "21", "31", "41"]) await go(id);
    expect(jira.statusOf(key)).toBe("Released");
    expect(await names()).toEqual([]);
    expect(jira.issue(key).changes.map(({ items }) => items[0]?.toString)).toEqual([
      "Selected",
      "Doing",
      "In Review",
      "Released",
    ]);
  });

  it("asks for what is on the screen of a transition", async () => {
    const { jira, key, ways, go } = await stage("REV");
    const resolve = (await ways()).find(({ name }) => name === "Resolve");
    expect(resolve).toMatchObject({ hasScreen: true, fields: { resolution: { required: true } } });
    expect(await refusalOf(go("31"))).toEqual({ status: 400, said: "resolution: Resolution is required." });
    const off = "summary: Field 'summary' cannot be set. It is not on the appropriate screen, or unknown.";
    expect(await refusalOf(go("31", { fields: { summary: "x", resolution: { name: "Done" } } }))).toEqual({
      status: 400,
      said: off,
    });
    await go("31", { fields: { resolution: { name: "Done" } } });
    expect(jira.statusOf(key)).toBe("Done");
  });

  it("offers no way where we may not", async () => {
    const { jira, ways, go } = await stage();
    jira.deny("PAY", "TRANSITION_ISSUES");
    expect(await ways()).toEqual([]);
    expect((await refusalOf(go("21"))).status).toBe(400);
  });

  it("bounds properties, and renews a link with the same globalId", async () => {
    const { jira, client, key } = await stage();
    const set = (value: Record<string, unknown>) =>
      client.issueProperties.setIssueProperty({ issueIdOrKey: key, propertyKey: "countersign", body: value });
    await set({ run: "1" });
    expect(
      await client.issueProperties.getIssueProperty({ issueIdOrKey: key, propertyKey: "countersign" }),
    ).toMatchObject({ value: { run: "1" } });
    expect((await refusalOf(set({ text: "a".repeat(32_768) }))).status).toBe(400);
    const link = (title: string) =>
      client.issueRemoteLinks.createOrUpdateRemoteIssueLink({
        issueIdOrKey: key,
        globalId: "countersign:1",
        object: { url: "https://slack.example.com/1", title },
      });
    expect((await link("a")).id).toBe((await link("b")).id);
    expect(jira.issue(key).links).toMatchObject([{ object: { title: "b" } }]);
    expect(jira.violations).toEqual([]);
  });

  it("follows an issue that a person moved to another project by its id and by its old key", async () => {
    const { jira, client, key } = await stage();
    const { id } = jira.issue(key);
    const fresh = jira.person("alice").relocates(key, "MOB");
    expect(fresh).toBe("MOB-1");
    expect(await client.issues.getIssue({ issueIdOrKey: key })).toMatchObject({ id, key: fresh });
    expect(await client.issues.getIssue({ issueIdOrKey: id })).toMatchObject({ key: fresh });
    await client.issueComments.addComment({ issueIdOrKey: key, body: paragraph("still here") });
    expect(jira.issue(fresh).comments).toHaveLength(1);
  });

  it("knows nothing of an issue that a person deleted", async () => {
    const { jira, client, key } = await stage();
    jira.person("bob").deletes(key);
    const said = "Issue does not exist or you do not have permission to see it.";
    expect(await refusalOf(client.issues.getIssue({ issueIdOrKey: key }))).toEqual({ status: 404, said });
    expect(
      (await refusalOf(client.issueComments.addComment({ issueIdOrKey: key, body: paragraph("x") }))).status,
    ).toBe(404);
  });

  it("says who changed what, and tells it like a webhook", async () => {
    const { jira, client, key } = await stage();
    const alice = jira.person("alice");
    alice.moves(key, "Fertig");
    alice.labels(key, "countersign");
    alice.edits(key, { assignee: alice.accountId });
    const { values } = await client.issues.getChangeLogs({ issueIdOrKey: key });
    expect(
      values?.map(({ author, items }) => [author?.displayName, items?.[0]?.field, items?.[0]?.toString]),
    ).toEqual([
      ["Alice Ahrens", "status", "Fertig"],
      ["Alice Ahrens", "labels", "countersign"],
      ["Alice Ahrens", "assignee", "Alice Ahrens"],
    ]);
    expect(jira.told.map(({ webhookEvent }) => webhookEvent)).toEqual([
      "jira:issue_created",
      "jira:issue_updated",
      "jira:issue_updated",
      "jira:issue_updated",
    ]);
    expect(jira.violations).toEqual([]);
  });

  it("tells a listener what people and we do, signed and in plain text", async () => {
    const { jira, client, key } = await stage();
    const callee = await startCallee();
    onTestFinished(() => callee.close());
    jira.webhook({ url: `${callee.url}/webhooks/jira`, secret: "s3cret" });
    jira.person("alice").comments(key, "Look at this");
    await client.issueComments.addComment({ issueIdOrKey: key, body: paragraph("We did") });
    expect(await jira.webhookAnswers()).toEqual([200, 200]);
    const told = callee.got.map(({ body }) => JSON.parse(body) as { webhookEvent: string; comment: unknown });
    expect(told).toMatchObject([
      {
        webhookEvent: "comment_created",
        issue: { key },
        comment: { body: "Look at this", author: { accountId: "5b10a:alice" } },
      },
      {
        webhookEvent: "comment_created",
        comment: { body: "We did", author: { displayName: "Countersign" } },
      },
    ]);
    const [first] = callee.got;
    const signature = createHmac("sha256", "s3cret")
      .update(first?.body ?? "")
      .digest("hex");
    expect(first?.headers["x-hub-signature"]).toBe(`sha256=${signature}`);
  });

  it("changes labels by operations, and nothing that is not on the screen", async () => {
    const { jira, client, key } = await stage();
    await client.issues.editIssue({
      issueIdOrKey: key,
      update: { labels: [{ add: "a" }, { add: "b" }, { remove: "a" }] },
    });
    expect(jira.issue(key).fields["labels"]).toEqual(["b"]);
    const said = "status: Field 'status' cannot be set. It is not on the appropriate screen, or unknown.";
    expect(
      await refusalOf(client.issues.editIssue({ issueIdOrKey: key, fields: { status: "Done" } })),
    ).toEqual({ status: 400, said });
    jira.deny("PAY", "EDIT_ISSUES");
    expect(
      (await refusalOf(client.issues.editIssue({ issueIdOrKey: key, fields: { summary: "x" } }))).status,
    ).toBe(403);
  });
});
