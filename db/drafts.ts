import type { Sql } from "postgres";

/** What somebody typed, kept until they have chosen what it means, or until the bot may post where they typed it. */
export type Draft = {
  readonly id: string;
  readonly workspaceId: string;
  readonly requestedBy: string;
  readonly channelId: string;
  readonly request: unknown;
};

export async function keepDraft(
  sql: Sql,
  { id, workspaceId, requestedBy, channelId, request }: Draft,
): Promise<void> {
  await sql`
    insert into kept_goals (id, workspace_id, requested_by, channel_id, request)
    values (${id}, ${workspaceId}, ${requestedBy}, ${channelId}, ${sql.json(request as never)})
    on conflict (id) do nothing`;
}

/** A draft is kept after it was used: a second click finds it, and finds out that its goal exists. */
export async function draftById(sql: Sql, workspaceId: string, id: string): Promise<Draft | null> {
  const [draft] = await sql<Draft[]>`
    select id, workspace_id as "workspaceId", requested_by as "requestedBy", channel_id as "channelId", request
    from kept_goals where workspace_id = ${workspaceId} and id = ${id}`;
  return draft ?? null;
}
