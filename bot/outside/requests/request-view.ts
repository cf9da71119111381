import { z } from "zod";
import type { RequestRow } from "#db/requests.ts";
import type { Consultation } from "#engine/consultation/consultation.ts";
import { type NewRequest, REQUEST_TYPES, type RequestView } from "./request.ts";

/** A request as those outside see it, from its row and what is beside it. */
export function toRequestView({ body, ...beside }: RequestRow): RequestView {
  const { outside, question, answer } = body;
  if (!outside || !question) throw new Error(`Consultation ${body.id} is no request.`);
  const { workflowId, checkpointId, title, description, context, metadata } = outside;
  return {
    ...{ id: body.id, workflowId, checkpointId, title, description, context, metadata },
    routing: Routing.parse(outside.routing),
    type: REQUEST_TYPES.find((type) => type === question.type) ?? "approval",
    options: question.options,
    callbackWebhook: beside.callbackUrl,
    correlationId: outside.correlationId,
    state: beside.state,
    response: answer && {
      ...{ decision: answer.decision, comment: answer.note, attachments: answer.attachments ?? [] },
      ...{ responderId: answer.by, respondedAt: answer.at },
    },
    createdAt: body.openedAt,
    notifiedAt: beside.notifiedAt,
    respondedAt: answer?.at ?? null,
    callbackSentAt: beside.callbackSentAt,
    completedAt: completedAt(body, beside),
    timeoutAt: body.expiresAt,
  };
}

/** As it stands in a row: ours, or of another door that kept less. */
const Routing = z.object({
  channels: z.array(z.string()).default([]),
  recipients: z
    .array(z.object({ email: z.string().exactOptional(), slackUserId: z.string().exactOptional() }))
    .default([]),
});

/** With the far side's 2xx; where nobody is called back, with the answer. */
function completedAt(
  { endedAt, outside }: Consultation,
  { state, callbackDoneAt }: Omit<RequestRow, "body">,
): number | null {
  if (state !== "completed") return null;
  return outside?.endpointId === null ? endedAt : callbackDoneAt;
}

/** A request that was put just now: nobody can have heard of it. */
export const newRow = (body: Consultation, { callbackWebhook }: NewRequest): RequestRow => ({
  ...{ body, state: "pending", callbackUrl: callbackWebhook ?? null },
  ...{ notifiedAt: null, callbackSentAt: null, callbackDoneAt: null },
});

/** A request that has ended just now: its callback is still to be sent. */
export const endedRow = (before: RequestRow, body: Consultation): RequestRow => ({
  ...{ ...before, body },
  state: body.state === "withdrawn" ? "cancelled" : endedState(body),
});

const endedState = ({ state, outside }: Consultation): RequestRow["state"] => {
  if (state === "expired") return "timed_out";
  return outside?.endpointId === null ? "completed" : "responded";
};
