import { z } from "zod";
import type { OutsideAgent, ProjectRef } from "../agent/agent.ts";
import { MOST_PLANNED_STEPS, type Plan } from "../run/plan.ts";
import { type PlanLimits, troubleWithOrder, troubleWithShape, underRules } from "./plan-rules.ts";
import {
  formOf,
  type GoalToPlan,
  type PlannerPrompt,
  type Rejected,
  toPlannerPrompt,
} from "./planner-prompt.ts";
import { commandsOf, type Means, TEST, toPlannedStep } from "./proposed-plan.ts";

/** Asks a model for a plan; resolves to whatever it said, which `planGoal` reads with care. */
export type Planner = (prompt: PlannerPrompt, signal: AbortSignal) => Promise<unknown>;

/** A plan that can be carried out, or sentences that tell a person why there is none. */
export type Planned =
  | { readonly kind: "planned"; readonly plan: Plan }
  | { readonly kind: "trouble"; readonly reasons: readonly string[] };

/** What the rules allow when nobody said otherwise. */
export const PLAN_LIMITS: PlanLimits = {
  mostSteps: MOST_PLANNED_STEPS,
  testsMustPass: false,
  securityAudit: false,
};

/**
 * Turns a goal into a plan (S3-02, S3-11). A plan that breaks the rules goes back to the planner once, with all the
 * reasons; if the next one is no better a person is asked. Throws what the planner throws.
 */
export async function planGoal(
  needs: {
    readonly goal: GoalToPlan;
    readonly project: ProjectRef | null;
    /** Agents outside that may be planned with; none where nothing is said. */
    readonly outside?: readonly OutsideAgent[];
    readonly planner: Planner;
    readonly limits: PlanLimits;
  },
  signal: AbortSignal,
): Promise<Planned> {
  const { goal, project, outside = [], planner, limits } = needs;
  const means = { project, outside };
  if (limits.testsMustPass && !commandsOf(project).has(TEST)) return noTests(project);
  const ask = async (rejected: Rejected | null) => {
    const proposed = await planner(toPlannerPrompt(goal, means, limits, rejected), signal);
    return { proposed, planned: readPlan(proposed, means, limits) };
  };
  const first = await ask(null);
  if (first.planned.kind === "planned") return first.planned;
  const second = await ask({ plan: first.proposed, reasons: first.planned.reasons });
  return second.planned;
}

const noTests = (project: ProjectRef | null): Planned => ({
  kind: "trouble",
  reasons: [
    project
      ? `The tests must pass, but the project ${project.name} has no test command: give it one, or start the goal without "tests must pass".`
      : 'The tests must pass, but this goal has no project: choose one, or start the goal without "tests must pass".',
  ],
});

/** Reads a planner's reply. Finds everything that is wrong with it, so that one round can mend it all. */
function readPlan(proposed: unknown, means: Means, limits: PlanLimits): Planned {
  const read = formOf(means).safeParse(proposed);
  if (!read.success) return { kind: "trouble", reasons: z.prettifyError(read.error).split("\n") };
  const shape = troubleWithShape(read.data.steps, limits.mostSteps);
  const translated = read.data.steps.map((step) => toPlannedStep(step, means));
  const wrong = translated.flatMap((one) => (one.kind === "trouble" ? one.reasons : []));
  if (shape.length + wrong.length > 0) return { kind: "trouble", reasons: [...shape, ...wrong] };
  const plan = translated.flatMap((one) => (one.kind === "step" ? [one.step] : []));
  const reasons = troubleWithOrder(plan, limits);
  return reasons.length > 0 ? { kind: "trouble", reasons } : { kind: "planned", plan: underRules(plan) };
}
