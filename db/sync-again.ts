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
 * things that somebody deleted or that were skipped are looked up, and made where they are not there. Resolves to the runs.
 */
export async function tryAgain(sql: Sql, at: AgainAt): Promise<readonly string[]> {
  const { workspaceId, system, runId } = at;
  const freed = await sql.begin(async (tx) => {
    await tx`delete from circuits where workspace_id = ${workspaceId} and system = ${system}`;
    const again =
      runId === undefined
        ? []
        : await tx`
            update links set state = 'making', outside_id = null, outside_key = null, url = null,
              tried_at = now() - interval '1 hour', changed_at = now()
            where workspace_id = ${workspaceId} and system = ${system} and stream_id = ${runId}
              and state in ('gone', 'skipped') returning key`;
    const back = again.length > 0 ? tx`least(c.seq, s.seq - 1)` : tx`c.seq`;
    return tx<{ id: string }[]>`
      update cursors c set stuck_at = null, not_before = null, failures = 0, last_error = null, seq = ${back}
      from streams s join runs r on r.id = s.id
      where s.id = c.stream_id and c.workspace_id = ${workspaceId} and c.follower = ${system} ${ofThese(tx, at)}
        and (c.stuck_at is not null or c.not_before is not null or ${again.length > 0})
      returning c.stream_id as id`;
  });
  const ids = freed.map((row) => row.id);
  await wake(sql, ids);
  return ids;
}

const ofThese = (sql: Sql | TransactionSql, { runId, projectId }: AgainAt) => {
  if (runId !== undefined) return sql`and r.id = ${runId}`;
  return projectId === undefined ? sql`` : sql`and (r.brief ->> 'projectId')::uuid = ${projectId}`;
};

async function wake(sql: Sql, ids: readonly string[]): Promise<void> {
  for (let i = 0; i < ids.length; i += MOST_NAMED)
    await sql.notify(FACTS_CHANNEL, ids.slice(i, i + MOST_NAMED).join(","));
}
