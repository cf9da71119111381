import { z } from "zod";
import type { Run } from "#engine/run/run.ts";
import type { OutsideGoals } from "../outside/goals/goal.ts";
import { GOAL_STATUSES, statusOf, TASK_STATUS } from "../outside/goals/goal-status.ts";
import { isoOrNull, reasonOrNull } from "../outside/wire.ts";
import { Goal, newGoalOf } from "./goal-asked.ts";
import { defineTool, type Tool } from "./tool.ts";
import { LONGEST_WAIT_SECONDS, USUAL_WAIT_SECONDS, waiting } from "./waiting.ts";

const Step = z.strictObject({
  key: z.string(),
  title: z.string(),
  status: z.string(),
  summary: z.string().nullable().describe("What came of it, or why it did not work."),
});

const RunState = z.strictObject({
  run_id: z.uuid(),
  goal_id: z.uuid(),
  goal: z.string().describe('The goal in a line, with its number: "g14 Release billing".'),
  status: z.enum(GOAL_STATUSES),
  steps: z.array(Step),
  reason: z.string().nullable().describe("Why it failed, was cancelled, or waits for a person."),
  started_at: z.string().nullable(),
  ended_at: z.string().nullable(),
  next_step: z.string().describe("What to do now."),
});

/** The tools that hand over work and look after it. */
export const goalTools = (goals: OutsideGoals): readonly Tool[] => [
  defineTool({
    name: "submit_goal",
    title: "Hand over a goal",
    description: `Hands a goal to Countersign: it is planned, worked on by agents in steps, and people approve in Slack what needs their word. Use it for work that should go on without you. Returns a run_id; get_run tells how it goes. A plan may have to be started by the person in whose name this key asks (status "proposed").`,
    scope: "goals",
    input: Goal,
    output: RunState,
    async run(by, input, ctx) {
      const asked = newGoalOf(input);
      const seconds = input.wait_for_plan ? USUAL_WAIT_SECONDS : 0;
      const { goal } = await waiting(ctx, seconds, "Waiting for the plan.", (limit) =>
        goals.submitGoal(by, asked, ...(seconds > 0 ? [limit] : [])),
      );
      return toRunState(goal.run);
    },
  }),
  defineTool({
    name: "get_run",
    title: "Look at a run",
    description: `Tells how the run of a goal stands, step by step; with wait_seconds it returns earlier only if the run ends before that.`,
    scope: "goals",
    isReadOnly: true,
    input: z.strictObject({
      run_id: z.uuid("Give the run_id that submit_goal returned."),
      wait_seconds: z
        .number()
        .min(0)
        .max(LONGEST_WAIT_SECONDS)
        .default(0)
        .describe("How long to wait for its end."),
    }),
    output: RunState,
    async run(by, { run_id: id, wait_seconds: seconds }, ctx) {
      const run = await waiting(ctx, seconds, "Waiting for the run to end.", (limit) =>
        goals.getRun(by, id, ...(seconds > 0 ? [limit] : [])),
      );
      return toRunState(run);
    },
  }),
];

function toRunState(run: Run): z.input<typeof RunState> {
  const status = statusOf(run);
  const { brief } = run;
  return {
    ...{ run_id: run.id, goal_id: brief?.goalId ?? run.id, status },
    goal: brief ? `g${brief.goalNumber} ${brief.title}` : "",
    steps: run.steps.map(({ key, title, status: step, output, reason }) => ({
      ...{ key, title, status: TASK_STATUS[step], summary: reasonOrNull(reason) ?? output?.summary ?? null },
    })),
    reason: reasonOrNull(run.reason ?? run.planTrouble),
    started_at: isoOrNull(run.requestedAt),
    ended_at: isoOrNull(run.endedAt),
    next_step: NEXT[status],
  };
}

const NEXT = {
  planning: "The plan is being made. Call get_run later.",
  proposed: "The plan is ready, and a person must start it in Slack. Call get_run later.",
  running: "It is being worked on. Call get_run later; there is nothing for you to do.",
  awaiting_human: "It waits for a person in Slack. Call get_run later; no tool can answer for them.",
  completed: "It is done: the steps' summaries say what came of it.",
  failed: "It failed: `reason` says why. People can send it on in Slack.",
  cancelled: "It was cancelled. Don't submit it again unless somebody asks you to.",
} as const;
