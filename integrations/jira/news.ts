import { z } from "zod";
import { ApiRefusal } from "../atlassian/failure.ts";
import { type Change, HistoryRead, IssueRead, Moment, toChanges, toCommented, toCreated } from "./changes.ts";
import { inPath, openSite, PROPERTY, readAnswer, type Site } from "./client.ts";
import { createKept } from "./kept.ts";
import { readMyself } from "./people.ts";
import { demandProject } from "./refusals.ts";
import type { JiraSettings } from "./settings.ts";

/** An issue that something happened to, as it stands now. */
export type ChangedIssue = z.infer<typeof IssueRead>;

/** A page of issues; `next` is null at the end. */
type ChangedPage = { readonly issues: readonly ChangedIssue[]; readonly next: string | null };

/** What people do in a project of a Jira, read by asking. Each call rejects as those of integrations/jira/jira.ts do. */
export type JiraNews = {
  /** The account that we write with. */
  myAccount(): Promise<string>;
  /** Somebody's e-mail address, where Jira tells it and they work here themselves; null for apps and customers of a service desk. */
  emailOf(accountId: string): Promise<string | null>;
  /** Whether a comment or a new issue bears our mark: Countersign wrote it, this one or another one with another account. */
  isMarked(change: Change): Promise<boolean>;
  /** A page of the issues that changed within the last minutes, the longest ago first; `next`: where the list goes on. */
  changedWithin(minutes: number, from?: string): Promise<ChangedPage>;
  /** Comments since a moment (ms since 1970) that everybody who sees the issue may read. */
  commentsOn(issue: ChangedIssue, sinceMs: number): Promise<readonly Change[]>;
  /** Moves and new labels since a moment. */
  changesOf(issues: readonly ChangedIssue[], sinceMs: number): Promise<readonly Change[]>;
};

const PEOPLE_MS = 10 * 60_000;
const A_PAGE = 100;

/** Opens a project's Jira for reading. Whoever keeps what comes back saves calls. */
export function openJiraNews(needs: { readonly settings: JiraSettings; readonly token: string }): JiraNews {
  const site = openSite(needs);
  const accounts = createKept<string>(24 * 3_600_000);
  const emails = createKept<string | null>(PEOPLE_MS);
  return {
    myAccount: () => accounts.get("", async () => (await readMyself(site)).accountId),
    emailOf: (accountId) => emails.get(accountId, () => readEmail(site, accountId)),
    isMarked: (change) => isMarked(site, change),
    changedWithin: (minutes, from) => readChanged(site, minutes, from),
    commentsOn: (issue, sinceMs) => readComments(site, issue, sinceMs),
    changesOf: async (issues, sinceMs) =>
      issues.length === 0 ? [] : await readHistories(site, issues, sinceMs),
  };
}

const User = z.object({
  emailAddress: z.string().nullish(),
  accountType: z.string().nullish(),
  active: z.boolean().default(true),
});

/** A customer's address may be whatever a mail said that it came from. */
async function readEmail({ api }: Site, accountId: string): Promise<string | null> {
  try {
    const user = readAnswer(User, await api.users.getUser({ accountId }));
    return user.active && user.accountType === "atlassian" ? (user.emailAddress ?? null) : null;
  } catch (error) {
    if (error instanceof ApiRefusal && [400, 403, 404].includes(error.status)) return null;
    throw error;
  }
}

/** Webhooks don't tell marks. What is gone by now has none. */
async function isMarked({ api }: Site, { kind, id, issueId }: Change): Promise<boolean> {
  const [, what, ref = ""] = /^(comment|created):(\d+)$/.exec(id) ?? [];
  const propertyKey = PROPERTY;
  try {
    if (kind === "comment")
      await api.issueCommentProperties.getCommentProperty({ commentId: ref, propertyKey });
    else if (what === "created")
      await api.issueProperties.getIssueProperty({ issueIdOrKey: issueId, propertyKey });
    else return false;
    return true;
  } catch (error) {
    if (error instanceof ApiRefusal && [400, 403, 404].includes(error.status)) return false;
    throw error;
  }
}

