import type { Sql } from "postgres";
import type { Consultation } from "#engine/consultation/consultation.ts";
import type { AgentKind } from "#engine/run/plan.ts";
import { LAPSE_MS } from "./workers.ts";

/** Questions of a workspace that wait for this person by name or for whole channels: the oldest 200, oldest first. */
export async function openQuestions(
  sql: Sql,
  workspaceId: string,
  person: string,
): Promise<readonly Consultation[]> {
  const rows = await sql<{ body: Consultation }[]>`
    select body from consultations
    where workspace_id = ${workspaceId} and state = 'open'
      and (body -> 'policy' -> 'people' = '[]' or body -> 'policy' -> 'people' ? ${person})
    order by opened_at nulls first, id limit 200`;
  return rows.map((row) => row.body).toSorted((a, b) => a.openedAt - b.openedAt);
}

/** The runs of the newest goals that somebody asked for, in whatever channel. */
export async function newestRunsBy(
  sql: Sql,
  workspaceId: string,
  person: string,
  most: number,
): Promise<readonly string[]> {
  const rows = await sql<{ id: string }[]>`
    select latest_run_id as id from goals
    where workspace_id = ${workspaceId} and requested_by = ${person} order by number desc limit ${most}`;
  return rows.map((row) => row.id);
}

/** How many agents of each kind are at work, and whether anybody works at all. */
export async function agentsAtWork(
  sql: Sql,
  workspaceId: string,
): Promise<{ readonly isAnybodyThere: boolean; readonly working: ReadonlyMap<AgentKind, number> }> {
  const [rows, [there]] = await Promise.all([
    sql<{ agent: AgentKind; working: number }[]>`
      select agent, count(*)::int as working from steps
      where workspace_id = ${workspaceId} and status = 'working' group by agent`,
    sql<{ any: boolean }[]>`
      select exists (select from workers where beat_at > now() - ${LAPSE_MS} * interval '1 ms') as any`,
  ]);
  return {
    isAnybodyThere: there?.any ?? false,
    working: new Map(rows.map((row) => [row.agent, row.working])),
  };
}

/** What came of a workspace's goals since a moment (milliseconds since 1970). */
export async function weekOf(sql: Sql, workspaceId: string, since: number) {
  const [[goals], [answers], [models]] = await Promise.all([
    sql<{ done: number; ended: number }[]>`
      select count(*) filter (where status = 'succeeded')::int as done, count(*)::int as ended
      from runs where workspace_id = ${workspaceId} and ended_at > ${since}`,
    sql<{ median: number | null }[]>`
      select percentile_cont(0.5) within group (order by (body ->> 'endedAt')::bigint - (body ->> 'openedAt')::bigint) as median
      from consultations
      where workspace_id = ${workspaceId} and state = 'settled' and (body ->> 'endedAt')::bigint > ${since}`,
    sql<{ calls: number; tokens: number }[]>`
      select coalesce(sum(b.calls), 0)::int as calls, coalesce(sum(b.input_tokens + b.output_tokens), 0)::int as tokens
      from model_budgets b join goals g on g.id = b.goal_id
      where b.workspace_id = ${workspaceId} and g.created_at > ${since}`,
  ]);
  return {
    goalsDone: goals?.done ?? 0,
    goalsEnded: goals?.ended ?? 0,
    medianAnswerMs: answers?.median ?? null,
    modelCalls: models?.calls ?? 0,
    modelTokens: models?.tokens ?? 0,
  };
}

/** Remembers who looks at their Home tab, so that it can be kept true. */
export async function rememberHome(sql: Sql, workspaceId: string, person: string): Promise<void> {
  await sql`
    insert into homes (workspace_id, person_id) values (${workspaceId}, ${person})
    on conflict (workspace_id, person_id) do update set opened_at = now()`;
}

/** Who has looked at their Home tab within a day: at most 50, who looked last first. */
export async function homesOpen(sql: Sql, workspaceId: string): Promise<readonly string[]> {
  const rows = await sql<{ id: string }[]>`
    select person_id as id from homes
    where workspace_id = ${workspaceId} and opened_at > now() - interval '1 day' order by opened_at desc limit 50`;
  return rows.map((row) => row.id);
}
