import { z } from "@hono/zod-openapi";
import type { NewGoal } from "../outside/goals/goal.ts";
import { readSpan } from "../outside/goals/spans.ts";

const text = (least: number, most: number) => {
  const size = least > 0 ? `Write ${least} to ${most} characters.` : `Write ${most} characters at most.`;
  return z.string(size).min(least, size).max(most, size);
};

const SPAN =
  'Write a span such as "24 hours", "90 minutes" or "2h", or a number of minutes: from 1 minute to 30 days.';
const LEAST_MS = 60_000;
const MOST_MS = 30 * 86_400_000;

/** Working time: people's waiting does not count. */
const MaxTime = z
  .union([z.number(), z.string().max(60)], SPAN)
  .transform((said, context) => {
    const ms = typeof said === "number" ? said * 60_000 : readSpan(said);
    if (ms !== null && ms >= LEAST_MS && ms <= MOST_MS) return Math.round(ms);
    context.addIssue({ code: "custom", message: SPAN });
    return z.NEVER;
  })
  .openapi({
    type: ["string", "number"],
    description:
      "The limit of working time; waiting for people does not count. Two hours unless said otherwise.",
    example: "24 hours",
  });

const PRIORITIES: Readonly<Record<string, "high" | "normal" | "low">> = {
  ...{ high: "high", urgent: "high", critical: "high" },
  ...{ normal: "normal", medium: "normal", default: "normal" },
  low: "low",
};

const Priority = z
  .string("Write high, normal or low.")
  .transform((word, context) => {
    const known = word.trim().toLowerCase();
    const priority = Object.hasOwn(PRIORITIES, known) ? PRIORITIES[known] : undefined;
    if (priority !== undefined) return priority;
    context.addIssue({ code: "custom", message: "Write high, normal or low." });
    return z.NEVER;
  })
  .openapi({ type: "string", description: "high, normal or low.", example: "high" });

const said = (value: string): boolean => value.trim() !== "";
const yesOrNo = z.boolean("Write true or false.");

const Metadata = z
  .record(z.string(), z.unknown(), "Send an object.")
  .refine((value) => Buffer.byteLength(JSON.stringify(value)) <= 16_384, "metadata may have 16 kB at most.")
  .refine(
    ({ agent_id: name }) =>
      name === undefined || (typeof name === "string" && /^\S(?:.{0,98}\S)?$/.test(name)),
    { message: "Write the agent's name in 1 to 100 characters.", path: ["agent_id"] },
  );

/** The documented body of a goal (S3-07). */
export const GoalBody = z
  .strictObject({
    goal: text(1, 10_000).refine(said, "Say what should be done.").optional().openapi({
      description: "What should be done, in words. May be left out where a workflow is named.",
      example: "Build complete authentication system",
    }),
    requirements: z
      .array(text(1, 1_000).refine(said, "Say what it must meet."))
      .max(50, "Name 50 requirements at most.")
      .default([])
      .openapi({
        description: "What must hold in the end, one each.",
        example: ["JWT tokens", "Unit tests >80% coverage"],
      }),
    constraints: z
      .strictObject({
        max_time: MaxTime.optional(),
        must_pass_tests: yesOrNo
          .optional()
          .openapi({ description: "The project's own tests pass, or the goal is not reached." }),
        require_security_audit: yesOrNo
          .optional()
          .openapi({ description: "The plan holds a security step, which nobody can skip." }),
      })
      .default({}),
    project: text(1, 100)
      .optional()
      .openapi({ description: "A project's name; the key's, else the channel's." }),
    workflow: text(1, 40)
      .optional()
      .openapi({ description: "A saved workflow's name: then nobody plans.", example: "release" }),
    parameters: z
      .record(z.string(), z.string("Write a text."), "Send an object of texts.")
      .default({})
      .openapi({ description: "What the workflow takes.", example: { version: "1.2.3" } }),
    channel: text(1, 80)
      .optional()
      .openapi({ description: "A Slack channel by id or #name, for the goal's card.", example: "#deploys" }),
    priority: Priority.optional(),
    reviewers: z
      .array(z.string().regex(/^[UW][A-Z0-9]{2,20}$/, "Write a Slack user id, such as U02BOB."))
      .max(5, "Name five people at most.")
      .optional()
      .openapi({ description: "Who may answer what the goal asks, by Slack id.", example: ["U02BOB"] }),
    metadata: Metadata.default({}).openapi({
      description: "Kept with the goal. `agent_id` is your name on the card, else the key's.",
      example: { agent_id: "release-agent" },
    }),
  })
  .superRefine(({ goal, workflow, parameters }, context) => {
    if (goal === undefined && workflow === undefined)
      context.addIssue({
        code: "custom",
        path: ["goal"],
        message: "Say what should be done, or name a workflow.",
      });
    if (workflow === undefined && Object.keys(parameters).length > 0)
      context.addIssue({
        code: "custom",
        path: ["parameters"],
        message: "Only a workflow takes parameters: name it.",
      });
  })
  .openapi("NewGoal");

/** What is wanted, in our words. */
export function fromGoalBody(body: z.output<typeof GoalBody>): NewGoal {
  const { goal, requirements, constraints, workflow, parameters, metadata, ...rest } = body;
  const {
    max_time: maxTimeMs,
    must_pass_tests: testsMustPass,
    require_security_audit: securityAudit,
  } = constraints;
  return {
    ...{ goal: goal ?? `run ${workflow}`, requirements, metadata },
    ...{ ...rest, maxTimeMs, testsMustPass, securityAudit },
    ...(workflow === undefined ? {} : { workflow, parameters }),
  };
}

/** What should be different this time (S3-43). */
export const ReworkBody = z
  .strictObject({
    feedback: text(1, 3_000)
      .refine(said, "Say what should be different this time.")
      .openapi({ example: "Please add 2FA support" }),
    priority: Priority.optional(),
  })
  .openapi("Rework");

export const CancelGoalBody = z
  .strictObject({ reason: text(0, 500).default("") })
  .openapi("GoalCancellation");