const Page = z.object({ issues: z.array(IssueRead).default([]), nextPageToken: z.string().nullish() });
const FIELDS = ["summary", "status", "labels", "description", "creator", "created", "updated"];

async function readChanged(site: Site, minutes: number, from?: string): Promise<ChangedPage> {
  const jql = `project = "${site.settings.project}" AND updated >= "-${minutes}m" ORDER BY updated ASC`;
  try {
    const answer = await site.api.issueSearch.searchAndReconsileIssuesUsingJqlPost({
      ...{ jql, maxResults: A_PAGE, fields: FIELDS },
      ...(from === undefined ? {} : { nextPageToken: from }),
    });
    const { issues, nextPageToken } = readAnswer(Page, answer);
    return { issues, next: nextPageToken ?? null };
  } catch (error) {
    if (error instanceof ApiRefusal) await demandProject(site);
    throw error;
  }
}

const Comments = z.object({ comments: z.array(z.unknown()).default([]), total: z.number().default(0) });
const Created = z.object({ created: Moment });

/** The newest first, as far back as `sinceMs`; what it resolves to is in order. */
async function readComments(site: Site, issue: ChangedIssue, sinceMs: number): Promise<readonly Change[]> {
  const found: Change[] = [];
  for (let startAt = 0; ; startAt += A_PAGE) {
    const { comments, total } = await commentsPage(site, issue, startAt);
    const fresh = comments.filter((one) => (Created.safeParse(one).data?.created ?? 0) >= sinceMs);
    found.push(...fresh.flatMap((one) => toCommented(issue, one, PROPERTY) ?? []));
    if (fresh.length < comments.length || comments.length === 0 || startAt + comments.length >= total)
      return found.toReversed();
  }
}

/** None where the issue is gone by now. */
async function commentsPage(
  site: Site,
  { id }: ChangedIssue,
  startAt: number,
): Promise<z.infer<typeof Comments>> {
  try {
    const wish = { startAt, maxResults: A_PAGE, orderBy: "-created", expand: "properties" } as const;
    return readAnswer(
      Comments,
      await site.api.issueComments.getComments({ issueIdOrKey: inPath(id), ...wish }),
    );
  } catch (error) {
    if (error instanceof ApiRefusal && error.status === 404) return { comments: [], total: 0 };
    throw error;
  }
}

const Histories = z.object({
  issueChangeLogs: z
    .array(z.object({ issueId: z.string(), changeHistories: z.array(HistoryRead).default([]) }))
    .default([]),
  nextPageToken: z.string().nullish(),
});

/** One call for all of them, and for each further page. */
async function readHistories(
  { api }: Site,
  issues: readonly ChangedIssue[],
  sinceMs: number,
): Promise<readonly Change[]> {
  const histories = new Map<string, HistoryRead[]>(issues.map(({ id }) => [id, []]));
  const wish = { issueIdsOrKeys: [...histories.keys()], fieldIds: ["status", "labels"], maxResults: 1_000 };
  let nextPageToken: string | null | undefined;
  do {
    const at = nextPageToken ? { nextPageToken } : {};
    const page = readAnswer(Histories, await api.issues.getBulkChangelogs({ ...wish, ...at }));
    for (const { issueId, changeHistories } of page.issueChangeLogs)
      histories.get(issueId)?.push(...changeHistories);
    nextPageToken = page.nextPageToken;
  } while (nextPageToken);
  return issues
    .flatMap((issue) => changesSince(issue, histories.get(issue.id) ?? [], sinceMs))
    .toSorted((one, other) => one.at - other.at);
}

function changesSince(
  issue: ChangedIssue,
  history: readonly HistoryRead[],
  sinceMs: number,
): readonly Change[] {
  const { created: madeAt = 0 } = issue.fields;
  const made = madeAt >= sinceMs ? toCreated(issue, history) : null;
  const later = history.flatMap(({ created: at = 0, author, ...change }) =>
    at >= sinceMs ? toChanges(issue, change, { author, at }) : [],
  );
  return made ? [made, ...later] : later;
}
