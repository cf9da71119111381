import type { Sql } from "postgres";
import { type Goal, nextGoalNumber } from "#db/goals.ts";
import { loadRun } from "#db/load.ts";
import type { Engine } from "#engine/engine.ts";
import { Refusal } from "#engine/errors.ts";
import type { Plan } from "#engine/run/plan.ts";
import { type Brief, hasEnded, type Run } from "#engine/run/run.ts";
import { branchOf, type GoalRequest, resolve, rulesAgain, toBrief } from "./brief.ts";
import { idFrom } from "./ids.ts";

/** The run that a request under this id begins, or has begun. */
export const runIdFrom = (onceId: string): string => idFrom(onceId, "run");

export type Goals = ReturnType<typeof createGoals>;

/** Where goals begin, are done again and are cancelled, whoever asks: Slack, the CLI, the API. */
export function createGoals(needs: {
  readonly sql: Sql;
  readonly engine: Engine;
  readonly hasModel: boolean;
}) {
  const { sql, engine, hasModel } = needs;

  /** `onceId` comes from outside: the same request twice is one goal. Throws `Refusal` where the request can't be met. */
  async function request(asked: GoalRequest, onceId: string): Promise<Run> {
    const id = runIdFrom(onceId);
    const already = await loadRun(sql, asked.workspaceId, id);
    if (already) return already;
    const what = await resolve(sql, asked);
    const number = await nextGoalNumber(sql, asked.workspaceId);
    const rehearsed = what.plan === null && !hasModel;
    const brief = toBrief(asked, what, {
      goalId: idFrom(onceId, "goal"),
      goalNumber: number,
      rehearsed,
      onceId,
    });
    return begin({ id, workspaceId: asked.workspaceId }, brief, what.plan, onceId);
  }

  /** A new run of the same goal with somebody's feedback (S3-43). Refused while the last one goes on. */
  async function rework({ number, run }: Goal, feedback: string, by: string, onceId: string): Promise<Run> {
    const { brief, workspaceId } = run;
    if (!brief) throw new Refusal("not_found", "There is no such goal.");
    if (!hasEnded(run))
      throw new Refusal(
        "wrong_state",
        `g${number} is still going on. Cancel it first, or say it in its thread.`,
      );
    if (feedback.trim() === "") throw new Refusal("bad_input", "Say what should be different this time.");
    const { plan, project } = await resolve(sql, { ...brief, workspaceId, project: brief.projectName });
    const branch = branchOf(number, brief.title, onceId);
    const rules = rulesAgain(brief, project, by);
    const next: Brief = { ...brief, ...rules, branch, requestedBy: by, feedback: feedback.slice(0, 3_000) };
    return begin({ id: runIdFrom(onceId), workspaceId }, next, plan, onceId);
  }

  /** Stops a run for good. Work under way ends within two seconds, with its processes. */
  async function cancel({ id, workspaceId }: Run, by: string, onceId: string): Promise<Run> {
    const command = { type: "cancel", reason: `Cancelled by <@${by}>.` } as const;
    return (await engine.submit({ kind: "run", id, workspaceId }, command, `person:${by}`, onceId)).state;
  }

  async function begin(
    { id, workspaceId }: Pick<Run, "id" | "workspaceId">,
    brief: Brief,
    plan: Plan | null,
    onceId: string,
  ): Promise<Run> {
    const actor = `person:${brief.requestedBy}` as const;
    const { state } = await engine.submit(
      { kind: "run", id, workspaceId },
      { type: "request", brief, plan },
      actor,
      onceId,
    );
    return state;
  }

  return { request, rework, cancel };
}
