import { z } from "@hono/zod-openapi";
import { REQUEST_STATES, REQUEST_TYPES, type RequestView } from "../outside/requests/request.ts";
import { iso, isoOrNull } from "../outside/wire.ts";
import { Moment } from "./schemas.ts";

const Data = z.record(z.string(), z.unknown());

const Response = z
  .object({
    decision: z.string().openapi({
      description:
        "approve, reject or request_changes; the key of an option; or text. Only approve is a yes.",
      example: "approve",
    }),
    comment: z.string().openapi({ description: "A note; the answer itself where `decision` is text." }),
    responder_id: z.string().openapi({ description: "Slack's id of the person.", example: "U02BOB" }),
    responded_at: Moment,
    attachments: z.array(z.object({ name: z.string(), url: z.string() })),
  })
  .openapi("Response");

/** A request, as the documents say it (S0-42, S0-54). */
export const RequestWire = z
  .object({
    id: z.uuid(),
    workflow_id: z.string(),
    checkpoint_id: z.string(),
    type: z.enum(REQUEST_TYPES),
    title: z.string(),
    description: z.string(),
    context: Data,
    options: z.array(z.object({ key: z.string(), label: z.string() })),
    routing: z.object({
      channels: z.array(z.string()),
      recipients: z.array(z.object({ email: z.string().optional(), slack_user_id: z.string().optional() })),
    }),
    metadata: Data,
    state: z.enum(REQUEST_STATES).openapi({
      description:
        "pending: not in Slack yet. notified: people see it. responded, callback_sent, completed: answered. callback_failed: answered, and your address could not be reached. timed_out, cancelled: `response` stays null.",
    }),
    response: Response.nullable().openapi({ description: "Null until somebody has answered." }),
    callback_webhook: z.string().nullable(),
    correlation_id: z
      .string()
      .openapi({ description: "Yours (`X-Correlation-Id`), else made; callbacks carry it." }),
    created_at: Moment,
    notified_at: Moment.nullable(),
    responded_at: Moment.nullable(),
    callback_sent_at: Moment.nullable(),
    completed_at: Moment.nullable(),
    timeout_at: Moment.openapi({ description: "Until then people can answer." }),
  })
  .openapi("Request");

/** What a new request is answered with (S0-52). */
export const CreatedWire = RequestWire.pick({
  id: true,
  workflow_id: true,
  checkpoint_id: true,
  state: true,
  created_at: true,
  timeout_at: true,
})
  .extend({
    callback_secret: z
      .string()
      .optional()
      .openapi({ description: "Told here and never again; there only where it was made for you." }),
  })
  .openapi("CreatedRequest");

/** What an answer is answered with (S0-53). */
export const RespondedWire = RequestWire.pick({ id: true, state: true, response: true }).openapi(
  "RespondedRequest",
);

/** A request in the documented words. */
export const toRequestWire = (view: RequestView): z.output<typeof RequestWire> => ({
  ...{ id: view.id, workflow_id: view.workflowId, checkpoint_id: view.checkpointId },
  ...{ type: view.type, title: view.title, description: view.description, context: view.context },
  ...{ options: [...view.options], routing: toRoutingWire(view.routing), metadata: view.metadata },
  ...{ state: view.state, response: toResponseWire(view.response) },
  ...{ callback_webhook: view.callbackWebhook, correlation_id: view.correlationId },
  created_at: iso(view.createdAt),
  notified_at: isoOrNull(view.notifiedAt),
  responded_at: isoOrNull(view.respondedAt),
  callback_sent_at: isoOrNull(view.callbackSentAt),
  completed_at: isoOrNull(view.completedAt),
  timeout_at: iso(view.timeoutAt),
});

/** Short: what an agent needs to find its request again. */
export const toCreatedWire = (view: RequestView, secret: string | null): z.output<typeof CreatedWire> => ({
  ...{ id: view.id, workflow_id: view.workflowId, checkpoint_id: view.checkpointId, state: view.state },
  ...{ created_at: iso(view.createdAt), timeout_at: iso(view.timeoutAt) },
  ...(secret === null ? {} : { callback_secret: secret }),
});

export const toRespondedWire = ({ id, state, response }: RequestView): z.output<typeof RespondedWire> => ({
  ...{ id, state },
  response: toResponseWire(response),
});

const toResponseWire = (response: RequestView["response"]): z.output<typeof Response> | null =>
  response && {
    ...{ decision: response.decision, comment: response.comment, responder_id: response.responderId },
    ...{ responded_at: iso(response.respondedAt), attachments: [...response.attachments] },
  };

const toRoutingWire = ({ channels, recipients }: RequestView["routing"]) => ({
  channels: [...channels],
  recipients: recipients.map(({ email, slackUserId }) => ({
    ...(email === undefined ? {} : { email }),
    ...(slackUserId === undefined ? {} : { slack_user_id: slackUserId }),
  })),
});
