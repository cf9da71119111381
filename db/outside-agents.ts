import type { JSONValue, Sql } from "postgres";

/** An agent outside that has registered to take work, with how much of it it holds now. */
export type OutsideAgentRow = {
  readonly id: string;
  readonly workspaceId: string;
  /** The only project whose steps it gets; null for all. */
  readonly projectId: string | null;
  /** The key that registered it, and that alone speaks for it; null where keys are off. */
  readonly keyId: string | null;
  readonly name: string;
  readonly description: string;
  readonly capabilities: readonly string[];
  readonly maxConcurrent: number;
  /** How long its signs of life hold, where a claim says nothing else. */
  readonly leaseMs: number;
  readonly card: unknown;
  /** Where work is pushed to; null where it claims. */
  readonly endpointId: string | null;
  readonly endpointUrl: string | null;
  readonly heartbeatAt: Date;
  readonly registeredAt: Date;
  /** Whether it has given no sign of life for `SILENT_MS`. One that work is pushed to need not. */
  readonly isSilent: boolean;
  /** Why nothing is pushed to it any more; null where it is, or where it claims. */
  readonly endpointOff: string | null;
  readonly tasks: number;
  /** By which lists are sorted. */
  readonly sortKey: string;
};

/** An agent that gives no sign of life for so long is silent. */
const SILENT_MS = 60_000;

export type NewOutsideAgent = Pick<
  OutsideAgentRow,
  | "id"
  | "workspaceId"
  | "projectId"
  | "keyId"
  | "name"
  | "description"
  | "capabilities"
  | "maxConcurrent"
  | "leaseMs"
  | "card"
  | "endpointId"
>;

/** Keeps a new agent. False where the workspace has one of that name, however it is written. */
export async function addAgent(sql: Sql, agent: NewOutsideAgent): Promise<boolean> {
  const { id, workspaceId, projectId, keyId, name, description, capabilities, maxConcurrent } = agent;
  const rows = await sql`
    insert into outside_agents (id, workspace_id, project_id, key_id, name, description, capabilities, max_concurrent,
      lease_ms, card, endpoint_id)
    values (${id}, ${workspaceId}, ${projectId}, ${keyId}, ${name}, ${description}, ${[...capabilities]},
      ${maxConcurrent}, ${agent.leaseMs}, ${json(sql, agent.card)}, ${agent.endpointId})
    on conflict do nothing returning id`;
  return rows.length > 0;
}

/** What an agent says of itself now, in place of what it said before. Its id stays. */
export async function changeAgent(sql: Sql, agent: NewOutsideAgent): Promise<void> {
  const { id, workspaceId, projectId, keyId, name, description, capabilities, maxConcurrent } = agent;
  await sql`
    update outside_agents set project_id = ${projectId}, key_id = ${keyId}, name = ${name},
      description = ${description}, capabilities = ${[...capabilities]}, max_concurrent = ${maxConcurrent}, lease_ms = ${agent.leaseMs},
      card = ${json(sql, agent.card)}, endpoint_id = ${agent.endpointId}, heartbeat_at = now(), silent_since = null
    where workspace_id = ${workspaceId} and id = ${id}`;
}

/** The agent with this id, or of this name (whatever its case); null where the workspace has none. */
export async function findAgent(
  sql: Sql,
  workspaceId: string,
  idOrName: string,
): Promise<OutsideAgentRow | null> {
  const [agent] = await sql<OutsideAgentRow[]>`
    select ${columns(sql)} where a.workspace_id = ${workspaceId}
      and (a.id::text = lower(${idOrName}) or lower(a.name) = lower(${idOrName}))
    order by (a.id::text = lower(${idOrName})) desc limit 1`;
  return agent ?? null;
}

