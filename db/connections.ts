import type { Sql } from "postgres";

/** A system that we keep in step with the log. */
export type System = "jira" | "confluence";

/** What a project writes to. The token is as it is kept: encrypted. */
export type ConnectionRow = {
  readonly workspaceId: string;
  readonly projectId: string;
  readonly system: System;
  readonly settings: unknown;
  readonly token: string;
  readonly webhookSecret: string | null;
  readonly source: "cli" | "settings";
  readonly since: Date;
  readonly polledTo: Date | null;
};

const columns = (sql: Sql) => sql`
  workspace_id as "workspaceId", project_id as "projectId", system, settings, token, webhook_secret as "webhookSecret",
  source, since, polled_to as "polledTo"`;

/**
 * Connects a project, or changes how it is connected. What was removed begins anew: runs asked for meanwhile are not written.
 * Resolves to false where the command line has set it and the settings' file would change it.
 */
export async function saveConnection(
  sql: Sql,
  row: Pick<ConnectionRow, "workspaceId" | "projectId" | "system" | "settings" | "token" | "source">,
): Promise<boolean> {
  const { workspaceId, projectId, system, settings, token, source } = row;
  const saved = await sql`
    insert into connections as c (workspace_id, project_id, system, settings, token, source)
    values (${workspaceId}, ${projectId}, ${system}, ${sql.json(settings as never)}, ${token}, ${source})
    on conflict (workspace_id, project_id, system) do update set settings = excluded.settings, token = excluded.token,
      source = excluded.source, removed_at = null, since = case when c.removed_at is null then c.since else now() end
    where ${source} = 'cli' or c.source = 'settings' or c.removed_at is not null
    returning project_id`;
  return saved.length > 0;
}

/** Nothing is written there any more, and its token is forgotten. False where it was not connected. */
export async function removeConnection(
  sql: Sql,
  { workspaceId, projectId, system }: Pick<ConnectionRow, "workspaceId" | "projectId" | "system">,
): Promise<boolean> {
  const removed = await sql`
    update connections set removed_at = now(), token = '', webhook_secret = null
    where workspace_id = ${workspaceId} and project_id = ${projectId} and system = ${system} and removed_at is null
    returning project_id`;
  return removed.length > 0;
}

/** How a project is connected; null where it is not. */
export async function connectionOf(
  sql: Sql,
  workspaceId: string,
  projectId: string,
  system: System,
): Promise<ConnectionRow | null> {
  const [row] = await sql<ConnectionRow[]>`
    select ${columns(sql)} from connections
    where workspace_id = ${workspaceId} and project_id = ${projectId} and system = ${system} and removed_at is null`;
  return row ?? null;
}

/** Every connection of a workspace. */
export async function connectionsIn(sql: Sql, workspaceId: string): Promise<readonly ConnectionRow[]> {
  return sql<ConnectionRow[]>`
    select ${columns(sql)} from connections where workspace_id = ${workspaceId} and removed_at is null
    order by project_id, system`;
}

/** Every connection to a system, in all workspaces that are connected: for what the clock does, and what comes in from there. */
export async function connectionsTo(sql: Sql, system: System): Promise<readonly ConnectionRow[]> {
  return sql<ConnectionRow[]>`
    select ${columns(sql)} from connections c where system = ${system} and removed_at is null
      and exists (select from installations i where i.workspace_id = c.workspace_id and i.connected)
    order by workspace_id, project_id`;
}

/** Keeps what signs what the system sends us; encrypted. */
export async function saveWebhookSecret(
  sql: Sql,
  { workspaceId, projectId, system }: Pick<ConnectionRow, "workspaceId" | "projectId" | "system">,
  secret: string,
): Promise<void> {
  await sql`
    update connections set webhook_secret = ${secret}
    where workspace_id = ${workspaceId} and project_id = ${projectId} and system = ${system}`;
}

/** Says until when we have heard what happened there. */
export async function savePolledTo(
  sql: Sql,
  { workspaceId, projectId, system }: Pick<ConnectionRow, "workspaceId" | "projectId" | "system">,
  polledTo: Date,
): Promise<void> {
  await sql`
    update connections set polled_to = ${polledTo}
    where workspace_id = ${workspaceId} and project_id = ${projectId} and system = ${system}`;
}
