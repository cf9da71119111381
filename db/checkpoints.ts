import type { Sql } from "postgres";

/** What an outside agent left behind to go on from later. */
export type CheckpointRow = {
  readonly workflowId: string;
  readonly checkpointId: string;
  readonly agentId: string;
  readonly schemaVersion: number;
  readonly stateData: unknown;
  readonly eventHistory: unknown;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** When somebody went on from it; it stays until it expires. */
  readonly consumedAt: Date | null;
  readonly expiresAt: Date | null;
};

/**
 * Which one, and who wants it; `projectId` null reaches every project's. `now`: what has expired by then is as good as
 * gone.
 */
export type CheckpointRef = Pick<CheckpointRow, "workflowId" | "checkpointId"> & {
  readonly workspaceId: string;
  readonly projectId: string | null;
  readonly keyId: string | null;
  readonly ownerId: string | null;
  readonly now: Date;
};

/** What is kept, new or in the place of what was. Null where somebody else has one under these ids. */
export async function saveCheckpoint(
  sql: Sql,
  ref: CheckpointRef,
  kept: Pick<CheckpointRow, "agentId" | "schemaVersion" | "stateData" | "eventHistory"> & {
    readonly expiresAt: Date;
  },
): Promise<(CheckpointRow & { readonly isNew: boolean }) | null> {
  const { workspaceId, projectId, keyId, workflowId, checkpointId, now } = ref;
  const { agentId, schemaVersion, stateData, eventHistory, expiresAt } = kept;
  const isOver = sql`c.expires_at <= ${now}`;
  const [row] = await sql<(CheckpointRow & { readonly isNew: boolean })[]>`
    insert into checkpoints as c (workspace_id, workflow_id, checkpoint_id, project_id, key_id, agent_id, schema_version,
      state_data, event_history, created_at, updated_at, expires_at)
    values (${workspaceId}, ${workflowId}, ${checkpointId}, ${projectId}, ${keyId}, ${agentId}, ${schemaVersion},
      ${sql.json(stateData as never)}, ${eventHistory === null ? null : sql.json(eventHistory as never)}, ${now}, ${now},
      ${expiresAt})
    on conflict (workspace_id, workflow_id, checkpoint_id) do update set agent_id = excluded.agent_id, key_id = excluded.key_id,
      schema_version = excluded.schema_version, state_data = excluded.state_data,
      event_history = excluded.event_history, updated_at = excluded.updated_at, expires_at = excluded.expires_at,
      consumed_at = null, created_at = case when ${isOver} then excluded.created_at else c.created_at end,
      project_id = case when ${isOver} then excluded.project_id else c.project_id end
    where ${isOver} or ((${projectId}::uuid is null or c.project_id = ${projectId}) and ${isTheirs(sql, ref)})
    returning ${columns(sql)}, c.xmax = 0 as "isNew"`;
  return row ?? null;
}

/** Null where there is none, or none any more. */
export async function checkpointById(sql: Sql, ref: CheckpointRef): Promise<CheckpointRow | null> {
  const [row] = await sql<CheckpointRow[]>`select ${columns(sql)} from checkpoints c where ${is(sql, ref)}`;
  return row ?? null;
}

/** Marks that somebody goes on from it; the first moment stays. Null where there is none, or it is somebody else's. */
export async function consumeCheckpoint(sql: Sql, ref: CheckpointRef): Promise<CheckpointRow | null> {
  const [row] = await sql<CheckpointRow[]>`
    update checkpoints c set consumed_at = coalesce(c.consumed_at, ${ref.now})
    where ${is(sql, ref)} and ${isTheirs(sql, ref)}
    returning ${columns(sql)}`;
  return row ?? null;
}

/** Deletes what has expired, in every workspace. Resolves to how many there were. */
export async function purgeCheckpoints(sql: Sql, now: Date): Promise<number> {
  const gone = await sql`delete from checkpoints where expires_at <= ${now}`;
  return gone.count;
}

const is = (sql: Sql, { workspaceId, projectId, workflowId, checkpointId, now }: CheckpointRef) => sql`
  c.workspace_id = ${workspaceId} and c.workflow_id = ${workflowId} and c.checkpoint_id = ${checkpointId}
  and (${projectId}::uuid is null or c.project_id = ${projectId}) and (c.expires_at is null or c.expires_at > ${now})`;

/** Who goes on from a checkpoint does what people approved: no other agent may put its own in that place. */
const isTheirs = (sql: Sql, { projectId, keyId, ownerId, now }: CheckpointRef) => sql`
  (c.key_id is not distinct from ${keyId}::uuid or c.project_id = ${projectId}::uuid or not exists (
    select from api_keys k where k.id = c.key_id and k.workspace_id = c.workspace_id and k.revoked_at is null
      and (k.expires_at is null or k.expires_at > ${now})
      and coalesce(k.person_id, k.owner_id) is distinct from coalesce(${ownerId}::text, '-')))`;

const columns = (sql: Sql) => sql`
  c.workflow_id as "workflowId", c.checkpoint_id as "checkpointId", c.agent_id as "agentId",
  c.schema_version as "schemaVersion", c.state_data as "stateData", c.event_history as "eventHistory",
  c.created_at as "createdAt", c.updated_at as "updatedAt", c.consumed_at as "consumedAt", c.expires_at as "expiresAt"`;
