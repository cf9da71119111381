import type { Sql } from "postgres";

/** How long work of this kind has taken lately in a workspace. */
export type Durations = {
  /** The middle of what steps took, by `likenessOf`; milliseconds. */
  readonly steps: ReadonlyMap<string, number>;
  /** The middle of how long people took to answer a run's question; null where nobody has answered one. */
  readonly answerMs: number | null;
};

/** As many of the newest goals as are looked at: what was long ago says little, and the look stays short. */
const NEWEST = 200;

/** What makes two steps alike: the kind of agent, and the command, the role, or whom outside it takes. */
export function likenessOf(agent: Readonly<Record<string, unknown>>): string {
  const what = WHAT.map((field) => agent[field]).find((value) => typeof value === "string");
  return `${agent["kind"]}:${what ?? ""}`;
}

/** In this order; the statement below has the same. */
const WHAT = ["name", "run", "role", "agent", "capability"] as const;

/** The medians of the newest goals' steps and answers. One short statement by index, however many goals there are. */
export async function durationsOf(sql: Sql, workspaceId: string): Promise<Durations> {
  const rows = await sql<{ what: string; ms: number }[]>`
    with newest as (
      select latest_run_id as id from goals where workspace_id = ${workspaceId} order by number desc limit ${NEWEST}),
    took as (
      select (s.planned #>> '{agent,kind}') || ':' || coalesce(s.planned #>> '{agent,name}', s.planned #>> '{agent,run}',
          s.planned #>> '{agent,role}', s.planned #>> '{agent,agent}', s.planned #>> '{agent,capability}', '') as what,
        (s.state ->> 'endedAt')::bigint - (s.state ->> 'startedAt')::bigint as ms
      from newest n join steps s on s.run_id = n.id
      where s.workspace_id = ${workspaceId} and s.status = 'succeeded' and s.agent <> 'person'
      union all
      select 'person:', (c.body ->> 'endedAt')::bigint - (c.body ->> 'openedAt')::bigint
      from newest n join consultations c on c.run_id = n.id
      where c.workspace_id = ${workspaceId} and c.state = 'settled')
    select what, percentile_cont(0.5) within group (order by ms) as ms from took where ms is not null group by what`;
  const steps = new Map(rows.map(({ what, ms }) => [what, ms]));
  return { steps, answerMs: steps.get("person:") ?? null };
}
