import type { PendingQuery, Row, Sql, TransactionSql } from "postgres";
import type { AgentKind } from "#engine/run/plan.ts";

/** How many agents of a kind may work at once in one workspace, and the run that wants one. */
export type Limit = {
  readonly workspaceId: string;
  readonly kind: AgentKind;
  readonly runId: string;
  readonly most: number;
};

/**
 * Runs `begin` when fewer than `most` agents of this kind work, and null otherwise. Places that steps of more urgent runs
 * wait for count as taken: the queue hands out many jobs at once, in no order. The count and the beginning are one: nobody
 * else, in any process, begins such an attempt meanwhile.
 */
export async function withinLimit<T>(
  sql: Sql,
  { workspaceId, kind, runId, most }: Limit,
  begin: () => Promise<T>,
): Promise<T | null> {
  const result = await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtextextended(${`agents:${workspaceId}:${kind}`}, 0))`;
    const [row] = await tx<{ taken: number }[]>`
      select count(*)::int as taken from steps s join runs r on r.id = s.run_id
      where s.workspace_id = ${workspaceId} and s.agent = ${kind} and (s.status = 'working' or s.status = 'ready' and
        ${urgencyOf(tx, tx`r.brief`)} < (select ${urgencyOf(tx, tx`brief`)} from runs where id = ${runId}))`;
    return { begun: (row?.taken ?? 0) < most ? await begin() : null };
  });
  return result.begun;
}

/** 1 is the most urgent. */
const urgencyOf = (sql: Sql | TransactionSql, brief: PendingQuery<Row[]>) =>
  sql`array_position(array['high', 'normal', 'low'], ${brief} ->> 'priority')`;

/**
 * Puts the steps that waited longest for an agent of this kind back into the queue, the most urgent first: as many as have a
 * place now. Resolves to how many go on waiting.
 */
export async function admitWaiting(sql: Sql, kind: AgentKind, most: number): Promise<number> {
  const [row] = await sql<{ left: number }[]>`
    with free as (
      select workspace_id, ${most} - count(*) filter (where status = 'working') as places
      from steps where agent = ${kind} and status in ('working', 'ready') group by workspace_id),
    line as (
      select s.workspace_id, s.run_id, s.key, ${urgencyOf(sql, sql`r.brief`)} as urgency,
        row_number() over (
          partition by s.workspace_id order by ${urgencyOf(sql, sql`r.brief`)}, r.requested_at) as place
      from steps s join runs r on r.id = s.run_id
      where s.agent = ${kind} and s.status = 'ready'),
    admitted as (
      select graphile_worker.add_job('work-on-step',
        json_build_object('workspaceId', line.workspace_id, 'runId', run_id, 'key', key, 'agent', ${kind}::text),
        priority => urgency * 10 - 20)
      from line join free using (workspace_id) where place <= places)
    select (select count(*) from line)::int - (select count(*) from admitted)::int as left`;
  return row?.left ?? 0;
}
