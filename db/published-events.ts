import type { JSONValue, Sql, TransactionSql } from "postgres";

/** An event that an agent outside published. */
export type PublishedRow = {
  readonly id: string;
  readonly workspaceId: string;
  readonly projectId: string | null;
  readonly eventType: string;
  readonly workflowId: string;
  readonly agentId: string;
  /** As it is told. */
  readonly envelope: unknown;
};

/** Keeps an event; where one with this id is there, that one stays. Resolves to its envelope. */
export async function keepEvent(sql: Sql | TransactionSql, row: PublishedRow): Promise<unknown> {
  const { id, workspaceId, projectId, eventType, workflowId, agentId, envelope } = row;
  await sql`
    insert into published_events (id, workspace_id, project_id, event_type, workflow_id, agent_id, envelope)
    values (${id}, ${workspaceId}, ${projectId}, ${eventType}, ${workflowId}, ${agentId},
      ${sql.json(envelope as JSONValue)})
    on conflict (id) do nothing`;
  const [kept] = await sql<{ envelope: unknown }[]>`
    select envelope from published_events where id = ${id} and workspace_id = ${workspaceId}`;
  return kept?.envelope ?? envelope;
}

/** Which events; `projectId` null is any project. */
export type PublishedFilter = {
  readonly workspaceId: string;
  readonly projectId: string | null;
  readonly eventType?: string | undefined;
  readonly workflowId?: string | undefined;
};

/** Published events, newest first, each with its place in the list. */
export async function listEvents(
  sql: Sql,
  { workspaceId, projectId, eventType, workflowId }: PublishedFilter,
  {
    most,
    after,
  }: { readonly most: number; readonly after: { readonly at: string; readonly id: string } | null },
): Promise<readonly { readonly id: string; readonly place: string; readonly envelope: unknown }[]> {
  const only = [
    projectId === null ? sql`` : sql`and project_id = ${projectId}`,
    eventType === undefined ? sql`` : sql`and event_type = ${eventType}`,
    workflowId === undefined ? sql`` : sql`and workflow_id = ${workflowId}`,
    after === null ? sql`` : sql`and (created_at, id) < (${after.at}::timestamptz, ${after.id}::uuid)`,
  ];
  return sql<{ id: string; place: string; envelope: unknown }[]>`
    select id, created_at::text as place, envelope from published_events
    where workspace_id = ${workspaceId} ${only} order by created_at desc, id desc limit ${most}`;
}

/** Whether an event is kept under this id in this workspace, and in this project where one is given. */
export async function isPublished(
  sql: Sql,
  { workspaceId, projectId }: Pick<PublishedFilter, "workspaceId" | "projectId">,
  id: string,
): Promise<boolean> {
  const rows = await sql`
    select from published_events where workspace_id = ${workspaceId} and id = ${id}
      and (${projectId}::uuid is null or project_id = ${projectId})`;
  return rows.length > 0;
}

/** Whether a run of this workspace has this id. */
export async function isRun(sql: Sql, workspaceId: string, id: string): Promise<boolean> {
  const rows = await sql`select from runs where workspace_id = ${workspaceId} and id = ${id}`;
  return rows.length > 0;
}
