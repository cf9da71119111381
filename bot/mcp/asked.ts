import { z } from "zod";
import type { Asking } from "../outside/requests/asking.ts";
import { headlineOf } from "../outside/requests/headline.ts";
import type { NewRequest } from "../outside/requests/request.ts";
import { LONGEST_WAIT_SECONDS, USUAL_WAIT_SECONDS } from "./waiting.ts";

const LONGEST_TITLE = 255;
const LONGEST_DESCRIPTION = 10_000;

/** A person, as a model names them. */
const Recipient = z
  .string()
  .trim()
  .regex(
    /^([UW][A-Z0-9]{2,20}|[^\s@]+@[^\s@]+\.[^\s@]+)$/,
    "Give a Slack member id (U02BOB) or an e-mail address.",
  )
  .transform((text) => (text.includes("@") ? { email: text } : { slackUserId: text }));

/** Whom to ask, and for how long. */
const routing = {
  recipients: z
    .array(Recipient)
    .max(5, "Name five people at most.")
    .default([])
    .describe(
      "Who may answer, as Slack member ids (U…) or e-mail addresses: they get a direct message. Leave it out to ask the members of the channel.",
    ),
  channel: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .optional()
    .describe("A Slack channel, as #name or id, whose members may answer. Leave it out for the usual one."),
  timeout_minutes: z
    .int()
    .min(1)
    .max(43_200, "A question can stay open for 43200 minutes (30 days) at most.")
    .default(1_440)
    .describe("How long the question stays open; a day where nothing is said."),
  wait_seconds: z
    .number()
    .min(0)
    .max(LONGEST_WAIT_SECONDS, `Wait ${LONGEST_WAIT_SECONDS} seconds at most; get_answer waits on.`)
    .default(USUAL_WAIT_SECONDS)
    .describe("How long this call waits for the answer before it returns pending. 0 returns at once."),
  call_id: z
    .string()
    .max(200)
    .optional()
    .describe(
      "A name of your own for this call, if you might have to repeat it (a lost connection): the same call_id with the same arguments asks only once.",
    ),
};

/** What `ask_human` takes. */
export const AskHuman = z.strictObject({
  question: z
    .string()
    .trim()
    .min(1, "Write the question.")
    .max(LONGEST_DESCRIPTION)
    .describe("The question, complete in itself. The first line is what people see first: keep it short."),
  options: z
    .array(z.string().trim().min(1).max(75, "An option may have 75 characters at most."))
    .max(10, "Give ten options at most.")
    .default([])
    .refine((options) => new Set(options).size === options.length, "Each option must be there only once.")
    .describe("Answers to choose from, as buttons. People may also answer in their own words."),
  context: z
    .string()
    .max(LONGEST_DESCRIPTION)
    .default("")
    .describe(
      "What somebody must know to answer well: what you are doing, what you found, what depends on it.",
    ),
  ...routing,
});

/** What `request_approval` takes. */
export const RequestApproval = z.strictObject({
  title: z
    .string()
    .trim()
    .min(1, "Say in a line what you want to do.")
    .max(LONGEST_TITLE)
    .describe('What you want to do, in a line: "Deploy billing 2.1.0 to production".'),
  description: z
    .string()
    .max(LONGEST_DESCRIPTION)
    .default("")
    .describe("Why, exactly what will happen, and how it can be undone."),
  risk: z
    .enum(["low", "medium", "high"])
    .default("low")
    .describe("How bad it would be if it went wrong. high asks for more care from whoever approves."),
  diff: z
    .string()
    .max(60_000, "A diff may have 60000 characters at most: leave out what matters least.")
    .optional()
    .describe("The change itself, as a unified diff."),
  affected_systems: z
    .array(z.string().max(200))
    .max(50)
    .optional()
    .describe("What it touches: services, data, customers."),
  ...routing,
});

/** All that was asked over MCP with a key goes by one name, so that a question whose id was lost can be found. */
export const workflowOf = ({ caller }: Asking): string => `mcp-${caller.keyId?.slice(0, 8) ?? "local"}`;

/** A question as a request: text or one of its options answers it. */
export function questionOf(by: Asking, input: z.output<typeof AskHuman>): NewRequest {
  const { question, context, options } = input;
  const { title, more } = headlineOf(question);
  return {
    ...common(by, input),
    ...{ type: "clarification", title, description: more },
    context: context.trim() === "" ? {} : { context },
    options: options.map((label, i) => ({ key: `option_${i + 1}`, label })),
  };
}

/** An approval as a request. */
export function approvalOf(by: Asking, input: z.output<typeof RequestApproval>): NewRequest {
  const { title, description, risk, diff, affected_systems: affected } = input;
  return {
    ...common(by, input),
    ...{ type: "approval", title, description, options: [] },
    context: {
      ...(risk === "low" ? {} : { risk_assessment: { level: risk } }),
      ...(affected?.length ? { affected_systems: affected } : {}),
      ...(diff === undefined ? {} : { code_diff: diff }),
    },
  };
}

function common(
  by: Asking,
  {
    recipients,
    channel,
    timeout_minutes: timeoutMinutes,
  }: Pick<z.output<typeof AskHuman>, keyof typeof routing>,
) {
  return {
    workflowId: workflowOf(by),
    routing: { recipients, channels: channel === undefined ? [] : [channel] },
    timeoutMinutes,
    metadata: {},
  };
}
