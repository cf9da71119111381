import type { Sql } from "postgres";

/** One figure: what is counted, and of which kind. */
export type Figure = { readonly name: string; readonly state: string; readonly value: number };

/** How much of what stands in a workspace now. Only what is open is counted: what has ended may be a hundred thousand rows. */
export const figuresOf = (sql: Sql, workspaceId: string): Promise<readonly Figure[]> => sql<Figure[]>`
  select 'runs_open' as name, status as state, count(*)::float8 as value from runs
    where workspace_id = ${workspaceId} and ended_at is null group by status
  union all select 'steps', status, count(*) from steps
    where workspace_id = ${workspaceId} and status in ('working', 'ready') group by status
  union all select case when run_id is null then 'requests_open' else 'run_questions_open' end, '', count(*)
    from consultations where workspace_id = ${workspaceId} and state = 'open' group by run_id is null
  union all select 'deliveries', 'waiting', count(*) from deliveries
    where workspace_id = ${workspaceId} and state = 'waiting'
  union all select 'delivery_lag_seconds', '', coalesce(extract(epoch from now() - min(created_at)), 0) from deliveries
    where workspace_id = ${workspaceId} and state = 'waiting'
  union all select 'slack_messages', state, count(*) from messages
    where workspace_id = ${workspaceId} and state in ('wanted', 'posting', 'refused') group by state
  union all select 'tasks_held', '', count(*) from tasks where workspace_id = ${workspaceId}
  order by name, state`;
