import type { Sql } from "postgres";
import type { ConnectionRow } from "./connections.ts";

type Place = Pick<ConnectionRow, "workspaceId" | "projectId" | "system">;

/** Since when a connection is asked for news now, and until when it was heard before; null where it never was. */
export type Poll = { readonly startedAt: Date; readonly polledTo: Date | null };

/** Takes a connection's turn to be asked for news; null where somebody took it less than `everyMs` ago. */
export async function claimPoll(
  sql: Sql,
  { workspaceId, projectId, system }: Place,
  everyMs: number,
): Promise<Poll | null> {
  const [poll] = await sql<Poll[]>`
    update connections set polled_at = clock_timestamp()
    where workspace_id = ${workspaceId} and project_id = ${projectId} and system = ${system} and removed_at is null
      and (polled_at is null or polled_at <= clock_timestamp() - ${everyMs} * interval '1 ms')
    returning polled_at as "startedAt", polled_to as "polledTo"`;
  return poll ?? null;
}

/** It is not asked any more: whenever it is again, only what happens from then on is heard. */
export async function forgetPolls(sql: Sql, { workspaceId, projectId, system }: Place): Promise<void> {
  await sql`
    update connections set polled_to = null, polled_at = null
    where workspace_id = ${workspaceId} and project_id = ${projectId} and system = ${system} and polled_to is not null`;
}
