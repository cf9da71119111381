import { z } from "@hono/zod-openapi";
import type { Goal } from "#db/goals.ts";
import type { Run } from "#engine/run/run.ts";
import type { Estimate, GoalWithEstimate } from "../outside/goals/goal.ts";
import { GOAL_STATUSES, statusOf } from "../outside/goals/goal-status.ts";
import { toSpan } from "../outside/goals/spans.ts";
import { iso, isoOrNull, reasonOrNull } from "../outside/wire.ts";
import { Step, toStepWire } from "./run-wire.ts";
import { Moment } from "./schemas.ts";

const Estimated = {
  estimated_completion: Moment.openapi({
    description:
      "`estimated_from` says what it is known from. `max_time`: nobody has planned yet, so it is now and the working time that is allowed. `plan`: the longest way through the steps that are left, each as long as its like took lately, else as its time limit; and people as long as they took lately. Of a goal that has ended: when it ended.",
  }),
  estimated_tasks: z
    .int()
    .nullable()
    .openapi({ description: "The plan's steps; null before there is a plan.", example: 12 }),
  estimated_time: z
    .string()
    .openapi({ description: "The working time that is left, without people's waiting.", example: "4 hours" }),
  estimated_seconds: z.int().openapi({ description: "The same in seconds.", example: 14_400 }),
  estimated_from: z.enum(["max_time", "plan"]),
};

/** Both documented answers to a new goal (S3-08, S3-09). */
export const Accepted = z
  .object({
    goal_id: z.uuid(),
    run_id: z.uuid(),
    number: z.int().openapi({ description: "What people in Slack call it: g14.", example: 14 }),
    status: z.enum(["accepted", "workflow_generated"]),
    workflow_generated: z.boolean().openapi({ description: "Whether there is a plan already." }),
    plan_trouble: z
      .string()
      .nullable()
      .openapi({ description: "Why the planner is stuck, where it is: a person is asked." }),
    channel: z.string().openapi({ description: "The Slack channel with the goal's card." }),
    ...Estimated,
  })
  .openapi("AcceptedGoal");

/** `asksForPlan`: the caller waited for it, and is told so where it is there. */
export function toAccepted(
  { goal, estimate }: GoalWithEstimate,
  asksForPlan: boolean,
): z.output<typeof Accepted> {
  const { run, number, id } = goal;
  const hasPlan = run.steps.length > 0;
  return {
    ...{ goal_id: id, run_id: run.id, number },
    status: asksForPlan && hasPlan ? "workflow_generated" : "accepted",
    workflow_generated: hasPlan,
    plan_trouble: run.planTrouble,
    channel: run.brief?.channel ?? "",
    ...toEstimated(estimate),
  };
}

const toEstimated = ({ completesAt, workMs, tasks, from }: Estimate) => ({
  estimated_completion: iso(completesAt),
  estimated_tasks: tasks,
  ...{ estimated_time: toSpan(workMs), estimated_seconds: Math.ceil(workMs / 1_000), estimated_from: from },
});

const inList = {
  goal_id: z.uuid(),
  number: z.int(),
  title: z.string(),
  goal: z.string(),
  status: z.enum(GOAL_STATUSES),
  requirements: z.array(z.string()),
  constraints: z.object({
    max_time: z.string().openapi({ example: "24 hours" }),
    must_pass_tests: z.boolean(),
    require_security_audit: z.boolean(),
  }),
  project: z.string().nullable(),
  workflow: z.string().nullable(),
  parameters: z.record(z.string(), z.string()),
  priority: z.enum(["high", "normal", "low"]),
  reviewers: z.array(z.string()),
  requested_by: z.string().openapi({ description: "Slack's id of the person.", example: "U01ALICE" }),
  agent: z.string().nullable().openapi({ description: "The agent that asked in their name." }),
  channel: z.string(),
  feedback: z.string().nullable().openapi({ description: "What this run should do differently." }),
  metadata: z.record(z.string(), z.unknown()),
  correlation_id: z.string(),
  run_id: z.uuid(),
  created_at: Moment.nullable(),
  ended_at: Moment.nullable(),
};

/** A goal as lists show it. */
export const GoalInList = z.object(inList).openapi("GoalInList");

/** One goal, with its latest run. */
export const GoalWire = z
  .object({
    ...inList,
    workflow_generated: z.boolean(),
    ...Estimated,
    run: z.object({
      id: z.uuid(),
      status: z.enum(GOAL_STATUSES),
      reason: z.string().nullable(),
      plan_trouble: z.string().nullable(),
      steps: z.array(Step),
    }),
  })
  .openapi("Goal");

export function toGoalInList({ id, number, run }: Goal): z.output<typeof GoalInList> {
  const { brief } = run;
  if (!brief) throw new Error(`The run ${run.id} has no brief.`);
  return {
    ...{ goal_id: id, number, title: brief.title, goal: brief.text, status: statusOf(run) },
    requirements: brief.requirements,
    constraints: {
      max_time: toSpan(brief.maxTimeMs),
      must_pass_tests: brief.testsMustPass,
      require_security_audit: brief.securityAudit ?? false,
    },
    ...{ project: brief.projectName, workflow: brief.workflow, parameters: brief.parameters },
    ...{ priority: brief.priority, reviewers: brief.reviewers, requested_by: brief.requestedBy },
    ...{ agent: brief.agent ?? null, channel: brief.channel, feedback: brief.feedback },
    ...{
      metadata: brief.metadata ?? {},
      correlation_id: brief.correlationId ?? brief.goalId,
      run_id: run.id,
    },
    ...{ created_at: isoOrNull(run.requestedAt), ended_at: isoOrNull(run.endedAt) },
  };
}

export const toGoalWire = ({ goal, estimate }: GoalWithEstimate): z.output<typeof GoalWire> => ({
  ...toGoalInList(goal),
  ...{ workflow_generated: goal.run.steps.length > 0, ...toEstimated(estimate) },
  run: toShortRun(goal.run),
});

const toShortRun = (run: Run) => ({
  ...{ id: run.id, status: statusOf(run), reason: reasonOrNull(run.reason), plan_trouble: run.planTrouble },
  steps: run.steps.map(toStepWire),
});
