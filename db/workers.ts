import type { Sql } from "postgres";

/** A worker whose last beat is older than this has lost its attempts. */
export const LAPSE_MS = 15_000;

export type WorkerRow = {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** When the process began, as the machine counts: a pid alone may be somebody else's by now. */
  readonly startTime: string;
  /** Graphile locks jobs by pool; `forceUnlockWorkers` takes these. */
  readonly poolIds: readonly string[];
};

export type LostAttempt = {
  readonly workspaceId: string;
  readonly runId: string;
  readonly key: string;
  readonly lease: string;
};

/** Says that this worker lives. Writes its row anew where somebody took it for dead in the meantime. */
export async function beat(sql: Sql, { id, host, pid, startTime, poolIds }: WorkerRow): Promise<void> {
  await sql`
    insert into workers (id, host, pid, start_time, pool_ids) values (${id}, ${host}, ${pid}, ${startTime}, ${[...poolIds]})
    on conflict (id) do update set beat_at = now(), pool_ids = excluded.pool_ids`;
}

/** A worker that stops says so: nobody has to wait for its beat to lapse. */
export async function leave(sql: Sql, id: string): Promise<void> {
  await sql`delete from workers where id = ${id}`;
}

/** Attempts whose worker does not beat any more (or left without ending them); agents outside have leases of their own. Not limited to a workspace: the clock serves all. */
export async function lostAttempts(sql: Sql): Promise<readonly LostAttempt[]> {
  return sql<LostAttempt[]>`
    select workspace_id as "workspaceId", run_id as "runId", key, lease from steps
    where status = 'working' and agent <> 'remote' and lease is not null and not exists (
      select from workers where workers.id = steps.worker and beat_at > now() - ${LAPSE_MS} * interval '1 ms')
    limit 500`;
}

/** Workers that have lapsed, with graphile's names for their pools. */
export async function lapsedWorkers(sql: Sql): Promise<readonly WorkerRow[]> {
  return sql<WorkerRow[]>`
    select id, host, pid, start_time as "startTime", pool_ids as "poolIds" from workers where beat_at <= now() - ${LAPSE_MS} * interval '1 ms'`;
}

/**
 * Graphile's names for pools that have held a job for longer than a beat may fail to come, and that no living worker calls
 * its own: of a worker that died before it had said which pools it has.
 */
export async function strayPools(sql: Sql): Promise<readonly string[]> {
  const rows = await sql<{ pool: string }[]>`
    select distinct j.locked_by as pool from graphile_worker.jobs j
    where j.locked_by is not null and j.locked_at < now() - ${LAPSE_MS} * interval '1 ms' and not exists (
      select from workers w where j.locked_by = any(w.pool_ids) and w.beat_at > now() - ${LAPSE_MS} * interval '1 ms')`;
  return rows.map(({ pool }) => pool);
}

/** Everybody who is said to run on this machine. */
export async function workersOf(sql: Sql, host: string): Promise<readonly WorkerRow[]> {
  return sql<WorkerRow[]>`
    select id, host, pid, start_time as "startTime", pool_ids as "poolIds" from workers where host = ${host}`;
}

/** Declares a worker dead at once: its process is known to be gone. */
export async function declareDead(sql: Sql, id: string): Promise<void> {
  await sql`update workers set beat_at = now() - ${2 * LAPSE_MS} * interval '1 ms' where id = ${id}`;
}

/** Whether anybody works on this database now. Not limited to a workspace: workers serve all. */
export async function hasWorker(sql: Sql): Promise<boolean> {
  const rows = await sql`select from workers where beat_at > now() - ${LAPSE_MS} * interval '1 ms' limit 1`;
  return rows.length > 0;
}

/** Logs at which time alone changes something by now. Not limited to a workspace: the clock serves all. */
export async function dueStreams(
  sql: Sql,
  now: number,
): Promise<
  readonly { readonly id: string; readonly kind: "run" | "consultation"; readonly workspaceId: string }[]
> {
  return sql`
    select id, kind, workspace_id as "workspaceId" from streams
    where due_at <= ${now} order by due_at limit 500`;
}

/** The next moment at which `dueStreams` will have something; null when nothing is set. */
export async function nextDue(sql: Sql): Promise<number | null> {
  const [row] = await sql<
    { due: string | null }[]
  >`select min(due_at) as due from streams where due_at is not null`;
  return row?.due == null ? null : Number(row.due);
}
