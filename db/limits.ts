import type { Sql } from "postgres";
import type { AgentKind } from "#engine/run/plan.ts";

/** How many agents of a kind may work at once in one workspace. */
export type Limit = { readonly workspaceId: string; readonly kind: AgentKind; readonly most: number };

/**
 * Runs `begin` when fewer than `most` agents of this kind work, and null otherwise. The count and the beginning are one:
 * nobody else, in any process, begins such an attempt meanwhile.
 */
export async function withinLimit<T>(
  sql: Sql,
  { workspaceId, kind, most }: Limit,
  begin: () => Promise<T>,
): Promise<T | null> {
  const result = await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtextextended(${`agents:${workspaceId}:${kind}`}, 0))`;
    const [row] = await tx<{ working: number }[]>`
      select count(*)::int as working from steps
      where workspace_id = ${workspaceId} and agent = ${kind} and status = 'working'`;
    return { begun: (row?.working ?? 0) < most ? await begin() : null };
  });
  return result.begun;
}

/** Puts the steps that waited longest for an agent of this kind back into the queue, the most urgent first: as many as have a place now. */
export async function admitWaiting(sql: Sql, kind: AgentKind, most: number): Promise<void> {
  await sql`
    with free as (
      select workspace_id, ${most} - count(*) filter (where status = 'working') as places
      from steps where agent = ${kind} and status in ('working', 'ready') group by workspace_id),
    line as (
      select s.workspace_id, s.run_id, s.key, r.brief ->> 'priority' as urgency,
        row_number() over (partition by s.workspace_id
          order by array_position(array['high', 'normal', 'low'], r.brief ->> 'priority'), r.requested_at) as place
      from steps s join runs r on r.id = s.run_id
      where s.agent = ${kind} and s.status = 'ready')
    select graphile_worker.add_job('work-on-step',
      json_build_object('workspaceId', line.workspace_id, 'runId', run_id, 'key', key, 'agent', ${kind}::text),
      priority => array_position(array['high', 'normal', 'low'], urgency) * 10 - 20)
    from line join free using (workspace_id) where place <= places`;
}
