import type { Sql } from "postgres";

/** An agent that could take a step now, with how many more it may hold. */
export type Candidate = {
  readonly id: string;
  readonly workspaceId: string;
  readonly projectId: string | null;
  readonly name: string;
  readonly capabilities: readonly string[];
  readonly free: number;
  /** How long its signs of life hold, where a claim says nothing else. */
  readonly leaseMs: number;
  /** Where work is pushed to; null where it claims. */
  readonly endpointId: string | null;
};

/** A step that waits for an agent outside. */
export type Offered = {
  readonly workspaceId: string;
  readonly runId: string;
  readonly key: string;
  /** The number that an attempt at it would have. */
  readonly attempt: number;
  readonly projectId: string | null;
  readonly agent: string | null;
  readonly capability: string | null;
};

export type Market = { readonly agents: readonly Candidate[]; readonly steps: readonly Offered[] };

/** How many steps one look shows. */
export const MOST_STEPS = 100;

/**
 * Who has a hand free, and the steps for which one of them will do: the most urgent first, then the oldest. Candidates are
 * those who wait here (`waiting`), and with `withPush` all whom work is pushed to. Not limited to a workspace: a process
 * serves all, and steps meet only agents of their own.
 */
export async function lookAtMarket(
  sql: Sql,
  waiting: readonly string[],
  { withPush, most }: { readonly withPush: boolean; readonly most: number | null },
): Promise<Market> {
  const [row] = await sql<{ agents: Candidate[]; steps: Offered[] }[]>`
    with candidates as materialized (
      select a.id, a.workspace_id, a.project_id, a.name, a.capabilities, a.endpoint_id, a.lease_ms,
        a.max_concurrent - (select count(*)::int from tasks t where t.agent_id = a.id) as free
      from outside_agents a left join endpoints e on e.id = a.endpoint_id and e.workspace_id = a.workspace_id
      where a.id = any(${[...waiting]}::uuid[])
        or ${withPush} and a.endpoint_id is not null and e.disabled_at is null),
    hands as materialized (select * from candidates where free > 0
      ${most === null ? sql`` : sql`and (select count(*) from tasks t where t.workspace_id = candidates.workspace_id) < ${most}`}),
    offered as (
      select s.workspace_id, s.run_id, s.key, s.attempt + 1 as attempt, s.position, r.requested_at,
        (r.brief ->> 'projectId')::uuid as project_id, array_position(array['high', 'normal', 'low'], r.brief ->> 'priority') as urgency,
        s.planned -> 'agent' ->> 'agent' as agent, s.planned -> 'agent' ->> 'capability' as capability
      from steps s join runs r on r.id = s.run_id
      where s.agent = 'remote' and s.status = 'ready' and s.workspace_id in (select workspace_id from hands)
        and r.ended_at is null
        and not exists (select from tasks t where t.run_id = s.run_id and t.step_key = s.key and t.attempt = s.attempt + 1)),
    wanted as (
      select * from offered o where exists (
        select from hands h where h.workspace_id = o.workspace_id and (h.project_id is null or h.project_id = o.project_id)
          and (lower(h.name) = lower(o.agent) or o.capability = any(h.capabilities)))
      order by urgency, requested_at, run_id, position limit ${MOST_STEPS})
    select
      (select coalesce(json_agg(json_build_object('id', id, 'workspaceId', workspace_id, 'projectId', project_id,
        'name', name, 'leaseMs', lease_ms, 'capabilities', capabilities, 'free', free, 'endpointId', endpoint_id)), '[]') from hands) as agents,
      (select coalesce(json_agg(json_build_object('workspaceId', workspace_id, 'runId', run_id, 'key', key,
        'attempt', attempt, 'projectId', project_id, 'agent', agent, 'capability', capability)
        order by urgency, requested_at, run_id, position), '[]') from wanted) as steps`;
  return row ?? { agents: [], steps: [] };
}

/** A step and the agent that is to have it. */
export type Match = {
  readonly lease: string;
  readonly step: Offered;
  readonly agentId: string;
  readonly leaseMs: number;
};

/** A reservation that nobody goes on with (its process has died) stands in the way no longer than this. */
const RESERVED_MS = 10_000;

/**
 * Reserves steps for agents, and resolves to the leases of those that were to be had: each attempt goes to one agent only,
 * and no agent holds more than it may (nor all of a workspace more than `most`), whichever processes reserve at once.
 */
export async function reserve(
  sql: Sql,
  matches: readonly Match[],
  most: number | null,
): Promise<ReadonlySet<string>> {
  const rows = matches.map(({ lease, step, agentId, leaseMs }, i) => ({
    ...{
      lease,
      workspace_id: step.workspaceId,
      run_id: step.runId,
      step_key: step.key,
      attempt: step.attempt,
    },
    ...{ agent_id: agentId, lease_ms: leaseMs, place: i },
  }));
  const agents = [...new Set(matches.map(({ agentId }) => agentId))];
  const reserved = await sql.begin(async (tx) => {
    if (most !== null) await tx`select pg_advisory_xact_lock(hashtextextended('agents:remote', 0))`;
    // Counted after the locks are held: another process may just have given them something.
    await tx`select from outside_agents where id = any(${agents}::uuid[]) order by id for update`;
    return tx<{ lease: string }[]>`
      insert into tasks (lease, workspace_id, run_id, step_key, attempt, agent_id, lease_ms, lease_until, deadline)
      select m.lease, m.workspace_id, m.run_id, m.step_key, m.attempt, m.agent_id, m.lease_ms, now() + ${RESERVED_MS} * interval '1 ms',
        now() + ${RESERVED_MS} * interval '1 ms'
      from (select *, row_number() over (partition by agent_id order by place) as nth,
          row_number() over (partition by workspace_id order by place) as overall
        from jsonb_to_recordset(${tx.json(rows)}) as r(lease text, workspace_id text, run_id uuid, step_key text,
          attempt int, agent_id uuid, lease_ms int, place int)) m
      join outside_agents a on a.id = m.agent_id and a.workspace_id = m.workspace_id
      where m.nth <= a.max_concurrent - (select count(*) from tasks t where t.agent_id = a.id)
        ${most === null ? tx`` : tx`and m.overall <= ${most} - (select count(*) from tasks t where t.workspace_id = m.workspace_id)`}
      order by m.run_id, m.step_key
      on conflict do nothing returning lease`;
  });
  return new Set(reserved.map(({ lease }) => lease));
}
