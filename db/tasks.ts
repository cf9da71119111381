import type { Sql } from "postgres";

/** The channel on which every process hears that a step waits for an agent outside. */
export const TASKS_CHANNEL = "countersign_tasks";

/** An attempt that an agent outside holds, or is about to begin. */
export type TaskRow = {
  readonly lease: string;
  readonly workspaceId: string;
  readonly runId: string;
  readonly stepKey: string;
  readonly attempt: number;
  readonly agentId: string;
  readonly leaseUntil: Date;
  readonly leaseMs: number;
  /** The step's time limit. */
  readonly deadline: Date;
};

/** Names one attempt at one step. */
export type TaskRef = Pick<TaskRow, "workspaceId" | "runId" | "stepKey" | "attempt">;

/** The task that is this attempt; null where nobody outside holds it. */
export async function findTask(sql: Sql, ref: TaskRef): Promise<TaskRow | null> {
  const [task] = await sql<TaskRow[]>`
    select ${columns(sql)} from tasks where workspace_id = ${ref.workspaceId} and run_id = ${ref.runId}
      and step_key = ${ref.stepKey} and attempt = ${ref.attempt}`;
  return task ?? null;
}

/** The task with this lease; null where nobody holds it. */
export async function taskByLease(sql: Sql, workspaceId: string, lease: string): Promise<TaskRow | null> {
  const [task] = await sql<TaskRow[]>`
    select ${columns(sql)} from tasks where workspace_id = ${workspaceId} and lease = ${lease}`;
  return task ?? null;
}

/** Whether the attempt still is the one being worked on: its run may have ended. */
export async function isWorkedOn(
  sql: Sql,
  { workspaceId, runId, stepKey, lease }: Pick<TaskRow, "workspaceId" | "runId" | "stepKey" | "lease">,
): Promise<boolean> {
  const rows = await sql`
    select from steps where run_id = ${runId} and workspace_id = ${workspaceId} and key = ${stepKey}
      and status = 'working' and lease = ${lease}`;
  return rows.length > 0;
}

/** A sign of life: the lease holds from now on, never beyond the time limit. Null where there is none to hold. */
export async function prolong(sql: Sql, workspaceId: string, lease: string): Promise<TaskRow | null> {
  const [task] = await sql<TaskRow[]>`
    update tasks set lease_until = least(deadline, now() + lease_ms * interval '1 ms')
    where workspace_id = ${workspaceId} and lease = ${lease} returning ${columns(sql)}`;
  return task ?? null;
}

/** The attempt has begun: from now on its lease is the agent's, within the step's time limit. */
export async function startLease(
  sql: Sql,
  workspaceId: string,
  lease: string,
  timeoutMs: number,
): Promise<TaskRow | null> {
  const [task] = await sql<TaskRow[]>`
    update tasks set deadline = now() + ${timeoutMs} * interval '1 ms',
      lease_until = now() + least(lease_ms, ${timeoutMs}::int) * interval '1 ms', began_at = now()
    where workspace_id = ${workspaceId} and lease = ${lease} returning ${columns(sql)}`;
  return task ?? null;
}

/** The attempt is over, or was never begun: the agent has its place back, and whoever has work for it hears so. */
export async function dropTask(sql: Sql, workspaceId: string, lease: string): Promise<void> {
  await sql`
    with dropped as (delete from tasks where workspace_id = ${workspaceId} and lease = ${lease} returning lease)
    select pg_notify(${TASKS_CHANNEL}, '') from dropped`;
}

/** A task whose agent has given no sign of life, or has used up the step's time. */
export type LapsedTask = TaskRow & {
  /** Null where the agent is registered no more. */
  readonly agentName: string | null;
  readonly isTooLong: boolean;
  /** The step's time limit. */
  readonly timeoutMs: number;
};

/** Tasks whose lease has lapsed, oldest first. Not limited to a workspace: the clock serves all. */
export async function lapsedTasks(sql: Sql): Promise<readonly LapsedTask[]> {
  return sql<LapsedTask[]>`
    select t.*, a.name as "agentName", t.deadline <= now() as "isTooLong",
      coalesce((s.planned ->> 'timeoutMs')::int, 0) as "timeoutMs"
    from (select ${columns(sql)} from tasks where lease_until <= now() order by lease_until limit 200) t
    left join outside_agents a on a.id = t."agentId" and a.workspace_id = t."workspaceId"
    left join steps s on s.run_id = t."runId" and s.key = t."stepKey" and s.workspace_id = t."workspaceId"
    order by t."leaseUntil"`;
}

/** After a start: who could not reach us while we were away gets a moment to say that it lives. */
export async function grantGrace(sql: Sql, graceMs: number): Promise<void> {
  await sql`
    update tasks set lease_until = least(deadline, now() + ${graceMs} * interval '1 ms')
    where lease_until < now() + ${graceMs} * interval '1 ms'`;
}

/** Every task of an agent, oldest first. */
export async function tasksOf(sql: Sql, workspaceId: string, agentId: string): Promise<readonly TaskRow[]> {
  return sql<TaskRow[]>`
    select ${columns(sql)} from tasks where workspace_id = ${workspaceId} and agent_id = ${agentId} order by began_at`;
}

/** A task that was pushed is over: what of it has not arrived is not sent any more. */
export async function stopPush(sql: Sql, workspaceId: string, deliveryId: string): Promise<void> {
  await sql`
    update deliveries set state = 'failed', next_at = null, done_at = now()
    where workspace_id = ${workspaceId} and id = ${deliveryId} and state = 'waiting'`;
}

/** Whether a submission with this id is in the run's log already. */
export async function wasSubmitted(
  sql: Sql,
  workspaceId: string,
  runId: string,
  submissionId: string,
): Promise<boolean> {
  const rows = await sql`
    select from facts where stream_id = ${runId} and workspace_id = ${workspaceId} and submission_id = ${submissionId}
    limit 1`;
  return rows.length > 0;
}

/** How an attempt that is over ended, as the run's log tells it: the fact's type and its reason. */
export async function endOfAttempt(
  sql: Sql,
  { workspaceId, runId, stepKey, attempt }: TaskRef,
): Promise<{ readonly type: string; readonly reason: string | null } | null> {
  const [end] = await sql<{ type: string; reason: string | null }[]>`
    with began as (
      select seq from facts where stream_id = ${runId} and workspace_id = ${workspaceId} and type = 'attempt.began'
        and body ->> 'key' = ${stepKey} and (body ->> 'attempt')::int = ${attempt})
    select type, body ->> 'reason' as reason from facts
    where stream_id = ${runId} and workspace_id = ${workspaceId} and seq > (select seq from began)
      and (type in ('run.cancelled', 'run.failed', 'run.succeeded') or type = 'steps.reopened' and body -> 'keys' ? ${stepKey}
        or body ->> 'key' = ${stepKey} and type in ('attempt.lost', 'step.failed', 'step.asked', 'step.succeeded'))
    order by seq limit 1`;
  return end ?? null;
}

const columns = (sql: Sql) => sql`
  lease, workspace_id as "workspaceId", run_id as "runId", step_key as "stepKey", attempt, agent_id as "agentId",
  lease_until as "leaseUntil", lease_ms as "leaseMs", deadline`;
