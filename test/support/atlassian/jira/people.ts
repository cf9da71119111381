import { change } from "./changes.ts";
import { addComment, removeComment, rewriteComment } from "./comments.ts";
import { createIssue, relocate, removeIssue } from "./issues.ts";
import type { Comment, Issue } from "./model.ts";
import { findIssue, personNamed, type Site } from "./state.ts";
import { setStatus } from "./transitions.ts";

/** What a person can do to a Jira, past us. */
export type JiraPerson = ReturnType<typeof personIn>;

/** A person by the short name of tests, at work in the browser. */
export function personIn(site: Site, name: string) {
  const { accountId } = personNamed(site, name);
  const at = (key: string) => known(site, key);
  return {
    accountId,
    /** Makes an issue; its key. */
    creates(project: string, type: string, summary: string, fields: Record<string, unknown> = {}): string {
      const all = { project: { key: project }, issuetype: { name: type }, summary, ...fields };
      return createIssue(site, { fields: all }, accountId).key;
    },
    /** Comments in plain text, or with a document. */
    comments: (key: string, words: unknown): Comment =>
      addComment(site, at(key), accountId, { body: documentOf(words) }),
    /** Rewrites any comment. */
    rewrites(key: string, commentId: string, words: unknown): void {
      const issue = at(key);
      rewriteComment(site, issue, commentOf(issue, commentId), documentOf(words), accountId);
    },
    /** Deletes any comment. */
    deletesComment(key: string, commentId: string): void {
      const issue = at(key);
      removeComment(site, issue, commentOf(issue, commentId));
    },
    /** Puts an issue into a status, by the name that it has in the project. */
    moves: (key: string, status: string): void => setStatus(site, at(key), status, accountId),
    /** Changes fields as they are kept: summary, description, assignee (account id) … */
    edits: (key: string, fields: Readonly<Record<string, unknown>>): void =>
      change(site, at(key), accountId, fields),
    /** Adds a label. */
    labels(key: string, label: string): void {
      const labels = (at(key).fields["labels"] ?? []) as string[];
      change(site, at(key), accountId, { labels: [...labels, label] });
    },
    /** Deletes an issue. */
    deletes: (key: string): void => removeIssue(site, at(key), accountId),
    /** Takes an issue into another project; its new key. */
    relocates(key: string, project: string): string {
      const to = site.projects.get(project);
      if (!to) throw new Error(`there is no project ${project}`);
      relocate(site, at(key), to, accountId);
      return at(key).key;
    },
  };
}

/** An issue that a test means. */
export function known(site: Site, ref: string): Issue {
  const issue = findIssue(site, ref);
  if (!issue) throw new Error(`there is no ${ref}`);
  return issue;
}

function commentOf(issue: Issue, id: string): Comment {
  const comment = issue.comments.find((one) => one.id === id);
  if (!comment) throw new Error(`${issue.key} has no comment ${id}`);
  return comment;
}

function documentOf(words: unknown): unknown {
  if (typeof words !== "string") return words;
  return {
    type: "doc",
    version: 1,
    content: [{ type: "paragraph", content: [{ type: "text", text: words }] }],
  };
}
