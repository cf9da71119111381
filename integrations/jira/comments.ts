import { z } from "zod";
import { ApiRefusal } from "../atlassian/failure.ts";
import type { Adf } from "./adf.ts";
import { inPath, PROPERTY, readAnswer, type Site } from "./client.ts";
import type { Mark } from "./issue.ts";
import { readOne } from "./issue-states.ts";
import { demandProject, explainIssue, IssueGone } from "./refusals.ts";

const A_PAGE = 100;
const CommentRead = z.object({
  id: z.string(),
  properties: z.array(z.object({ key: z.string(), value: z.unknown() })).default([]),
});
const Comments = z.object({ comments: z.array(CommentRead).default([]), total: z.number().default(0) });
const MarkRead = z.object({ run: z.string(), key: z.string() });

/** Adds a comment that carries its mark. Watchers get a mail. */
export async function addComment(
  site: Site,
  issue: string,
  { mark, body }: { readonly mark: Mark; readonly body: Adf },
): Promise<{ readonly id: string }> {
  try {
    const answer = await site.api.issueComments.addComment({
      issueIdOrKey: inPath(issue),
      body: toBody(body),
      properties: [{ key: PROPERTY, value: { run: mark.run, key: mark.key } }],
    });
    return { id: readAnswer(CommentRead, answer).id };
  } catch (error) {
    return await explainIssue(site, issue, "comment on issues", error);
  }
}

/** Changes what a comment of ours says, without a mail. `gone`: somebody has deleted it, and the issue is still there. */
export async function editComment(
  site: Site,
  issue: string,
  id: string,
  body: Adf,
): Promise<"there" | "gone"> {
  try {
    await site.api.issueComments.updateComment({
      ...{ issueIdOrKey: inPath(issue), id: inPath(id), notifyUsers: false },
      body: { body: toBody(body) },
    });
    return "there";
  } catch (error) {
    if (!(error instanceof ApiRefusal) || error.status !== 404)
      return await explainIssue(site, issue, "edit its own comments", error);
    if (await readOne(site, issue)) return "gone";
    await demandProject(site);
    throw new IssueGone(issue);
  }
}

/** The comments on an issue that we wrote for a run, by their marks' keys. */
export async function findComments(
  site: Site,
  issue: string,
  run: string,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (let startAt = 0; ; startAt += A_PAGE) {
    const { comments, total } = await readComments(site, issue, startAt);
    for (const { id, properties } of comments) {
      const mark = MarkRead.safeParse(properties.find(({ key }) => key === PROPERTY)?.value).data;
      if (mark?.run === run && !found.has(mark.key)) found.set(mark.key, id);
    }
    if (comments.length === 0 || startAt + comments.length >= total) return found;
  }
}

async function readComments(site: Site, issue: string, startAt: number): Promise<z.infer<typeof Comments>> {
  try {
    const answer = await site.api.issueComments.getComments({
      // "properties" is not in the document, and without it Jira leaves them out.
      ...{ issueIdOrKey: inPath(issue), startAt, maxResults: A_PAGE, expand: "properties" },
    });
    return readAnswer(Comments, answer);
  } catch (error) {
    return await explainIssue(site, issue, "browse issues", error);
  }
}

/** jira.js wants a document that it may change. */
const toBody = (body: Adf) => structuredClone(body) as never;
