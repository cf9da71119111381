import type { Sql, TransactionSql } from "postgres";
import type { System } from "./connections.ts";
import { FACTS_CHANNEL } from "./save.ts";

/** Which runs of a workspace in which system: one run, or those of one project, or all. */
export type AgainAt = {
  readonly workspaceId: string;
  readonly system: System;
  readonly runId?: string;
  readonly projectId?: string;
};

/** Postgres takes at most 8000 bytes with a notification. */
const MOST_NAMED = 150;

/**
 * Lets go of runs that wait or are stuck, and asks whoever follows to look at them now. Of one run also what was given up:
 * things that somebody deleted or that were skipped are looked up, and made where they are not there; what is there is moved and
 * written once more. Resolves to the runs.
 */
export async function tryAgain(sql: Sql, at: AgainAt): Promise<readonly string[]> {
  const { workspaceId, system, runId } = at;
  const ids = await sql.begin(async (tx) => {
    await tx`delete from circuits where workspace_id = ${workspaceId} and system = ${system}`;
    const isOpenAgain = runId !== undefined && (await openAgain(tx, { workspaceId, system, runId }));
    const which = isOpenAgain ? tx`true` : tx`(c.stuck_at is not null or c.not_before is not null)`;
    // What has been read to the end is read once more.
    const seq = isOpenAgain ? tx`least(c.seq, s.seq - 1)` : tx`c.seq`;
    const freed = await tx<{ id: string }[]>`
      update cursors c set stuck_at = null, not_before = null, failures = 0, last_error = null, seq = ${seq}
      from streams s join runs r on r.id = s.id
      where s.id = c.stream_id and c.workspace_id = ${workspaceId} and c.follower = ${system} ${ofThese(tx, at)} and ${which}
      returning c.stream_id as id`;
    return freed.map((row) => row.id);
  });
  await wake(sql, ids);
  return ids;
}

/** Whether anything of a run had been written. What we believe of what is there is forgotten: people may have changed it. */
async function openAgain(
  tx: TransactionSql,
  { workspaceId, system, runId }: Required<Omit<AgainAt, "projectId">>,
): Promise<boolean> {
  const written = await tx`
    update links set shown = case when system = 'jira' then shown - 'stands' else shown || '{"hash": ""}' end
    where workspace_id = ${workspaceId} and system = ${system} and stream_id = ${runId} and state in ('there', 'skipped')
      and shown ->> 'stands' is distinct from 'new' and (key = 'run' or key like 'step:%' or key = 'page')
    returning key`;
  const open = await tx`
    update links set state = case when state = 'skipped' and outside_id is not null then 'there' else 'making' end,
      outside_id = case when state = 'skipped' then outside_id end, outside_key = case when state = 'skipped' then outside_key end,
      url = case when state = 'skipped' then url end, tried_at = now() - interval '1 hour', changed_at = now()
    where workspace_id = ${workspaceId} and system = ${system} and stream_id = ${runId} and state in ('gone', 'skipped')
    returning key`;
  return written.length + open.length > 0;
}

/** Lets go of one run that is stuck: whoever asks has left out what it was stuck on. */
export async function goOn(
  sql: Sql,
  { workspaceId, system, runId }: Required<Omit<AgainAt, "projectId">>,
): Promise<void> {
  await sql`
    update cursors set stuck_at = null, not_before = null, failures = 0, last_error = null
    where workspace_id = ${workspaceId} and follower = ${system} and stream_id = ${runId}`;
  await wake(sql, [runId]);
}

/** Lets a goal's thread be looked at once more, though nothing happened in it: its issue or page has an address now. */
export async function showAgain(sql: Sql, workspaceId: string, runId: string): Promise<void> {
  const rows = await sql`
    update cursors c set seq = least(c.seq, s.seq - 1) from streams s
    where s.id = c.stream_id and c.workspace_id = ${workspaceId} and c.follower = 'slack' and c.stream_id = ${runId}
      and c.seq > 0
    returning c.stream_id`;
  if (rows.length > 0) await wake(sql, [runId]);
}

const ofThese = (sql: Sql | TransactionSql, { runId, projectId }: AgainAt) => {
  if (runId !== undefined) return sql`and r.id = ${runId}`;
  return projectId === undefined ? sql`` : sql`and (r.brief ->> 'projectId')::uuid = ${projectId}`;
};

async function wake(sql: Sql, ids: readonly string[]): Promise<void> {
  for (let i = 0; i < ids.length; i += MOST_NAMED)
    await sql.notify(FACTS_CHANNEL, ids.slice(i, i + MOST_NAMED).join(","));
}
