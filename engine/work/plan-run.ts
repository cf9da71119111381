import type { OutsideAgent, ProjectRef } from "../agent/agent.ts";
import type { Engine } from "../engine.ts";
import { OutsideFailure, Refusal } from "../errors.ts";
import type { Brief, Run } from "../run/run.ts";
import { PLAN_LIMITS, type Planned, type Planner, planGoal } from "./plan-goal.ts";
import { rehearse } from "./rehearse.ts";
import { unlessRefused } from "./work-on-step.ts";

type PlanNeeds = {
  readonly project: ProjectRef | null;
  /** Agents outside that are there now. */
  readonly outside: readonly OutsideAgent[];
  readonly planner: Planner | null;
};

/**
 * Gives a run its plan, or says to its requester why there is none: then a person may try again. Rejects only when
 * that could not be saved. `planner` is null where no model is set, and the goal is rehearsed.
 */
export async function planRun(
  engine: Engine,
  run: Run,
  needs: PlanNeeds,
  signal: AbortSignal,
): Promise<void> {
  if (!run.brief || run.status !== "planning" || run.planTrouble !== null) return;
  const planned = await planFor(run.brief, needs, signal);
  const stream = { kind: "run", id: run.id, workspaceId: run.workspaceId } as const;
  const command =
    planned.kind === "planned"
      ? ({ type: "propose plan", plan: planned.plan } as const)
      : ({ type: "report plan trouble", reason: planned.reasons.join("\n").slice(0, 2_000) } as const);
  await unlessRefused(engine.submit(stream, command, "agent:planner"));
}

/** Trouble with the model is an outcome like any other; a bug is not, and goes on. */
async function planFor(
  brief: Brief,
  { project, outside, planner }: PlanNeeds,
  signal: AbortSignal,
): Promise<Planned> {
  if (brief.rehearsed) return { kind: "planned", plan: rehearse(brief) };
  if (planner === null)
    return {
      kind: "trouble",
      reasons: ["No model is set any more: set ANTHROPIC_API_KEY or OPENAI_API_KEY."],
    };
  const { testsMustPass, securityAudit = false } = brief;
  const limits = { ...PLAN_LIMITS, testsMustPass, securityAudit };
  try {
    return await planGoal({ goal: brief, project, outside, planner, limits }, signal);
  } catch (error) {
    // A refusal is a model budget that is used up: not "settled elsewhere", or the goal would wait for ever.
    if (error instanceof OutsideFailure || error instanceof Refusal)
      return { kind: "trouble", reasons: [error.message] };
    throw error;
  }
}
