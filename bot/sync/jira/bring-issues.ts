import { earlierLink, type Link, type LinkPlace } from "#db/links.ts";
import { PartlyMade } from "#integrations/jira/create-issues.ts";
import type { IssueRef, NewIssue } from "#integrations/jira/issue.ts";
import type { Bringing } from "./bringing.ts";
import type { DesiredIssue } from "./desired-issues.ts";
import { make, refuseTooSoon, wasNotDone } from "./making.ts";
import { namedIssue, type ShownIssue, shownIssue } from "./mode.ts";

/**
 * Makes the issues that are not there. What may have been made before a crash is looked up first, by its mark; the run's own issue
 * may be one that people made.
 */
export async function bringIssues(bringing: Bringing, desired: readonly DesiredIssue[]): Promise<void> {
  const { book, mode } = bringing;
  const isOpen = ({ key }: DesiredIssue) => book.there(key) === null && !book.isClosed(key);
  const begun = desired.filter((issue) => isOpen(issue) && book.all.has(issue.key));
  if (begun.length > 0) await lookUp(bringing, begun);
  const [own] = desired.filter(({ key }) => key === "run");
  if (own && isOpen(own) && mode === "issue") await adopt(bringing, own);
  for (const isUnder of [false, true])
    await create(
      bringing,
      desired.filter((issue) => isOpen(issue) && issue.isUnder === isUnder),
    );
}

async function lookUp(bringing: Bringing, begun: readonly DesiredIssue[]): Promise<void> {
  const {
    jira,
    book,
    story: { run },
  } = bringing;
  const since = begun.map(({ key }) => book.all.get(key)?.triedAt.getTime() ?? Date.now());
  const found = await jira.findIssues(run.id, Math.min(run.requestedAt ?? Date.now(), ...since));
  for (const issue of begun) {
    const ref = found.get(issue.key);
    if (ref) await book.save(issue.key, toLink(ref, freshly(bringing, issue)));
  }
  const missing = begun.filter(({ key }) => !found.has(key)).map(({ key }) => key);
  if (missing.length > 0) refuseTooSoon(book, missing);
}

/** Rework goes on with the issue of the run before; else the goal's words may name one. */
async function adopt(bringing: Bringing, own: DesiredIssue): Promise<void> {
  const { sql, jira, settings, story, book } = bringing;
  const { run } = story;
  const place: LinkPlace = { workspaceId: run.workspaceId, system: "jira", streamId: run.id };
  const earlier = await earlierLink(sql, place, "run");
  const had = shownOf(earlier);
  const named = namedIssue(settings, story);
  const refs = [had?.mode === "issue" ? earlier?.outsideId : null, named].filter(
    (ref) => typeof ref === "string",
  );
  if (refs.length === 0) return;
  const states = await jira.issues(refs);
  const again = states.get(earlier?.outsideId ?? "");
  if (again && had) return await book.save(own.key, toLink(again, { ...had, isPlanned: true }));
  const state = states.get(named ?? "");
  if (state?.projectKey !== settings.project) return;
  const shown = { ...freshly(bringing, own), isAdopted: true, isPlanned: true, assigned: null, stands: null };
  await book.save(own.key, toLink(state, shown));
}

const shownOf = (link: Pick<Link, "shown"> | null): ShownIssue | null =>
  link ? shownIssue(link.shown) : null;

async function create(bringing: Bringing, issues: readonly DesiredIssue[]): Promise<void> {
  const { jira, book } = bringing;
  const keys = issues.map(({ key }) => key);
  const parent = book.there("run");
  // Stories whose epic is gone are not made at all.
  if (issues.length === 0 || (issues[0]?.isUnder && !parent)) return;
  const wanted = await Promise.all(
    issues.map((issue) => toNewIssue(bringing, issue, issue.isUnder ? parent?.outsideId : undefined)),
  );
  const save = async (issue: DesiredIssue | undefined, ref: IssueRef) => {
    if (issue) await book.save(issue.key, toLink(ref, freshly(bringing, issue)));
  };
  await book.making(keys);
  try {
    const refs = await make(book, keys, () => jira.createIssues(wanted));
    for (const [i, ref] of refs.entries()) await save(issues[i], ref);
  } catch (error) {
    if (!(error instanceof PartlyMade)) throw error;
    for (const [i, ref] of error.made) await save(issues[i], ref);
    if (wasNotDone(error.cause)) await book.notMade(keys);
    throw error.cause;
  }
}

async function toNewIssue(
  { story, accountOf }: Bringing,
  issue: DesiredIssue,
  parent: string | undefined,
): Promise<NewIssue> {
  const { key, type, summary, labels, assigned } = issue;
  const assignee = assigned === null ? null : await accountOf(assigned);
  return {
    ...{ type, summary, labels, description: issue.describe() },
    ...(parent === undefined ? {} : { parent }),
    ...(assignee === null ? {} : { assignee }),
    mark: { run: story.run.id, key },
  };
}

const freshly = ({ mode, story }: Bringing, { summary, assigned }: DesiredIssue): ShownIssue => ({
  mode,
  isAdopted: false,
  isPlanned: story.run.steps.length > 0,
  ...{ summary, assigned, stands: "new" },
});

const toLink = ({ id, key, url }: IssueRef, shown: ShownIssue) => ({
  outsideId: id,
  outsideKey: key,
  url,
  shown,
});
