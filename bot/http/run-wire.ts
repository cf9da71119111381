import { z } from "@hono/zod-openapi";
import { endingOf, type Run, type Step as RunStep } from "#engine/run/run.ts";
import { GOAL_STATUSES, statusOf, TASK_STATUS } from "../outside/goals/goal-status.ts";
import { isoOrNull, reasonOrNull, toAgent, toAnswer, toGuidance, toOutput } from "../outside/wire.ts";
import { Moment } from "./schemas.ts";

const short = {
  key: z.string().openapi({ example: "security-audit" }),
  title: z.string(),
  agent: z
    .string()
    .openapi({ description: "command, model, person, remote or rehearsal.", example: "model" }),
  role: z.string().nullable(),
  agent_name: z.string().optional().openapi({ description: "The agent outside that it is for." }),
  capability: z.string().optional().openapi({ description: "What an agent outside must be able to do." }),
  status: z.enum(TASK_STATUS),
  attempt: z.int(),
  after: z.array(z.string()).openapi({ description: "The steps that must be done first." }),
  risk: z.enum(["low", "medium", "high"]),
  summary: z.string().nullable().openapi({ description: "What it left behind, in a line." }),
  reason: z.string().nullable().openapi({ description: "Why it failed, or is blocked." }),
  note: z.string().nullable().openapi({ description: "What it does now." }),
  question_id: z.string().nullable().openapi({ description: "What it asked people last." }),
  started_at: Moment.nullable(),
  ended_at: Moment.nullable(),
};

/** A step in short. */
export const Step = z.object(short).openapi("Step");

export const toStepWire = (step: RunStep): z.output<typeof Step> => ({
  ...{ key: step.key, title: step.title, ...toAgent(step.agent), status: TASK_STATUS[step.status] },
  ...{ attempt: step.attempt, after: [...step.after], risk: step.risk },
  ...{ summary: step.output?.summary ?? null, reason: reasonOrNull(step.reason), note: step.note },
  question_id: step.consultationId,
  ...{ started_at: isoOrNull(step.startedAt), ended_at: isoOrNull(step.endedAt) },
});

const Output = z.looseObject({
  summary: z.string(),
  text: z.string().optional(),
  log: z.string().optional(),
  values: z.record(z.string(), z.string()).optional(),
});

/** A step with all that it left behind. */
const FullStep = z
  .object({
    ...short,
    instructions: z.string(),
    acceptance: z.array(z.string()),
    effects: z.array(z.string()),
    output: Output.nullable(),
    answer: z.looseObject({ decision: z.string(), comment: z.string(), responder_id: z.string() }).nullable(),
  })
  .openapi("RunStep");

const toFullStep = (step: RunStep): z.output<typeof FullStep> => ({
  ...toStepWire(step),
  ...{ instructions: step.instructions, acceptance: step.acceptance, effects: step.effects },
  output: step.output && toOutput(step.output),
  answer: step.answer && toAnswer(step.answer),
});

/** One execution of a plan for a goal. */
export const RunWire = z
  .object({
    id: z.uuid(),
    goal_id: z.uuid(),
    number: z.int(),
    title: z.string(),
    status: z.enum(GOAL_STATUSES),
    ending: z.enum(["Done", "Answered", "Failed", "Cancelled", "Rehearsed"]).nullable().openapi({
      description: "The word on its card: Answered is text that nobody applied; null while it goes on.",
    }),
    reason: z.string().nullable(),
    plan_trouble: z.string().nullable(),
    rehearsed: z.boolean().openapi({ description: "No model is set: it is played, and nothing is changed." }),
    branch: z.string(),
    rounds: z.int().openapi({ description: "How often a reviewer sent work back." }),
    guidance: z.array(z.object({ by: z.string(), text: z.string() })),
    steps: z.array(FullStep),
    facts: z.int().openapi({ description: "How many events its stream has told so far: the last one's id." }),
    working_seconds: z.number(),
    correlation_id: z.string(),
    requested_at: Moment.nullable(),
    ended_at: Moment.nullable(),
  })
  .openapi("Run");

export function toRunWire(run: Run): z.output<typeof RunWire> {
  const { brief } = run;
  if (!brief) throw new Error(`The run ${run.id} has no brief.`);
  return {
    ...{ id: run.id, goal_id: brief.goalId, number: brief.goalNumber, title: brief.title },
    ...{ status: statusOf(run), ending: endingOf(run), reason: reasonOrNull(run.reason) },
    plan_trouble: run.planTrouble,
    ...{ rehearsed: brief.rehearsed, branch: brief.branch, rounds: run.rounds },
    ...{ guidance: run.guidance.map(toGuidance), steps: run.steps.map(toFullStep) },
    ...{ facts: run.seq, working_seconds: run.activeMs / 1_000 },
    correlation_id: brief.correlationId ?? brief.goalId,
    ...{ requested_at: isoOrNull(run.requestedAt), ended_at: isoOrNull(run.endedAt) },
  };
}
