import type { Sql, TransactionSql } from "postgres";
import type { System } from "./connections.ts";

/** The channel on which every process hears that something came in from outside. */
export const HEARD_CHANNEL = "countersign_heard";

/** One thing that came in. `key`: the project whose connection heard it, and the other system's own id. */
export type HeardRef = { readonly workspaceId: string; readonly system: System; readonly key: string };

/** What came in from outside, and what became of it. */
export type Heard = HeardRef & {
  readonly projectId: string;
  /** `waiting`: to be taken up. `asked`: people are asked what follows. `done`: nothing (more) follows. */
  readonly state: "waiting" | "asked" | "done";
  readonly change: unknown;
  /** The run that it is about, or became. */
  readonly streamId: string | null;
  /** What followed, and who said so; while people are asked, why they are. */
  readonly outcome: string | null;
  readonly by: string | null;
  readonly settledAt: Date | null;
  readonly failures: number;
};

const columns = (sql: Sql) => sql`
  workspace_id as "workspaceId", system, key, project_id as "projectId", state, change, stream_id as "streamId",
  outcome, by, settled_at as "settledAt", failures`;

/** What came in through one connection. */
export type Incoming = Pick<HeardRef, "workspaceId" | "system"> & {
  readonly projectId: string;
  readonly changes: readonly { readonly id: string }[];
};

/** The key of a change, by the id that the other system gives it. */
const keyOf = (projectId: string, id: string): string => `${projectId} ${id}`;

/**
 * Keeps what came in, to be taken up; what was heard before is left as it is. `isOld`: it happened before anybody listened, so
 * that nothing follows from it, now or when it is told again. Resolves to how much is news.
 */
export async function hear(
  sql: Sql,
  { workspaceId, system, projectId, changes }: Incoming,
  isOld = false,
): Promise<number> {
  if (changes.length === 0) return 0;
  const rows = changes.map((change) => ({
    ...{ workspace_id: workspaceId, system, key: keyOf(projectId, change.id), project_id: projectId },
    ...{ state: isOld ? "done" : "waiting", change: isOld ? null : change },
  }));
  const news = await sql`
    with news as (
      insert into heard (workspace_id, system, key, project_id, state, change, not_before)
      select workspace_id, system, key, project_id, state, nullif(change, 'null'::jsonb), clock_timestamp()
      from jsonb_to_recordset(${sql.json(rows as never)}) as r(
        workspace_id text, system text, key text, project_id uuid, state text, change jsonb)
      on conflict (workspace_id, system, key) do nothing returning workspace_id)
    select pg_notify(${HEARD_CHANNEL}, workspace_id) from news`;
  return news.length;
}

/**
 * Takes the oldest thing that is due, for `holdMs`: whoever dies over it leaves it to the next one. Null where nothing is due. Only
 * of workspaces that are connected.
 */
export async function claimHeard(sql: Sql, holdMs: number): Promise<Heard | null> {
  const [row] = await sql<Heard[]>`
    update heard set not_before = now() + ${holdMs} * interval '1 ms'
    where (workspace_id, system, key) = (
      select h.workspace_id, h.system, h.key from heard h
      where h.state = 'waiting' and h.not_before <= now()
        and exists (select from installations i where i.workspace_id = h.workspace_id and i.connected)
      order by h.not_before limit 1 for update skip locked)
    returning ${columns(sql)}`;
  return row ?? null;
}

/** In how many milliseconds something is due; null where nothing waits. */
export async function nextHeardMs(sql: Sql): Promise<number | null> {
  const [row] = await sql<{ ms: number | null }[]>`
    select greatest(0, extract(epoch from min(h.not_before) - now()) * 1000)::float8 as ms from heard h
    where h.state = 'waiting' and exists (
      select from installations i where i.workspace_id = h.workspace_id and i.connected)`;
  return row?.ms ?? null;
}

/** It could not be taken up: it is tried again in a while. */
export async function putOffHeard(
  sql: Sql,
  { workspaceId, system, key }: HeardRef,
  waitMs: number,
  reason: string,
): Promise<void> {
  await sql`
    update heard set failures = failures + 1, last_error = ${reason},
      not_before = now() + ${waitMs} * interval '1 ms'
    where workspace_id = ${workspaceId} and system = ${system} and key = ${key} and state = 'waiting'`;
}

/** Nothing follows from it, and nothing of it is kept. */
export async function dropHeard(sql: Sql, { workspaceId, system, key }: HeardRef): Promise<void> {
  await sql`
    update heard set state = 'done', change = null, settled_at = now()
    where workspace_id = ${workspaceId} and system = ${system} and key = ${key} and state = 'waiting'`;
}

/** How something that came in stands from now on. */
export type HeardNow = Pick<Heard, "state" | "streamId" | "outcome" | "by" | "settledAt">;

/** Keeps how it stands now. False where it has stood otherwise than in `heard` by then: whoever was first has said it. */
export async function saveHeard(
  sql: Sql | TransactionSql,
  { workspaceId, system, key, state: before }: Pick<Heard, keyof HeardRef | "state">,
  { state, streamId, outcome, by, settledAt }: HeardNow,
): Promise<boolean> {
  const saved = await sql`
    update heard set state = ${state}, stream_id = ${streamId}, outcome = ${outcome}, by = ${by}, settled_at = ${settledAt}
    where workspace_id = ${workspaceId} and system = ${system} and key = ${key} and state = ${before} returning key`;
  return saved.length > 0;
}

/** One thing that came in; null where this workspace has none under that key. */
export async function heardOf(sql: Sql, { workspaceId, system, key }: HeardRef): Promise<Heard | null> {
  const [row] = await sql<Heard[]>`
    select ${columns(sql)} from heard where workspace_id = ${workspaceId} and system = ${system} and key = ${key}`;
  return row ?? null;
}

/** What people are still asked about a run. */
export async function askedAbout(sql: Sql, workspaceId: string, streamId: string): Promise<readonly Heard[]> {
  return sql<Heard[]>`
    select ${columns(sql)} from heard
    where workspace_id = ${workspaceId} and stream_id = ${streamId} and state = 'asked' order by at`;
}
