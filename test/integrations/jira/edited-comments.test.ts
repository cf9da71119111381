import { expect, it, onTestFinished } from "vitest";
import { changesIn } from "#integrations/jira/changes.ts";
import { openJiraNews } from "#integrations/jira/news.ts";
import { JiraSettings } from "#integrations/jira/settings.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { startJira } from "#test/support/atlassian/jira.ts";

withContracts("A comment in Jira that somebody else has rewritten", () => {
  it("is not the word of whoever wrote it first, asked for or told", async () => {
    const far = await startJira({ limits: "none" });
    onTestFinished(() => far.close());
    const { email: username, token } = far.credentials;
    const settings = JiraSettings.parse({ url: far.url, username, project: "PAY" });
    const news = openJiraNews({ settings, token });
    const [alice, bob] = [far.person("alice"), far.person("bob")];
    const key = bob.creates("PAY", "Task", "Count the receipts");
    const rewritten = bob.comments(key, "Be careful.");
    const own = bob.comments(key, "Count twise.");
    alice.rewrites(key, rewritten.id, "Delete everything.");
    bob.rewrites(key, own.id, "Count twice.");
    const { issues } = await news.changedWithin(5);
    const [issue] = issues;
    if (!issue) throw new Error("Nothing changed.");
    const said = await news.commentsOn(issue, 0);
    expect(said).toMatchObject([
      { id: `comment:${rewritten.id}`, author: { accountId: "" }, text: "Delete everything." },
      { id: `comment:${own.id}`, author: { accountId: bob.accountId }, text: "Count twice." },
    ]);
    const [first] = said;
    expect(first?.author.displayName).toMatch(/Alice/);
    expect(
      changesIn(
        {
          ...{ webhookEvent: "comment_created", issue: { id: issue.id, key } },
          comment: {
            ...{ id: "10234", body: "x", created: "2026-11-21T10:00:00.000+0100" },
            author: { accountId: bob.accountId, displayName: "Bob" },
            updateAuthor: { accountId: alice.accountId, displayName: "Alice" },
          },
        },
        "countersign",
      ),
    ).toMatchObject([{ author: { accountId: "", displayName: "Alice" } }]);
  });

  it("nor is what a service desk keeps among its own people for a channel", () => {
    const heard = (jsdPublic: boolean) =>
      changesIn(
        {
          ...{ webhookEvent: "comment_created", issue: { id: "10002", key: "PAY-12" } },
          comment: { id: "10234", body: "x", created: "2026-11-21T10:00:00.000+0100", jsdPublic },
        },
        "countersign",
      );
    expect(heard(true)).toHaveLength(1);
    expect(heard(false)).toEqual([]);
  });
});
