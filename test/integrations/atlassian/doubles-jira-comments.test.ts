import { expect, it, onTestFinished } from "vitest";
import {
  type Document,
  documentOf,
  jiraClient,
  paragraph,
  refusalOf,
} from "#test/support/atlassian/clients.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { startJira } from "#test/support/atlassian/jira.ts";

async function stage() {
  const jira = await startJira();
  onTestFinished(() => jira.close());
  const client = jiraClient(jira);
  const fields = { project: { key: "PAY" }, issuetype: { name: "Story" }, summary: "It" };
  const { key = "" } = await client.issues.createIssue({ fields });
  return { jira, client, key };
}

withContracts("a double of Jira, where comments are written", () => {
  it("keeps comments with their properties, and lets us edit ours alone", async () => {
    const { jira, client, key } = await stage();
    const ours = await client.issueComments.addComment({
      issueIdOrKey: key,
      body: paragraph("hi"),
      properties: [{ key: "countersign", value: { of: "start" } }],
    });
    await client.issueComments.updateComment({
      issueIdOrKey: key,
      id: ours.id ?? "",
      body: { body: paragraph("hello") },
    });
    const hers = jira.person("alice").comments(key, "What is this?");
    const { comments } = await client.issueComments.getComments({ issueIdOrKey: key, orderBy: "-created" });
    expect(comments?.map(({ author }) => author?.displayName)).toEqual(["Alice Ahrens", "Countersign"]);
    expect(jira.issue(key).comments[0]?.body).toEqual(paragraph("hello"));
    const { status } = await refusalOf(
      client.issueComments.updateComment({ issueIdOrKey: key, id: hers.id, body: { body: paragraph("x") } }),
    );
    expect(status).toBe(400);
    const { value } = (await client.issueCommentProperties.getCommentProperty({
      commentId: ours.id ?? "",
      propertyKey: "countersign",
    })) as { value?: unknown };
    expect(value).toEqual({ of: "start" });
    jira.deny("PAY", "ADD_COMMENTS");
    expect(
      (await refusalOf(client.issueComments.addComment({ issueIdOrKey: key, body: paragraph("x") }))).status,
    ).toBe(403);
    expect(jira.violations).toEqual([]);
  });

  it.each([
    ["no version", { type: "doc", content: [] } as unknown as Document, "INVALID_INPUT"],
    ["an unknown node", { type: "doc", version: 1, content: [{ type: "para" }] }, "INVALID_INPUT"],
    ["an empty text", paragraph(""), "INVALID_INPUT"],
    [
      "a text without text",
      { type: "doc", version: 1, content: [{ type: "paragraph", content: [{ type: "text" }] }] },
      "INVALID_INPUT",
    ],
    [
      "text outside of a paragraph",
      { type: "doc", version: 1, content: [{ type: "text", text: "a" }] },
      "INVALID_INPUT",
    ],
    ["a heading in a list", list({ type: "heading", attrs: { level: 1 } }), "INVALID_INPUT"],
    [
      "a list without items",
      { type: "doc", version: 1, content: [{ type: "bulletList", content: [] }] },
      "INVALID_INPUT",
    ],
    ["an unknown mark", marked({ type: "blink" }), "INVALID_INPUT"],
    ["a link to nowhere", marked({ type: "link" }), "INVALID_INPUT"],
    ["bold code", marked({ type: "code" }, { type: "strong" }), "INVALID_INPUT"],
    [
      "an attribute that is none",
      { type: "doc", version: 1, content: [{ type: "paragraph", attrs: { style: "x" } }] },
      "INVALID_INPUT",
    ],
    [
      "a panel of no kind",
      { type: "doc", version: 1, content: [{ type: "panel", content: [] }] },
      "INVALID_INPUT",
    ],
    [
      "too much",
      paragraph("a".repeat(32_768)),
      "comment: The entered text is too long. It exceeds the allowed limit of 32,767 characters.",
    ],
  ])("refuses a comment of %s", async (_, body, said) => {
    const { client, key } = await stage();
    expect(await refusalOf(client.issueComments.addComment({ issueIdOrKey: key, body }))).toEqual({
      status: 400,
      said,
    });
  });

  it("takes a rich document", async () => {
    const { jira, client, key } = await stage();
    const cell = (text: string) => ({ type: "tableCell", attrs: {}, content: paragraph(text).content });
    const body = {
      type: "doc",
      version: 1,
      content: [
        { type: "heading", attrs: { level: 2 }, content: [{ type: "text", text: "Plan 🙂" }] },
        { type: "panel", attrs: { panelType: "warning" }, content: paragraph("Blocked").content },
        { type: "table", content: [{ type: "tableRow", content: [cell("a"), cell("b")] }] },
        { type: "codeBlock", attrs: { language: "ts" }, content: [{ type: "text", text: "{code}" }] },
        ...list(...paragraph("x").content).content,
        { type: "expand", attrs: { title: "More" }, content: [{ type: "rule" }] },
        {
          type: "paragraph",
          content: [
            { type: "mention", attrs: { id: "5b10a:alice", text: "@Alice" } },
            { type: "status", attrs: { text: "DONE", color: "green" } },
            { type: "hardBreak" },
            { type: "inlineCard", attrs: { url: "https://example.com" } },
            {
              type: "text",
              text: "link",
              marks: [{ type: "link", attrs: { href: "https://example.com" } }, { type: "strong" }],
            },
          ],
        },
      ],
    };
    await client.issueComments.addComment({ issueIdOrKey: key, body });
    expect(jira.issue(key).comments[0]?.body).toEqual(body);
  });

  it("has no second version of the API, which the client uses for plain text", async () => {
    const { jira, client, key } = await stage();
    expect(
      (await refusalOf(client.issueComments.addComment({ issueIdOrKey: key, body: "text" }))).status,
    ).toBe(404);
    expect(jira.violations).toMatchObject([
      { kind: "no such operation", operation: `POST /rest/api/2/issue/${key}/comment` },
    ]);
  });
});

function list(...content: Record<string, unknown>[]) {
  return documentOf({ type: "bulletList", content: [{ type: "listItem", content }] });
}

function marked(...marks: Record<string, unknown>[]) {
  return documentOf({ type: "paragraph", content: [{ type: "text", text: "a", marks }] });
}
