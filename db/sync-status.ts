import type { Sql } from "postgres";
import type { System } from "./connections.ts";

/** A run that a system does not show as it is. */
export type BehindRow = {
  readonly system: System;
  readonly projectId: string;
  readonly runId: string;
  readonly goalNumber: number;
  /** When what is not shown yet happened, the oldest of it (milliseconds since 1970). */
  readonly since: number;
  /** What went wrong last; null where nothing has. */
  readonly error: string | null;
  readonly stuckAt: Date | null;
  /** When it is looked at again, where it waits. */
  readonly notBefore: Date | null;
};

/** Which runs: of the whole workspace where nothing is said. `changedSince` leaves out what has been still for longer. */
export type WhichRuns = { readonly runId?: string; readonly changedSince?: Date };

/** Runs of connected projects with news that Jira or Confluence does not show yet, whose news is oldest first. */
export async function runsBehind(
  sql: Sql,
  workspaceId: string,
  { runId, changedSince }: WhichRuns = {},
): Promise<readonly BehindRow[]> {
  const only = runId === undefined ? sql`` : sql`and s.id = ${runId}`;
  const lately = changedSince === undefined ? sql`` : sql`and s.changed_at > ${changedSince}`;
  const rows = await sql<(Omit<BehindRow, "since"> & { since: string })[]>`
    select n.system, n.project_id as "projectId", r.id as "runId", (r.brief ->> 'goalNumber')::int as "goalNumber",
      unseen.at as since, c.last_error as error, c.stuck_at as "stuckAt", c.not_before as "notBefore"
    from streams s join runs r on r.id = s.id
      join connections n on n.workspace_id = s.workspace_id and n.project_id = (r.brief ->> 'projectId')::uuid
        and n.removed_at is null and r.requested_at >= floor(extract(epoch from n.since) * 1000)
      left join cursors c on c.follower = n.system and c.stream_id = s.id
      cross join lateral (select f.at from facts f where f.stream_id = s.id and f.seq > coalesce(c.seq, 0)
        order by f.seq limit 1) unseen
    where s.workspace_id = ${workspaceId} and s.kind = 'run' and s.seq > coalesce(c.seq, 0) ${only} ${lately}
    order by unseen.at, n.system`;
  return rows.map((row) => ({ ...row, since: Number(row.since) }));
}

/** What shows a run outside: its issue and its page, where somebody can open them. */
export type LinkedRow = {
  readonly runId: string;
  readonly system: System;
  readonly outsideKey: string | null;
  readonly url: string;
};

/** The issue and the page of each of these runs. */
export async function linkedTo(
  sql: Sql,
  workspaceId: string,
  runIds: readonly string[],
): Promise<readonly LinkedRow[]> {
  return sql<LinkedRow[]>`
    select stream_id as "runId", system, outside_key as "outsideKey", url from links
    where workspace_id = ${workspaceId} and system in ('jira', 'confluence')
      and stream_id = any(${[...runIds]}::uuid[]) and key in ('run', 'page') and state in ('there', 'skipped')
      and url is not null
    order by system desc, key desc`;
}

/** Runs of which something was written outside, the newest first: at most `most`. */
export async function runsWithLinks(sql: Sql, workspaceId: string, most: number): Promise<readonly string[]> {
  const rows = await sql<{ id: string }[]>`
    select r.id from runs r where r.workspace_id = ${workspaceId}
      and exists (select from links l where l.workspace_id = r.workspace_id and l.stream_id = r.id)
    order by r.requested_at desc nulls last limit ${most}`;
  return rows.map((row) => row.id);
}
