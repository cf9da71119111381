import { z } from "zod";
import type { NewGoal } from "../outside/goals/goal.ts";

const HOUR_MS = 3_600_000;

/** What `submit_goal` takes. */
export const Goal = z.strictObject({
  goal: z
    .string()
    .trim()
    .min(1, "Say what should be reached.")
    .max(10_000)
    .describe(
      "What should be reached, complete in itself: who works on it sees neither your conversation nor your files.",
    ),
  requirements: z
    .array(z.string().trim().min(1).max(1_000))
    .max(50)
    .default([])
    .describe("What must hold in the end, one each."),
  project: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .optional()
    .describe("The name of a project of Countersign; leave it out for the usual one."),
  workflow: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .optional()
    .describe("The name of a saved workflow: then nothing is planned."),
  parameters: z
    .record(z.string().max(60), z.string().max(2_000))
    .optional()
    .describe("The workflow's parameters."),
  max_hours: z
    .number()
    .positive()
    .max(720)
    .optional()
    .describe("The most working time; waiting for people does not count."),
  must_pass_tests: z.boolean().optional().describe("Whether it fails unless its tests pass."),
  require_security_audit: z.boolean().optional().describe("Whether the plan must hold a security audit."),
  channel: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .optional()
    .describe("The Slack channel that shows it, as #name or id."),
  priority: z.enum(["high", "normal", "low"]).optional(),
  reviewers: z
    .array(z.string().regex(/^[UW][A-Z0-9]{2,20}$/, "Give Slack member ids (U02BOB)."))
    .max(5)
    .optional()
    .describe("Who reviews, as Slack member ids."),
  wait_for_plan: z
    .boolean()
    .default(false)
    .describe("Whether to wait, up to 45 seconds, until there is a plan."),
  call_id: z
    .string()
    .max(200)
    .optional()
    .describe(
      "A name of your own for this call: the same call_id with the same arguments hands it over only once.",
    ),
});

/** The goal as the service takes it; what was left out stays out. */
export function newGoalOf(input: z.output<typeof Goal>): NewGoal {
  const { goal, requirements, project, workflow, parameters, channel, priority, reviewers } = input;
  return {
    ...{ goal, requirements },
    ...defined({ project, workflow, parameters, channel, priority, reviewers }),
    ...defined({ testsMustPass: input.must_pass_tests, securityAudit: input.require_security_audit }),
    ...(input.max_hours === undefined ? {} : { maxTimeMs: Math.round(input.max_hours * HOUR_MS) }),
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends Readonly<Record<string, unknown>>>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