/** A page of a workspace's agents by name; those of one project where one is given. */
export async function listAgents(
  sql: Sql,
  workspaceId: string,
  page: { readonly projectId: string | null; readonly after: string | null; readonly most: number },
): Promise<readonly OutsideAgentRow[]> {
  const { projectId, after, most } = page;
  return sql<OutsideAgentRow[]>`
    select ${columns(sql)} where a.workspace_id = ${workspaceId}
      ${projectId === null ? sql`` : sql`and a.project_id = ${projectId}`}
      ${after === null ? sql`` : sql`and lower(a.name) collate "C" > ${after}`}
    order by lower(a.name) collate "C" limit ${most}`;
}

/** The agents that are there for a goal of this project: neither silent nor off, the first 50 by name. */
export async function agentsToPlanWith(
  sql: Sql,
  workspaceId: string,
  projectId: string | null,
): Promise<readonly OutsideAgentRow[]> {
  const agents = await sql<OutsideAgentRow[]>`
    select ${columns(sql)} where a.workspace_id = ${workspaceId}
      and (a.project_id is null or a.project_id = ${projectId}) order by lower(a.name) collate "C" limit 50`;
  return agents.filter(({ isSilent, endpointOff }) => !isSilent && endpointOff === null);
}

/** Takes an agent off the list. What it holds goes back when its leases lapse. */
export async function removeAgent(sql: Sql, workspaceId: string, id: string): Promise<void> {
  await sql`delete from outside_agents where workspace_id = ${workspaceId} and id = ${id}`;
}

/** Signs of life of these agents, of whatever workspace: who sends them has looked whose they are. */
export async function beatAgents(sql: Sql, ids: readonly string[]): Promise<void> {
  await sql`
    update outside_agents set heartbeat_at = now(), silent_since = null where id = any(${[...ids]}::uuid[])`;
}

/** The names of agents that other keys have registered. */
export async function namesOfOthers(
  sql: Sql,
  { workspaceId, keyId }: Pick<OutsideAgentRow, "workspaceId" | "keyId">,
): Promise<readonly string[]> {
  const rows = await sql<{ name: string }[]>`
    select name from outside_agents where workspace_id = ${workspaceId} and key_id is distinct from ${keyId}::uuid`;
  return rows.map(({ name }) => name);
}

/** Whether the key that registered an agent holds no more, so that another may take its name over. */
export async function isKeyGone(sql: Sql, workspaceId: string, keyId: string): Promise<boolean> {
  const rows = await sql`
    select from api_keys where workspace_id = ${workspaceId} and id = ${keyId} and revoked_at is null
      and (expires_at is null or expires_at > now())`;
  return rows.length === 0;
}

/** Agents that have fallen silent since anybody was told. Not limited to a workspace: the clock serves all. */
export async function newlySilent(
  sql: Sql,
): Promise<readonly Pick<OutsideAgentRow, "id" | "workspaceId" | "name" | "heartbeatAt">[]> {
  return sql`
    update outside_agents set silent_since = now()
    where silent_since is null and endpoint_id is null
      and heartbeat_at < now() - ${SILENT_MS} * interval '1 ms'
    returning id, workspace_id as "workspaceId", name, heartbeat_at as "heartbeatAt"`;
}

const columns = (sql: Sql) => sql`
  a.id, a.workspace_id as "workspaceId", a.project_id as "projectId", a.key_id as "keyId", a.name, a.description,
  a.capabilities, a.max_concurrent as "maxConcurrent", a.lease_ms as "leaseMs", a.card,
  a.endpoint_id as "endpointId", e.url as "endpointUrl",
  a.heartbeat_at as "heartbeatAt", a.registered_at as "registeredAt",
  a.endpoint_id is null and a.heartbeat_at < now() - ${SILENT_MS} * interval '1 ms' as "isSilent",
  case when e.disabled_at is not null then coalesce(e.disabled_reason, 'It was switched off.') end as "endpointOff",
  (select count(*)::int from tasks t where t.agent_id = a.id) as tasks,
  lower(a.name) as "sortKey"
  from outside_agents a left join endpoints e on e.id = a.endpoint_id and e.workspace_id = a.workspace_id`;

/** A card comes as JSON and is kept as it came. */
const json = (sql: Sql, value: unknown) => (value === null ? null : sql.json(value as JSONValue));
