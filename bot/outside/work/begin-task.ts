import type { Sql } from "postgres";
import type { Candidate, Offered } from "#db/claims.ts";
import { loadRun } from "#db/load.ts";
import { dropTask, isWorkedOn, startLease, type TaskRow, taskByLease } from "#db/tasks.ts";
import type { Engine } from "#engine/engine.ts";
import { type Run, stepOf } from "#engine/run/run.ts";
import { unlessRefused } from "#engine/work/work-on-step.ts";

/** An attempt that an agent outside has begun. */
export type Begun = {
  readonly agent: Pick<Candidate, "id" | "name" | "endpointId">;
  readonly run: Run;
  readonly key: string;
  readonly task: TaskRow;
};

type Needs = { readonly sql: Sql; readonly engine: Engine };

/** Begins the attempt that was reserved under this lease; null where the step is not to be had any more. */
export async function beginTask(
  { sql, engine }: Needs,
  { step, agent, lease }: { readonly step: Offered; readonly agent: Candidate; readonly lease: string },
): Promise<Begun | null> {
  const { workspaceId, runId, key, attempt } = step;
  const { id, name } = agent;
  const command = { type: "begin attempt", key, lease, worker: id, claim: { by: name, attempt } } as const;
  const stream = { kind: "run", id: runId, workspaceId } as const;
  const begun = await unlessRefused(engine.submit(stream, command, `agent:${name}`));
  if (begun === "refused") {
    await dropTask(sql, workspaceId, lease);
    return null;
  }
  const run: Run = begun.state;
  const task = await startLease(sql, workspaceId, lease, stepOf(run, key).timeoutMs);
  if (task) return { agent, run, key, task };
  await giveBack({ sql, engine }, { workspaceId, runId, stepKey: key, lease }, NEVER_HEARD);
  return null;
}

/** What was begun under this lease though its agent never heard of it; null where that is nothing, or over. */
export async function begunBefore(
  sql: Sql,
  agent: Begun["agent"] & { readonly workspaceId: string },
  lease: string,
): Promise<Begun | null> {
  const { workspaceId } = agent;
  const task = await taskByLease(sql, workspaceId, lease);
  if (!task) return null;
  const run = (await isWorkedOn(sql, task)) ? await loadRun(sql, workspaceId, task.runId) : null;
  if (run) return { agent, run, key: task.stepKey, task };
  await dropTask(sql, workspaceId, lease); // it was reserved, and never begun
  return null;
}

/** Why a task goes back that its agent did not get. */
export const NEVER_HEARD = "Its agent was gone before it had the task.";

/** Puts a task back for the next one who asks, without a mark on the step. */
export async function giveBack(
  { sql, engine }: Needs,
  { workspaceId, runId, stepKey, lease }: Pick<TaskRow, "workspaceId" | "runId" | "stepKey" | "lease">,
  reason: string,
): Promise<void> {
  const command = { type: "lose attempt", key: stepKey, lease, reason, counts: false } as const;
  await unlessRefused(engine.submit({ kind: "run", id: runId, workspaceId }, command, "engine"));
  await dropTask(sql, workspaceId, lease);
}
