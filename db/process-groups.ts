import type { Sql } from "postgres";
import type { Assignment, ProcessGroup } from "#engine/agent/agent.ts";
import { LAPSE_MS } from "./workers.ts";

/** Remembers a process group before its command really starts. Rejects when the attempt is no longer the one being worked on. */
export async function keepGroup(
  sql: Sql,
  host: string,
  assignment: Assignment,
  group: ProcessGroup,
): Promise<void> {
  const { lease, workspaceId, runId, step } = assignment;
  const kept = await sql`
    insert into process_groups (lease, workspace_id, run_id, step_key, host, group_id, start_time)
    select ${lease}, ${workspaceId}, ${runId}, ${step.key}, ${host}, ${group.groupId}, ${group.startTime}
    from steps where run_id = ${runId} and key = ${step.key} and lease = ${lease} and workspace_id = ${workspaceId}`;
  if (kept.count === 0) throw new Error("The attempt is no longer the one being worked on.");
}

export async function forgetGroup(sql: Sql, { workspaceId, lease }: Assignment): Promise<void> {
  await sql`delete from process_groups where lease = ${lease} and workspace_id = ${workspaceId}`;
}

export type LeftGroup = ProcessGroup & { readonly lease: string; readonly runId: string };

/** Groups on this machine whose attempt is over or belongs to a worker that is gone. */
export async function leftGroups(sql: Sql, host: string): Promise<readonly LeftGroup[]> {
  return sql<LeftGroup[]>`
    select g.lease, g.run_id as "runId", g.group_id as "groupId", g.start_time as "startTime"
    from process_groups g left join steps s on s.run_id = g.run_id and s.key = g.step_key and s.lease = g.lease
    where g.host = ${host} and (s.lease is null or not exists (
        select from workers w where w.id = s.worker and w.beat_at > now() - ${LAPSE_MS} * interval '1 ms'))`;
}

export async function forgetLeftGroup(sql: Sql, lease: string): Promise<void> {
  await sql`delete from process_groups where lease = ${lease}`;
}
