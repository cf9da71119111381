import type { Sql } from "postgres";
import { type ConnectionRow, connectionsTo, savePolledTo } from "#db/connections.ts";
import { hear } from "#db/heard.ts";
import { claimPoll, forgetPolls, type Poll } from "#db/polls.ts";
import { JiraSettings } from "#integrations/jira/settings.ts";
import { Later } from "../../followers.ts";
import type { Logger } from "../../logger.ts";
import type { InboundNeeds, JiraConnection } from "./needs.ts";
import { readPage, type Seen } from "./read-page.ts";

const EVERY_MS = 60_000;
/** A timer that is early by a little must not skip its turn. */
const EARLY = 0.9;
/** Clocks differ, Jira's search learns of a change some seconds after it, and counts in minutes. */
const OVERLAP_MS = 5 * 60_000;
/** So many connections are asked at the same time. */
const AT_ONCE = 4;

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
  const seen = new Map<string, Seen>();

  async function pollOne(row: ConnectionRow): Promise<void> {
    if (JiraSettings.parse(row.settings).inbound !== "poll") return forgetPolls(sql, row);
    const poll = await claimPoll(sql, row, everyMs * EARLY);
    const connection = poll && (await needs.jiraOf(row.workspaceId, row.projectId));
    if (!poll || !connection) return;
    const name = `${row.workspaceId} ${row.projectId}`;
    seen.set(name, await readNews(needs, connection, { ...poll, seen: seen.get(name) }, () => isOpen));
  }

  /** Whatever keeps one connection from being asked keeps no other. */
  async function look(): Promise<void> {
    const rows = isOpen ? await connectionsTo(sql, "jira") : [];
    for (let i = 0; i < rows.length; i += AT_ONCE)
      await Promise.all(
        rows.slice(i, i + AT_ONCE).map((row) => pollOne(row).catch((error: unknown) => tell(row, error))),
      );
  }

  function tell({ workspaceId: workspace, projectId: project }: ConnectionRow, error: unknown): void {
    if (error instanceof Later)
      log.info("Jira is asked later what happened", { workspace, project, reason: error.message });
    else log.warn("Jira could not be asked what happened", { workspace, project, error });
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
 * heard stays where it is. Resolves to what has been seen.
 */
async function readNews(
  { sql, newsOf }: Needs,
  connection: JiraConnection,
  { startedAt, polledTo, seen: before }: Poll & { readonly seen: Seen | undefined },
  mayGoOn: () => boolean,
): Promise<Seen> {
  const { workspaceId, projectId } = connection;
  const place = { workspaceId, projectId, system: "jira" } as const;
  const startMs = startedAt.getTime();
  const sinceMs = (polledTo?.getTime() ?? startMs) - OVERLAP_MS;
  const minutes = Math.ceil((startMs - sinceMs) / 60_000) + 1;
  const oldUntilMs = polledTo === null ? startMs : 0;
  const news = newsOf(connection);
  const seen = new Map<string, number>();
  let from: string | null | undefined;
  do {
    const page = await news.changedWithin(minutes, from ?? undefined);
    const changes = await readPage({ sql, news, connection, sinceMs, before }, page.issues);
    const isOld = ({ at }: { readonly at: number }): boolean => at < oldUntilMs;
    await hear(sql, { ...place, changes: changes.filter(isOld) }, true);
    await hear(sql, { ...place, changes: changes.filter((change) => !isOld(change)) });
    for (const { id, fields } of page.issues) if (fields.updated !== undefined) seen.set(id, fields.updated);
    from = page.next;
    if (!mayGoOn()) return seen;
  } while (from !== null);
  await savePolledTo(sql, place, startedAt);
  return seen;
}
