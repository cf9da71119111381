import { describe, expect, it } from "vitest";
import { changesIn, placeIn } from "#integrations/jira/changes.ts";
import { plainText } from "#integrations/jira/plain-text.ts";

const issue = {
  id: "10002",
  key: "PAY-12",
  self: "https://acme.atlassian.net/rest/api/2/issue/10002",
  fields: {
    ...{ summary: "Count the receipts", description: "All of them.", labels: ["agents", "q4"] },
    status: { id: "10102", name: "Fertig", statusCategory: { key: "done" } },
    creator: { accountId: "5b10a:bob", displayName: "Bob" },
    created: "2026-11-21T09:00:00.000+0000",
  },
};
const bob = { accountId: "5b10a:bob", displayName: "Bob" };
const updated = (...items: readonly object[]) => ({
  ...{ webhookEvent: "jira:issue_updated", timestamp: 1_795_000_000_000, issue, user: bob },
  changelog: { id: "10300", items },
});
const status = {
  field: "status",
  fieldId: "status",
  from: "1",
  fromString: "Offen",
  to: "10102",
  toString: "Fertig",
};
const commented = (comment: object) => ({
  ...{ webhookEvent: "comment_created", timestamp: 1_795_000_000_000, issue },
  comment: {
    id: "10234",
    author: bob,
    body: "Mind the gap.",
    created: "2026-11-21T10:00:00.000+0100",
    ...comment,
  },
});
const read = (body: unknown) => changesIn(body, "countersign");

describe("a webhook of Jira", () => {
  it("tells of a comment, in plain text and by Jira's own id", () => {
    expect(read(commented({ body: "Ask [~accountid:5b10a:eve] *first*" }))).toEqual([
      {
        ...{ kind: "comment", id: "comment:10234", issueId: "10002", issueKey: "PAY-12", author: bob },
        ...{ at: Date.UTC(2026, 10, 21, 9), text: "Ask @somebody *first*" },
      },
    ]);
  });

  it("says nothing of a comment that only some may read, that is ours, or that says nothing", () => {
    expect(read(commented({ visibility: { type: "role", value: "Administrators" } }))).toEqual([]);
    expect(read(commented({ properties: [{ key: "countersign", value: {} }] }))).toEqual([]);
    expect(read(commented({ body: "\u200b \n" }))).toEqual([]);
  });

  it("tells of a move, and of its kind only while the issue stands there", () => {
    expect(read(updated(status))).toMatchObject([
      { kind: "moved", id: "move:10300", author: bob, to: { name: "Fertig", category: "done" } },
    ]);
    expect(read(updated({ ...status, to: "10103", toString: "Weg" }))).toMatchObject([
      { kind: "moved", to: { name: "Weg", category: null } },
    ]);
  });

  it("tells of labels that are new, with what the issue says", () => {
    const labels = { field: "labels", fromString: "q4", toString: "q4 agents" };
    expect(read(updated(status, labels))).toMatchObject([
      { kind: "moved" },
      {
        kind: "labelled",
        id: "label:10300",
        labels: ["agents"],
        summary: "Count the receipts",
        text: "All of them.",
      },
    ]);
    expect(read(updated({ ...labels, toString: "" }))).toEqual([]);
    // Without the field a JSON object still has the method of that name.
    expect(read(updated({ field: "labels", fromString: "q4" }))).toEqual([]);
  });

  it("tells of an issue that was made with labels, once and as its maker's", () => {
    expect(read({ webhookEvent: "jira:issue_created", issue, user: bob })).toMatchObject([
      { kind: "labelled", id: "created:10002", labels: ["agents", "q4"], author: bob },
    ]);
  });

  it("says nothing of anything else, and is not read where it is none", () => {
    expect(read({ webhookEvent: "jira:issue_deleted", issue, user: bob })).toEqual([]);
    expect(read({ webhookEvent: "comment_updated", issue, comment: {} })).toEqual([]);
    for (const junk of [null, 7, [], {}, { webhookEvent: "comment_created" }]) expect(read(junk)).toBeNull();
    expect(read({ ...updated(status), issue: { ...issue, id: "1\u0000" } })).toBeNull();
  });

  it("names its site and project, and nothing where it does not", () => {
    expect(placeIn(updated(status))).toEqual({ origin: "https://acme.atlassian.net", project: "PAY" });
    for (const self of ["nonsense", "", 7]) expect(placeIn({ issue: { ...issue, self } })).toBeNull();
    for (const key of ["pay-1", "PAY", "PAY-1\nX-2", `${"P".repeat(400)}-1`])
      expect(placeIn({ issue: { ...issue, key } })).toBeNull();
  });
});

describe("what somebody wrote in Jira", () => {
  const document = (...content: readonly object[]) => ({ version: 1, type: "doc", content });
  const paragraph = (...content: readonly object[]) => ({ type: "paragraph", content });
  const text = (words: string) => ({
    type: "text",
    text: words,
    marks: [{ type: "link", attrs: { href: "https://evil" } }],
  });

  it("is its words alone: no links behind them, people by what they are called there", () => {
    const item = { type: "listItem", content: [paragraph(text("one"))] };
    const adf = document(
      paragraph(
        text("Hello "),
        { type: "mention", attrs: { id: "5b10a", text: "@Eve" } },
        { type: "hardBreak" },
        text("there"),
      ),
      { type: "bulletList", content: [item, item] },
      { type: "codeBlock", content: [{ type: "text", text: "rm -rf /" }] },
      { type: "mediaSingle", content: [{ type: "media", attrs: { id: "x" } }] },
    );
    expect(plainText(adf, 1_000)).toBe("Hello @Eve\nthere\n\n- one\n- one\n\nrm -rf /\n\n(a file)");
  });

  it("holds nothing that can't be seen or kept, and is cut where it is long", () => {
    expect(plainText("a\u0000b\u202ec\u{e0041}d\ud800", 100)).toBe("abcd\ufffd");
    const long = plainText("😀".repeat(5_000), 1_001);
    expect(long.length).toBeLessThanOrEqual(1_001);
    expect(long.isWellFormed()).toBe(true);
    expect(long.endsWith("…")).toBe(true);
  });

  it("is read to a depth and a length, whatever is sent", () => {
    let deep: object = paragraph(text("deep"));
    for (let i = 0; i < 5_000; i++) deep = { type: "blockquote", content: [deep] };
    expect(plainText(document(deep, paragraph(text("top"))), 100)).toContain("top");
    expect(
      plainText(document(...Array.from({ length: 50_000 }, () => paragraph(text("x")))), 50),
    ).toHaveLength(50);
    for (const junk of [null, 7, [], { type: 5 }, { type: "doc", content: "x" }])
      expect(plainText(junk, 10)).toBe("");
  });
});
