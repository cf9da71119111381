import type { PendingQuery, Row, Sql } from "postgres";
import type { Run } from "#engine/run/run.ts";
import { loadRuns } from "./load.ts";

/** A goal with its latest run: what people mean when they speak of a goal. */
export type Goal = { readonly id: string; readonly number: number; readonly run: Run };

/** The next number of this workspace's goals: g1, g2, … Numbers of refused requests stay unused. */
export async function nextGoalNumber(sql: Sql, workspaceId: string): Promise<number> {
  const [row] = await sql<{ last: number }[]>`
    insert into goal_numbers (workspace_id, last) values (${workspaceId}, 1)
    on conflict (workspace_id) do update set last = goal_numbers.last + 1 returning last`;
  if (!row) throw new Error("No goal number was handed out.");
  return row.last;
}

/** The goal with this number; null where this workspace has none. */
export async function goalByNumber(sql: Sql, workspaceId: string, number: number): Promise<Goal | null> {
  const [goal] = await goalsWhere(sql, sql`workspace_id = ${workspaceId} and number = ${number}`, 1);
  return goal ?? null;
}

/** The goal with this id; null where this workspace has none. */
export async function goalById(sql: Sql, workspaceId: string, id: string): Promise<Goal | null> {
  const [goal] = await goalsWhere(sql, sql`workspace_id = ${workspaceId} and id = ${id}`, 1);
  return goal ?? null;
}

/** What somebody asked for in a channel, newest first. */
export async function goalsBy(
  sql: Sql,
  {
    workspaceId,
    person,
    channel,
  }: { readonly workspaceId: string; readonly person: string; readonly channel: string },
  most: number,
): Promise<readonly Goal[]> {
  const where = sql`workspace_id = ${workspaceId} and requested_by = ${person} and channel_id = ${channel}`;
  return goalsWhere(sql, where, most);
}

/** Goals of a workspace, newest first; `isOpen` leaves out those whose latest run has ended. */
export async function listGoals(
  sql: Sql,
  workspaceId: string,
  { most, isOpen }: { readonly most: number; readonly isOpen: boolean },
): Promise<readonly Goal[]> {
  const open = isOpen
    ? sql`and exists (select from runs r where r.id = latest_run_id and r.ended_at is null)`
    : sql``;
  return goalsWhere(sql, sql`workspace_id = ${workspaceId} ${open}`, most);
}

async function goalsWhere(sql: Sql, where: PendingQuery<Row[]>, most: number): Promise<readonly Goal[]> {
  const rows = await sql<{ id: string; number: number; runId: string; workspaceId: string }[]>`
    select id, number, latest_run_id as "runId", workspace_id as "workspaceId" from goals
    where ${where} order by number desc limit ${most}`;
  const runs = new Map(
    (
      await loadRuns(
        sql,
        rows.map((row) => row.runId),
      )
    ).map((run) => [run.id, run]),
  );
  return rows.flatMap(({ id, number, runId, workspaceId }) => {
    const run = runs.get(runId);
    return run?.workspaceId === workspaceId ? [{ id, number, run }] : [];
  });
}
