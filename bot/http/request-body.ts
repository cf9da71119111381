import { z } from "@hono/zod-openapi";
import { REQUEST_TYPES } from "../outside/requests/request.ts";

/** A text from outside, within its length. */
const text = (least: number, most: number) => {
  const size = least > 0 ? `Write ${least} to ${most} characters.` : `Write ${most} characters at most.`;
  return z.string(size).min(least, size).max(most, size);
};

const id = text(1, 255);

const WHAT = "Say in 1 to 255 characters what is asked.";

const json = (most: number, called: string) =>
  z
    .record(z.string(), z.unknown(), "Send an object.")
    .refine(
      (value) => Buffer.byteLength(JSON.stringify(value)) <= most,
      `${called} may have ${most / 1024} kB at most.`,
    );

const Option = z.union(
  [
    text(1, 75),
    z.strictObject({
      key: text(1, 75).openapi({ description: "Comes back as `decision`." }),
      label: text(1, 75).openapi({ description: "Stands on the button." }),
    }),
  ],
  'Write a text, or { "key", "label" }, of 1 to 75 characters each.',
);

const Recipient = z
  .strictObject({
    email: z
      .email("This is no e-mail address.")
      .max(254)
      .optional()
      .openapi({ description: "As in their Slack profile.", example: "bob@example.com" }),
    slack_user_id: z
      .string()
      .regex(/^[UW][A-Z0-9]{2,20}$/, "Write a Slack user id, such as U02BOB.")
      .optional()
      .openapi({ description: "Or this: Slack's id of a member.", example: "U02BOB" }),
  })
  .refine(
    ({ email, slack_user_id: slack }) => (email === undefined) !== (slack === undefined),
    "Name the person by an email or a slack_user_id, one of both.",
  );

const Routing = z.strictObject({
  channels: z
    .array(text(1, 80))
    .max(10, "Name ten channels at most.")
    .default([])
    .openapi({ description: 'Slack channels by id or #name; "slack" alone names none.', example: ["slack"] }),
  recipients: z
    .array(Recipient)
    .max(5, "Name five people at most.")
    .default([])
    .openapi({ description: "Those who may answer. Without any, every full member of the channel may." }),
});

/** `metadata.agent_id` is the name on the card. */
const Metadata = json(16_384, "metadata").refine(
  ({ agent_id: name }) => name === undefined || (typeof name === "string" && /^\S(?:.{0,98}\S)?$/.test(name)),
  { message: "Write the agent's name in 1 to 100 characters.", path: ["agent_id"] },
);

/** The documented body of a request (S0-52). What its fields are to each other is the service's to say. */
export const CreateBody = z
  .strictObject({
    workflow_id: id.optional().openapi({ description: "Made where none is given.", example: "wf-abc123" }),
    checkpoint_id: id.optional().openapi({ description: "Made where none is given.", example: "cp-xyz789" }),
    type: z
      .enum(REQUEST_TYPES, `Write one of ${REQUEST_TYPES.join(", ")}.`)
      .default("approval")
      .openapi({
        description:
          "approval: yes, no, or changes wanted. decision: one of two to ten `options`. clarification: a text, or one of `options`.",
      }),
    title: z
      .string(WHAT)
      .max(255, WHAT)
      .refine((title) => title.trim() !== "", WHAT)
      .openapi({
        description: "What is asked, in a line. The only field that must be there.",
        ...{ minLength: 1, example: "May I tag v1.2.0?" },
      }),
    description: text(0, 10_000).default("").openapi({
      description: "What people should know: what happens on yes, what was checked, what is not known.",
    }),
    context: json(65_536, "context")
      .default({})
      .openapi({ description: "Evidence: code_diff, risk_assessment, affected_systems, and whatever else." }),
    options: z
      .array(Option)
      .max(10, "Give ten options at most.")
      .default([])
      .openapi({ description: "What people choose from: texts, or keys with labels. None for an approval." }),
    routing: Routing.default({ channels: [], recipients: [] }).openapi({
      description:
        "Where it is asked, and of whom. Neither: the key's project's channel, else the default one.",
    }),
    callback_webhook: text(1, 2_048).optional().openapi({
      description: "Where the answer is posted, signed: public and https.",
      example: "https://agent.example.com/resume",
    }),
    callback_secret: text(16, 255)
      .optional()
      .openapi({ description: "Yours; made and answered once where none is given." }),
    timeout_minutes: z
      .number("Write minutes, from 1 to 43200 (30 days).")
      .int("Write whole minutes, from 1 to 43200 (30 days).")
      .min(1, "Write minutes, from 1 to 43200 (30 days).")
      .max(43_200, "Write minutes, from 1 to 43200 (30 days).")
      .default(1_440)
      .openapi({ description: "How long people have. Afterwards it is `timed_out`: nobody has said yes." }),
    metadata: Metadata.default({}).openapi({
      description: "Comes back with the answer. `agent_id` is your name on the card, else the key's.",
      example: { agent_id: "code-review-agent", priority: "high" },
    }),
  })
  .openapi("NewRequest");

/** What was asked, in our words. */
export const fromCreateBody = (body: z.output<typeof CreateBody>) => ({
  ...defined({ workflowId: body.workflow_id, checkpointId: body.checkpoint_id }),
  ...defined({ callbackWebhook: body.callback_webhook, callbackSecret: body.callback_secret }),
  ...{ type: body.type, title: body.title, description: body.description, context: body.context },
  options: body.options.map(toOption),
  routing: {
    channels: body.routing.channels,
    recipients: body.routing.recipients.map(({ email, slack_user_id: slackUserId }) =>
      defined({ email, slackUserId }),
    ),
  },
  ...{ timeoutMinutes: body.timeout_minutes, metadata: body.metadata },
});

/** An option may be a mere text. */
export const toOption = (option: z.output<typeof Option>) =>
  typeof option === "string" ? { key: option, label: option } : option;

/** Without what is undefined. */
const defined = <T extends Readonly<Record<string, string | undefined>>>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    readonly [K in keyof T]?: Exclude<T[K], undefined>;
  };

/** A person's word (S0-53). */
export const RespondBody = z
  .strictObject({
    decision: text(1, 75).openapi({
      description:
        'approve, reject or request_changes; an option\'s key; "text" with the answer in `comment`.',
      example: "approve",
    }),
    comment: text(0, 3_000)
      .default("")
      .openapi({ description: "A note; the answer itself where `decision` is text." }),
    attachments: z
      .array(z.strictObject({ name: text(1, 200), url: text(1, 2_000) }))
      .max(10, "Attach ten things at most.")
      .default([]),
  })
  .openapi("NewResponse");

export const CancelBody = z
  .strictObject({ reason: text(0, 500).default("").openapi({ description: "Stands on the card." }) })
  .openapi("Cancellation");

export const RotateBody = z
  .strictObject({ callback_secret: text(16, 255).optional() })
  .openapi("NewCallbackSecret");
