import type { Sql } from "postgres";
import { type ConnectionRow, connectionsTo, savePolledTo } from "#db/connections.ts";
import { hear } from "#db/heard.ts";
import { linkedIssues } from "#db/linked-issues.ts";
import { claimPoll, forgetPolls, type Poll } from "#db/polls.ts";
import type { Change } from "#integrations/jira/changes.ts";
import type { ChangedIssue, JiraNews } from "#integrations/jira/news.ts";
import { JiraSettings } from "#integrations/jira/settings.ts";
import { Later } from "../../followers.ts";
import type { Logger } from "../../logger.ts";
import { concerning, isGoalLabel } from "./concerning.ts";
import type { InboundNeeds, JiraConnection } from "./needs.ts";

const EVERY_MS = 60_000;
/** Clocks differ, Jira's search learns of a change some seconds after it, and counts in minutes. */
const OVERLAP_MS = 5 * 60_000;

type Needs = Pick<InboundNeeds, "jiraOf" | "newsOf"> & {
  readonly sql: Sql;
  readonly log: Logger;
  /** How often each connection is asked; a minute. */
  readonly everyMs?: number;
};

/**
 * Asks Jira what happened, for connections with `inbound: poll`: each once a minute, whichever process does. What one poll does not
 * bring to an end is asked for again, from the same moment on; what is told twice is heard once.
 */
export function createPoller(needs: Needs) {
  const { sql, log, everyMs = EVERY_MS } = needs;
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();
  let isOpen = true;

  async function pollOne(row: ConnectionRow): Promise<void> {
    if (JiraSettings.parse(row.settings).inbound !== "poll") return forgetPolls(sql, row);
    const poll = await claimPoll(sql, row, everyMs);
    const connection = poll && (await needs.jiraOf(row.workspaceId, row.projectId));
    if (!poll || !connection) return;
    await readNews(needs, connection, poll, () => isOpen);
  }

  /** Whatever keeps one connection from being asked keeps no other. */
  async function look(): Promise<void> {
    for (const row of isOpen ? await connectionsTo(sql, "jira") : []) {
      const { workspaceId: workspace, projectId: project } = row;
      await pollOne(row).catch((error: unknown) =>
        error instanceof Later
          ? log.info("Jira is asked later what happened", { workspace, project, reason: error.message })
          : log.warn("Jira could not be asked what happened", { workspace, project, error }),
      );
    }
  }

  const take = (): Promise<void> => {
    turn = turn.then(look).catch((error: unknown) => log.warn("nobody could be polled", { error }));
    return turn;
  };

  return {
    /** Asks every connection that is due. Never rejects. */
    look: take,
    start(): void {
      timer = setInterval(take, everyMs);
      void take();
    },
    /** Ends when what is under way has ended; nothing new begins. */
    async close(): Promise<void> {
      isOpen = false;
      clearInterval(timer);
      await turn;
    },
  };
}

/**
 * Whoever listens for the first time hears of nothing that was before. Where we stop in the middle, the moment up to which we have
 * heard stays where it is.
 */
async function readNews(
  { sql, newsOf }: Needs,
  connection: JiraConnection,
  { startedAt, polledTo }: Poll,
  mayGoOn: () => boolean,
): Promise<void> {
  const { workspaceId, projectId } = connection;
  const place = { workspaceId, projectId, system: "jira" } as const;
  const news = newsOf(connection);
  const startMs = startedAt.getTime();
  const sinceMs = (polledTo?.getTime() ?? startMs) - OVERLAP_MS;
  const minutes = Math.ceil((startMs - sinceMs) / 60_000) + 1;
  const oldUntilMs = polledTo === null ? startMs : 0;
  let from: string | null | undefined;
  do {
    const page = await news.changedWithin(minutes, from ?? undefined);
    const changes = await changesIn(news, { sql, connection, sinceMs }, page.issues);
    const [old, fresh] = [
      changes.filter(({ at }) => at < oldUntilMs),
      changes.filter(({ at }) => at >= oldUntilMs),
    ];
    await hear(sql, { ...place, changes: old }, true);
    await hear(sql, { ...place, changes: fresh });
    from = page.next;
    if (!mayGoOn()) return;
  } while (from !== null);
  await savePolledTo(sql, place, startedAt);
}

/** Only issues of ours, and those with the goal label, are looked at more closely: all others cost no call. */
async function changesIn(
  news: JiraNews,
  {
    sql,
    connection,
    sinceMs,
  }: { readonly sql: Sql; readonly connection: JiraConnection; readonly sinceMs: number },
  issues: readonly ChangedIssue[],
): Promise<readonly Change[]> {
  const ours = await linkedIssues(
    sql,
    connection,
    issues.map(({ id }) => id),
  );
  const isLabelled = ({ fields }: ChangedIssue): boolean => isGoalLabel(connection.settings, fields.labels);
  const closer = issues.filter((issue) => ours.has(issue.id) || isLabelled(issue));
  const found: Change[] = [...(await news.changesOf(closer, sinceMs))];
  for (const issue of closer) if (ours.has(issue.id)) found.push(...(await news.commentsOn(issue, sinceMs)));
  const wanted = await concerning(sql, connection, found);
  return wanted.toSorted((one, other) => one.at - other.at);
}
