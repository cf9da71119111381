import { expect, test } from "vitest";
import { codeBlock, doc, paragraph } from "#integrations/jira/adf.ts";
import { textOf } from "#test/support/atlassian/adf.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { newIssue, RUN, stageJira } from "#test/support/atlassian/stage-jira.ts";

const say = (text: string) => doc([paragraph(text)]);

async function withIssue(...args: Parameters<typeof stageJira>) {
  const stage = await stageJira(...args);
  const [made] = await stage.jira.createIssues([newIssue("run")]);
  if (!made) throw new Error("nothing was made");
  return { ...stage, id: made.id, key: made.key, alice: stage.far.person("alice") };
}

withContracts("Comments and links in Jira", () => {
  test("a comment is found again by its mark, among those of other runs and of people", async () => {
    const { far, jira, id, alice } = await withIssue();
    const { id: started } = await jira.addComment(id, {
      mark: { run: RUN, key: "started" },
      body: say("Go"),
    });
    await jira.addComment(id, { mark: { run: "another", key: "started" }, body: say("Go") });
    alice.comments(id, "Nice");
    expect(await jira.findComments(id, RUN)).toEqual(new Map([["started", started]]));
    expect(far.issue(id).comments).toHaveLength(3);
    expect(far.violations).toEqual([]);
  });

  test("among two hundred comments too", async () => {
    const { jira, id, alice } = await withIssue();
    for (let at = 0; at < 205; at++) alice.comments(id, `Comment ${at}`);
    const { id: late } = await jira.addComment(id, { mark: { run: RUN, key: "late" }, body: say("!") });
    expect(await jira.findComments(id, RUN)).toEqual(new Map([["late", late]]));
  });

  test("a comment is edited without a mail; one that somebody deleted is gone, and so is its issue", async () => {
    const { far, jira, id, key, alice } = await withIssue();
    const comment = await jira.addComment(id, { mark: { run: RUN, key: "agents" }, body: say("one") });
    expect(await jira.editComment(id, comment.id, doc([codeBlock("two\n{code}")]))).toBe("there");
    expect(textOf(far.issue(id).comments[0]?.body)).toContain("two\n{code}");
    expect(far.calls.at(-1)?.search).toContain("notifyUsers=false");
    alice.deletesComment(id, comment.id);
    expect(await jira.editComment(id, comment.id, say("three"))).toBe("gone");
    alice.deletes(key);
    await expect(jira.editComment(id, comment.id, say("four"))).rejects.toMatchObject({ code: "issue_gone" });
    await expect(jira.findComments(id, RUN)).rejects.toMatchObject({ code: "issue_gone" });
    const mark = { run: RUN, key: "later" };
    await expect(jira.addComment(id, { mark, body: say("five") })).rejects.toMatchObject({
      code: "issue_gone",
      message: expect.stringContaining("it was deleted, or our account can't see it"),
    });
  });

  test("a time-out after a comment was written: it is found, and there is no second one", async () => {
    const { far, jira, id } = await withIssue();
    far.faults.breakAfter("addComment");
    const comment = { mark: { run: RUN, key: "started" }, body: say("Go") };
    await expect(jira.addComment(id, comment)).rejects.toMatchObject({ name: "OutsideFailure" });
    expect([...(await jira.findComments(id, RUN)).keys()]).toEqual(["started"]);
    expect(far.doubles()).toEqual([]);
  });

  test("without the right to comment it says so", async () => {
    const { far, jira, id } = await withIssue();
    far.deny("PAY", "ADD_COMMENTS");
    const comment = { mark: { run: RUN, key: "started" }, body: say("Go") };
    await expect(jira.addComment(id, comment)).rejects.toMatchObject({
      code: "no_permission",
      message:
        "Jira does not let countersign@example.com comment on issues in PAY. Ask an admin of that Jira project to allow it.",
    });
  });

  test("a link to the thread is one link, however often it is set", async () => {
    const { far, jira, id } = await withIssue();
    const url = "https://acme.slack.com/archives/C1/p1";
    await jira.link(id, { globalId: "countersign:run", url, title: "Slack: a\nb" });
    await jira.link(id, { globalId: "countersign:run", url, title: `Slack ${"long ".repeat(99)}` });
    expect(far.issue(id).links).toHaveLength(1);
    expect(far.issue(id).links[0]?.object).toMatchObject({ url });
  });

  test("accounts are found by e-mail address, hidden ones by all of it, and asked for once", async () => {
    const { far, jira } = await stageJira();
    expect(await jira.accountOf("Alice@Example.com")).toBe(far.person("alice").accountId);
    expect(await jira.accountOf("bob@example.com")).toBe(far.person("bob").accountId);
    expect(await jira.accountOf("carol@example.com")).toBeNull();
    expect(await jira.accountOf("alice")).toBeNull();
    expect(await jira.accountOf("nobody@example.com")).toBeNull();
    expect(await jira.accountOf("alice@example.com")).toBe(far.person("alice").accountId);
    expect(far.count("findAssignableUsers")).toBe(5);
    expect(await jira.myself()).toMatchObject({ accountId: far.person("us").accountId });
  });

  test("an issue is changed as far as its screen has it", async () => {
    const { far, jira, id } = await withIssue();
    const alice = far.person("alice").accountId;
    await jira.edit(id, { summary: "New\nwords", description: say("New"), labels: ["a"], assignee: alice });
    expect(far.issue(id).fields).toMatchObject({ summary: "New words", labels: ["a"], assignee: alice });
    await jira.edit(id, { assignee: far.person("carol").accountId });
    expect(far.issue(id).fields["assignee"]).toBe(alice);

    const ops = await withIssue("OPS");
    await ops.jira.edit(ops.id, { summary: "Other", labels: ["a"] });
    expect(ops.far.issue(ops.id).fields["summary"]).toBe("Other");
    ops.far.deny("OPS", "EDIT_ISSUES");
    await expect(ops.jira.edit(ops.id, { summary: "No" })).rejects.toMatchObject({ code: "no_permission" });
  });
});
