import { z } from "@hono/zod-openapi";

// The words of @humanlayer/sdk 0.7.9. What a client leaves out, other clients of theirs send as null.

/** What we don't know may be there as long as it says nothing: nobody's wish is passed over in silence. */
const nothingElse = z.null("Countersign does not know this field: leave it out.");

const text = (most: number) => z.string().max(most, `Write ${most} characters at most.`);
const notYet = (way: string) =>
  z.null(`Nobody can be reached by ${way} yet: name a channel or person in channel.slack.`).optional();

const SlackChannel = z
  .object({
    channel_or_user_id: z
      .string("Name a Slack channel (C…, or #name) or person (U…).")
      .trim()
      .min(1, "Name a Slack channel (C…, or #name) or person (U…).")
      .max(100)
      .openapi({ example: "C01GENERAL" }),
    context_about_channel_or_user: text(500).nullish(),
    allowed_responder_ids: z
      .array(z.string().regex(/^[UW][A-Z0-9]{2,20}$/, "Give Slack member ids (U02BOB)."))
      .max(5, "Name five people at most.")
      .nullish()
      .openapi({ description: "Only these may answer; they get a direct message too." }),
    experimental_slack_blocks: z
      .boolean()
      .nullish()
      .openapi({ description: "Cards are always made of blocks." }),
    bot_token: z
      .null("Countersign posts with its own bot: leave this out, and keep the token to yourself.")
      .optional(),
    thread_ts: z.null("Countersign can't ask inside somebody else's thread: leave this out.").optional(),
  })
  .catchall(nothingElse);

/** Where people are asked. Without one, in the key's project's channel or the usual one. */
const Channel = z
  .object({
    slack: SlackChannel.nullish(),
    email: notYet("e-mail"),
    sms: notYet("SMS"),
    whatsapp: notYet("WhatsApp"),
  })
  .catchall(nothingElse)
  .openapi("HumanLayerChannel");

const ResponseOption = z
  .object({
    name: z.string("Give the option a name.").trim().min(1, "Give the option a name.").max(100),
    title: text(100).nullish(),
    description: text(500).nullish(),
    prompt_fill: text(2_000).nullish(),
    interactive: z.boolean().nullish(),
  })
  .catchall(nothingElse)
  .openapi("HumanLayerOption");

const options = z
  .array(ResponseOption)
  .max(10, "Give ten options at most.")
  .refine(
    (all) => new Set(all.map(({ name }) => name)).size === all.length,
    "Each name must be there only once.",
  );
const state = z.record(z.string(), z.unknown()).nullish().openapi({ description: "Comes back as it came." });

const FunctionCallSpec = z
  .object({
    fn: text(200).openapi({ example: "send_email" }),
    kwargs: z
      .unknown()
      .optional()
      .openapi({ example: { to: "alice@example.com" } }),
    channel: Channel.nullish(),
    reject_options: options.nullish(),
    state,
  })
  .catchall(nothingElse);

const HumanContactSpec = z
  .object({
    msg: text(10_000).refine((msg) => msg.trim() !== "", "Write what people are asked."),
    subject: text(255).nullish(),
    channel: Channel.nullish(),
    response_options: options.nullish(),
    state,
  })
  .catchall(nothingElse);

/** Goes into addresses as it is. */
export const CallId = z
  .string()
  .regex(/^[\w.:@+=~,-]{1,200}$/, "Write 1 to 200 letters, digits and signs, no spaces and no slashes.")
  .openapi({ example: "call-3f2a91bc" });

const ids = {
  run_id: z
    .string("Give the run an id.")
    .min(1, "Give the run an id.")
    .max(255)
    .openapi({ example: "agent-5d1c7e90" }),
  call_id: CallId.nullish(),
  status: z.null("The status is Countersign's to give: leave it out.").optional(),
};

export const NewFunctionCall = z.object({ ...ids, spec: FunctionCallSpec }).catchall(nothingElse);
export type NewFunctionCall = z.output<typeof NewFunctionCall>;

export const NewHumanContact = z.object({ ...ids, spec: HumanContactSpec }).catchall(nothingElse);
export type NewHumanContact = z.output<typeof NewHumanContact>;

const moment = z.string().openapi({ example: "2026-11-21T10:30:00.000Z" });

export const FunctionCall = z
  .object({
    run_id: z.string(),
    call_id: z.string(),
    spec: z.record(z.string(), z.unknown()),
    status: z.object({
      requested_at: moment,
      responded_at: moment.nullable(),
      approved: z.boolean().nullable().openapi({ description: "null: nobody has decided." }),
      comment: z.string().nullable(),
      reject_option_name: z.string().nullable(),
    }),
  })
  .openapi("HumanLayerFunctionCall");

export const HumanContact = z
  .object({
    run_id: z.string(),
    call_id: z.string(),
    spec: z.record(z.string(), z.unknown()),
    status: z.object({
      requested_at: moment,
      responded_at: moment.nullable(),
      response: z.string().nullable().openapi({ description: "null: nobody has answered." }),
      response_option_name: z.string().nullable(),
    }),
  })
  .openapi("HumanLayerHumanContact");

/** A person's word on a function call. Moments are ours to say. */
export const FunctionCallResponse = z.object({
  approved: z.boolean("Say true or false."),
  comment: text(3_000).nullish(),
  reject_option_name: text(100).nullish(),
});

/** A person's word on a human contact. */
export const HumanContactResponse = z.object({
  response: text(3_000).nullish(),
  response_option_name: text(100).nullish(),
});
