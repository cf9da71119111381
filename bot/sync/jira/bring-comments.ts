import type { Adf } from "#integrations/jira/adf.ts";
import { type Bringing, onIssue } from "./bringing.ts";
import { begunComments, newComments } from "./desired-comments.ts";
import { make, refuseTooSoon } from "./making.ts";
import { milestonesOf } from "./milestones.ts";

/** Writes what no comment tells yet, in order: those that may be there already are looked up before anything new is said. */
export async function bringComments(bringing: Bringing): Promise<void> {
  const { book, mode, story } = bringing;
  const milestones = milestonesOf(story, mode, await bringing.threadLink());
  for (const comments of [begunComments(milestones, book.all), newComments(milestones, book.all)])
    for (const { key, on, seqs, body } of comments)
      await onIssue(bringing, on, (issue) =>
        commentOnce(bringing, issue, { key, body, shown: { on, seqs } }),
      );
}

/** Writes one comment, unless it is there: where a crash or a time-out left that open, Jira is asked, and half a minute waited. */
export async function commentOnce(
  { book, story, jira }: Bringing,
  issue: string,
  { key, body, shown }: { readonly key: string; readonly body: Adf; readonly shown: unknown },
): Promise<void> {
  if (book.there(key) || book.isClosed(key)) return;
  if (book.all.has(key)) {
    const id = (await jira.findComments(issue, story.run.id)).get(key);
    if (id !== undefined) return await book.save(key, { outsideId: id });
    refuseTooSoon(book, [key]);
  }
  await book.making([key], shown);
  const mark = { run: story.run.id, key };
  const { id } = await make(book, [key], () => jira.addComment(issue, { mark, body }));
  await book.save(key, { outsideId: id });
}
