import type { Sql } from "postgres";
import { LAPSE_MS } from "./workers.ts";

export type StreamRow = {
  readonly id: string;
  readonly kind: "run" | "consultation";
  readonly workspaceId: string;
  readonly seq: number;
};

/**
 * Which logs a follower reads: all of connected workspaces (`shown`, as people see them in Slack), requests of outside agents
 * (`requests`), all of workspaces in which somebody subscribes to events (`subscribed`), or runs of projects that are kept
 * in step with Jira or Confluence, asked for since they are (`jira`, `confluence`). What is owed to programs outside is owed
 * also while Slack does not know us.
 */
export type Reads = "shown" | "requests" | "subscribed" | "jira" | "confluence";
/** `workspaceId`: the only one whose logs it reads. */
type Reader = {
  readonly name: string;
  readonly reads?: Reads | undefined;
  readonly workspaceId?: string | undefined;
};

const isRead = (sql: Sql, { reads = "shown", workspaceId }: Omit<Reader, "name">) =>
  workspaceId === undefined
    ? isAmong(sql, reads)
    : sql`s.workspace_id = ${workspaceId} and ${isAmong(sql, reads)}`;

const isAmong = (sql: Sql, reads: Reads) => {
  switch (reads) {
    case "shown":
      return sql`exists (select from installations i where i.workspace_id = s.workspace_id and i.connected)`;
    case "requests":
      return sql`s.kind = 'consultation'
        and exists (select from consultations q where q.id = s.id and q.workflow_id is not null)`;
    case "subscribed":
      return sql`exists (select from endpoints e
        where e.workspace_id = s.workspace_id and e.kind = 'subscription' and e.disabled_at is null)`;
    case "jira":
    case "confluence":
      return sql`s.kind = 'run'
        and exists (select from installations i where i.workspace_id = s.workspace_id and i.connected)
        and exists (select from runs r join connections n on n.workspace_id = r.workspace_id and n.system = ${reads}
            and n.project_id = (r.brief ->> 'projectId')::uuid and n.removed_at is null
          where r.id = s.id and r.requested_at >= floor(extract(epoch from n.since) * 1000))`;
  }
};

/** A run's end is not put off by a wait that only spreads writing over time; a failure's wait is. */
const needsNotWait = (sql: Sql, reads: Reads = "shown") =>
  reads === "jira" || reads === "confluence"
    ? sql`(c.failures = 0 and exists (select from runs r where r.id = c.stream_id and r.ended_at is not null))`
    : sql`false`;

export type Claim = { readonly stream: StreamRow; readonly seq: number; readonly failures: number };

/**
 * Takes a log for one follower, in one short statement. Null when there is nothing new, when somebody whose beats go
 * on holds it, when a failure said to wait, or when the workspace is not connected.
 */
export async function claim(
  sql: Sql,
  reader: Reader,
  holder: string,
  streamId: string,
): Promise<Claim | null> {
  const { name: follower } = reader;
  const [row] = await sql<(Omit<StreamRow, "seq"> & { head: number; seq: number; failures: number })[]>`
    with stream as (
      select s.* from streams s where s.id = ${streamId} and ${isRead(sql, reader)} and s.seq > coalesce(
        (select c.seq from cursors c where c.follower = ${follower} and c.stream_id = s.id), 0)),
    held as (
      insert into cursors as c (follower, stream_id, workspace_id, seq, held_by)
      select ${follower}, id, workspace_id, 0, ${holder} from stream
      on conflict (follower, stream_id) do update set held_by = ${holder}
        where (c.not_before is null or c.not_before <= now() or ${needsNotWait(sql, reader.reads)})
          and c.stuck_at is null and not exists (
          select from workers w where w.id = c.held_by and w.beat_at > now() - ${LAPSE_MS} * interval '1 ms')
      returning c.seq, c.failures)
    select stream.id, stream.kind, stream.workspace_id as "workspaceId", stream.seq as head, held.seq, held.failures
    from stream, held`;
  if (!row) return null;
  const { id, kind, workspaceId, head, seq, failures } = row;
  return { stream: { id, kind, workspaceId, seq: head }, seq, failures };
}

/**
 * Says how far the log has been read, and lets go of it. Resolves to whether it had grown by then; what is written at the
 * same moment is told by its notification, which comes after its commit.
 */
export async function release(
  sql: Sql,
  follower: string,
  holder: string,
  streamId: string,
  seq: number,
): Promise<boolean> {
  const [row] = await sql<{ grown: boolean }[]>`
    with released as (
      update cursors set seq = ${seq}, held_by = null, not_before = null, failures = 0, last_error = null
      where follower = ${follower} and stream_id = ${streamId} and held_by = ${holder})
    select seq > ${seq} as grown from streams where id = ${streamId}`;
  return row?.grown ?? false;
}

/** Lets go of a log that could not be followed, until `waitMs` have passed. The reason is kept where people can see it. */
export async function postpone(
  sql: Sql,
  {
    follower,
    holder,
    streamId,
  }: { readonly follower: string; readonly holder: string; readonly streamId: string },
  waitMs: number,
  reason: string,
): Promise<void> {
  await sql`
    update cursors set held_by = null, failures = failures + 1, last_error = ${reason},
      not_before = now() + ${waitMs} * interval '1 ms'
    where follower = ${follower} and stream_id = ${streamId} and held_by = ${holder}`;
}

/** Lets go of a log that is looked at again in `waitMs`, where nothing has failed. */
export async function lookAgain(
  sql: Sql,
  {
    follower,
    holder,
    streamId,
  }: { readonly follower: string; readonly holder: string; readonly streamId: string },
  waitMs: number,
): Promise<void> {
  await sql`
    update cursors set held_by = null, not_before = now() + ${waitMs} * interval '1 ms'
    where follower = ${follower} and stream_id = ${streamId} and held_by = ${holder}`;
}

/** Lets go of a log that no retry can bring further. Nobody tries again until `freeStuck`. */
export async function markStuck(
  sql: Sql,
  {
    follower,
    holder,
    streamId,
  }: { readonly follower: string; readonly holder: string; readonly streamId: string },
  reason: string,
): Promise<void> {
  await sql`
    update cursors set held_by = null, stuck_at = now(), last_error = ${reason}
    where follower = ${follower} and stream_id = ${streamId} and held_by = ${holder}`;
}

/** Those among these logs that such a follower reads. */
export async function streamsRead(
  sql: Sql,
  reader: Omit<Reader, "name">,
  ids: readonly string[],
): Promise<readonly string[]> {
  const rows = await sql<{ id: string }[]>`
    select s.id from streams s where s.id = any(${[...ids]}::uuid[]) and ${isRead(sql, reader)}`;
  return rows.map(({ id }) => id);
}

/** Logs that a follower has not read to the end: all of them at a start, later only what changed lately or was put off. */
export async function logsBehind(
  sql: Sql,
  reader: Reader,
  sinceMs: number | null,
): Promise<readonly string[]> {
  const { name: follower } = reader;
  const recent = sinceMs === null ? sql`true` : sql`s.changed_at > now() - ${sinceMs} * interval '1 ms'`;
  const rows = await sql<{ id: string }[]>`
    (select s.id from streams s left join cursors c on c.stream_id = s.id and c.follower = ${follower}
    where ${recent} and s.seq > coalesce(c.seq, 0) and ${isRead(sql, reader)}
    order by s.changed_at desc limit 10000)
    union
    select stream_id from cursors where follower = ${follower} and not_before <= now() and stuck_at is null`;
  return rows.map((row) => row.id);
}
