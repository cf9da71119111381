import { earlierLink } from "#db/links.ts";
import { hasEnded } from "#engine/run/run.ts";
import { doc, paragraph } from "#integrations/jira/adf.ts";
import { IssueGone } from "#integrations/jira/refusals.ts";
import { commentOnce } from "./bring-comments.ts";
import { type Bringing, giveUp, onIssue } from "./bringing.ts";
import { type DesiredIssue, runSummary } from "./desired-issues.ts";
import { shownIssue } from "./mode.ts";
import { namedParagraphs } from "./words.ts";

/** A plan that was made after the issue goes into its description; a step that a person takes over becomes theirs. */
export async function bringDetails(bringing: Bringing, desired: readonly DesiredIssue[]): Promise<void> {
  for (const issue of desired) {
    const shown = shownIssue(bringing.book.all.get(issue.key)?.shown);
    if (!shown || shown.isAdopted) continue;
    await describeAgain(bringing, issue);
    await assignAgain(bringing, issue);
  }
}

async function describeAgain(bringing: Bringing, { key, describe }: DesiredIssue): Promise<void> {
  const { book, jira, story } = bringing;
  const shown = shownIssue(book.all.get(key)?.shown);
  if (!shown || shown.isPlanned || story.run.steps.length === 0) return;
  await onIssue(bringing, key, async (issue) => {
    await jira.edit(issue, { description: describe() });
    await book.save(key, { shown: { ...shown, isPlanned: true } });
  });
}

async function assignAgain(bringing: Bringing, { key, assigned, isUnder }: DesiredIssue): Promise<void> {
  const { book, jira, accountOf } = bringing;
  const shown = shownIssue(book.all.get(key)?.shown);
  if (!shown || !isUnder || assigned === null || shown.assigned === assigned) return;
  await onIssue(bringing, key, async (issue) => {
    const assignee = await accountOf(assigned);
    if (assignee !== null) await jira.edit(issue, { assignee });
    await book.save(key, { shown: { ...shown, assigned } });
  });
}

/** On the epic of the run before: that the goal is worked on again, and where. In issue mode that is the same issue. */
export async function bringRework(bringing: Bringing): Promise<void> {
  const { sql, story, book, mode } = bringing;
  const { run, brief } = story;
  const own = book.there("run");
  if (mode !== "epic" || brief.feedback === null || !own || book.there("rework") || book.isClosed("rework"))
    return;
  const earlier = await earlierLink(
    sql,
    { workspaceId: run.workspaceId, system: "jira", streamId: run.id },
    "run",
  );
  if (!earlier?.outsideId) return;
  const body = doc([
    paragraph(`Worked on again as ${own.outsideKey ?? "another epic"}:`),
    ...namedParagraphs(brief.feedback, story),
  ]);
  try {
    await commentOnce(bringing, earlier.outsideId, { key: "rework", body, shown: { run: earlier.runId } });
  } catch (error) {
    if (!(error instanceof IssueGone)) throw error;
    await book.close("rework", "gone");
  }
}

/** Links the run's issue to its thread in Slack. Resolves to false while Slack does not have the thread yet. */
export async function bringThreadLink(bringing: Bringing): Promise<boolean> {
  const { book, story, jira, threadLink } = bringing;
  if (book.all.has("thread") || !book.there("run")) return true;
  const url = await threadLink();
  if (url === undefined || url === "") return false;
  await onIssue(bringing, "run", async (issue) => {
    await jira.link(issue, {
      globalId: `countersign:goal:${story.brief.goalId}`,
      url,
      title: `In Slack: ${runSummary(story)}`,
    });
    await book.save("thread", { url });
  });
  return true;
}

/** When a run has ended: where its issues are now. Somebody may have moved them to another project, or deleted them. */
export async function bringPlaces(bringing: Bringing, desired: readonly DesiredIssue[]): Promise<void> {
  const { book, story, jira } = bringing;
  const open = desired.filter(({ key, stands }) => {
    const shown = shownIssue(book.there(key)?.shown);
    return shown !== null && stands !== null && shown.stands !== stands;
  });
  if (!hasEnded(story.run) || open.length === 0) return;
  const links = desired.flatMap(({ key }) => {
    const link = book.there(key);
    return link ? [{ key, link }] : [];
  });
  const states = await jira.issues(links.map(({ link }) => link.outsideId));
  for (const { key, link } of links) {
    const state = states.get(link.outsideId);
    if (!state) await giveUp(bringing, key);
    else if (state.key !== link.outsideKey) await book.save(key, { outsideKey: state.key, url: state.url });
  }
}
