import { z } from "zod";
import { ApiRefusal } from "../atlassian/failure.ts";
import { inPath, PROPERTY, readAnswer, type Site, urlOf } from "./client.ts";
import type { IssueRef, IssueState, Mark, Status } from "./issue.ts";
import { demandProject } from "./refusals.ts";

const AT_ONCE = 100;
const FIELDS = ["summary", "status", "issuetype", "project"];

/** Jira's categories; "undefined" is one of them, for statuses that nobody has sorted. */
export const StatusRead = z
  .object({ id: z.string(), name: z.string(), statusCategory: z.object({ key: z.string() }) })
  .transform(({ id, name, statusCategory: { key } }): Status => {
    return { id, name, category: key === "done" || key === "indeterminate" ? key : "new" };
  });

const MarkRead = z.object({ run: z.string(), key: z.string() });
const Properties = z
  .record(z.string(), z.unknown())
  .default({})
  .transform((all): Mark | null => MarkRead.safeParse(all[PROPERTY]).data ?? null);

/** An issue as Jira tells it, with the fields that its state takes. */
export const IssueRead = z.object({
  id: z.string(),
  key: z.string(),
  properties: Properties,
  fields: z.object({
    summary: z.string().default(""),
    status: StatusRead,
    issuetype: z.object({ id: z.string(), name: z.string() }),
    project: z.object({ key: z.string() }),
  }),
});

/** Issues as they stand, a hundred with one call, by what they were asked for as. Those that are not there are deleted, or hidden. */
export async function readStates(
  site: Site,
  refs: readonly string[],
): Promise<ReadonlyMap<string, IssueState>> {
  const found = new Map<string, IssueState>();
  const asked = [...new Set(refs)];
  for (let start = 0; start < asked.length; start += AT_ONCE)
    await readSome(site, asked.slice(start, start + AT_ONCE), found);
  // All of them at once are seldom deleted: then it is the project that is gone.
  if (asked.length > 0 && found.size === 0) await demandProject(site);
  return found;
}

async function readSome(site: Site, refs: readonly string[], found: Map<string, IssueState>): Promise<void> {
  const answer = await site.api.issues.bulkFetchIssues({
    issueIdsOrKeys: [...refs],
    fields: FIELDS,
    properties: [PROPERTY],
  });
  const { issues } = readAnswer(z.object({ issues: z.array(IssueRead).default([]) }), answer);
  const states = issues.map((issue) => toState(site.settings.url, issue));
  for (const ref of refs) {
    const state = states.find(({ id, key }) => id === ref || key === ref.toUpperCase());
    if (state) found.set(ref, state);
  }
  const known = new Set([...found.values()].map(({ id }) => id));
  const moved = states.filter(({ id }) => !known.has(id));
  // Asked for by a key that they had before: the answer does not say which one.
  for (const ref of moved.length > 0 ? refs.filter((each) => !found.has(each)) : []) {
    const state = await readOne(site, ref);
    if (state) found.set(ref, state);
  }
}

/** One issue as it stands, by an id or any key that it had; null: it is not there. */
export async function readOne(site: Site, ref: string): Promise<IssueState | null> {
  try {
    const answer = await site.api.issues.getIssue({
      issueIdOrKey: inPath(ref),
      fields: FIELDS,
      properties: [PROPERTY],
    });
    return toState(site.settings.url, readAnswer(IssueRead, answer));
  } catch (error) {
    if (!(error instanceof ApiRefusal) || error.status !== 404) throw error;
    await demandProject(site); // where that is gone, no issue was deleted
    return null;
  }
}

/** An issue as it stands, for people at this address. */
export function toState(url: string, { id, key, properties, fields }: z.infer<typeof IssueRead>): IssueState {
  const { summary, status, issuetype, project } = fields;
  return {
    ...{ id, key, url: urlOf(url, key), summary, status, mark: properties },
    ...{ projectKey: project.key, typeId: issuetype.id, typeName: issuetype.name },
  };
}

const FoundRead = z.object({ id: z.string(), key: z.string(), properties: Properties });
const A_PAGE = 100;
/** Clocks differ, and Jira counts in minutes. */
const MARGIN_MINUTES = 5;

/**
 * What we made for a run since a moment (ms since 1970), by their marks' keys. Jira's search learns of an issue seconds after it was
 * made: what is not found half a minute later was not made.
 */
export async function findMarked(
  site: Site,
  run: string,
  sinceMs: number,
): Promise<ReadonlyMap<string, IssueRef>> {
  const minutes = Math.max(0, Math.ceil((Date.now() - sinceMs) / 60_000)) + MARGIN_MINUTES;
  const jql = `project = "${site.settings.project}" AND creator = currentUser() AND created >= "-${minutes}m" ORDER BY created ASC`;
  const found = new Map<string, IssueRef>();
  let nextPageToken: string | undefined;
  do {
    const page = await search(site, jql, nextPageToken);
    for (const { id, key, properties: mark } of page.issues)
      if (mark?.run === run && !found.has(mark.key))
        found.set(mark.key, { id, key, url: urlOf(site.settings.url, key) });
    nextPageToken = page.nextPageToken ?? undefined;
  } while (nextPageToken !== undefined);
  return found;
}

const Page = z.object({ issues: z.array(FoundRead).default([]), nextPageToken: z.string().nullish() });

async function search(
  site: Site,
  jql: string,
  nextPageToken: string | undefined,
): Promise<z.infer<typeof Page>> {
  try {
    const answer = await site.api.issueSearch.searchAndReconsileIssuesUsingJqlPost({
      ...{ jql, maxResults: A_PAGE, fields: ["summary"], properties: [PROPERTY] },
      ...(nextPageToken === undefined ? {} : { nextPageToken }),
    });
    return readAnswer(Page, answer);
  } catch (error) {
    // A project that is not there is an error in a search.
    if (error instanceof ApiRefusal) await demandProject(site);
    throw error;
  }
}
