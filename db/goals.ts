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

/** Runs that stand like this. `stuck`: only those that wait for people, or only those that do not. */
export type RunsLike = { readonly status: Run["status"]; readonly stuck?: boolean };

/** A page of a workspace's goals, newest first: those with a smaller number than `before`, of one project where it is given. */
export async function goalsPage(
  sql: Sql,
  workspaceId: string,
  page: {
    readonly projectId: string | null;
    /** Empty: whatever their run is like. */
    readonly runs: readonly RunsLike[];
    readonly before: number | null;
    readonly most: number;
  },
): Promise<readonly Goal[]> {
  const { projectId, runs, before, most } = page;
  const ofProject = projectId === null ? sql`` : sql`and project_id = ${projectId}`;
  const older = before === null ? sql`` : sql`and number < ${before}`;
  return goalsWhere(
    sql,
    sql`workspace_id = ${workspaceId} ${ofProject} ${older} ${standing(sql, runs)}`,
    most,
  );
}

function standing(sql: Sql, runs: readonly RunsLike[]): PendingQuery<Row[]> {
  if (runs.length === 0) return sql``;
  const hasEnded = runs.every(({ status }) => ENDED.includes(status));
  const isOpen = runs.every(({ status }) => !ENDED.includes(status));
  const end = isOpen ? sql`and r.ended_at is null` : hasEnded ? sql`and r.ended_at is not null` : sql``;
  const like = runs.map(({ status, stuck }) => {
    if (stuck === undefined) return sql`or r.status = ${status}`;
    const isStuck = sql`(case r.status when 'planning' then r.state ->> 'planTrouble' is not null
      else r.state ->> 'activeSince' is null end)`;
    return sql`or (r.status = ${status} and ${isStuck} = ${stuck})`;
  });
  return sql`and exists (select from runs r where r.id = latest_run_id ${end} and (false ${like}))`;
}

const ENDED: readonly Run["status"][] = ["succeeded", "failed", "cancelled"];

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
