import type { Sql } from "postgres";
import { loadConsultation } from "#db/load.ts";
import type { Consultation } from "#engine/consultation/consultation.ts";
import type { Answer } from "#engine/consultation/question.ts";
import type { Follower } from "../../followers.ts";
import { iso } from "../wire.ts";
import { queueDelivery } from "./queue-delivery.ts";

/** What a callback says of each way to end (S0-60). */
const EVENTS = {
  settled: { event: "request.responded", state: "responded" },
  expired: { event: "request.timed_out", state: "timed_out" },
  withdrawn: { event: "request.cancelled", state: "cancelled" },
} as const satisfies Record<Exclude<Consultation["state"], "open">, unknown>;

/**
 * Calls back whoever asked, once, when their request has ended: settled, expired or withdrawn. Whether anybody listens is the
 * deliverer's business; the answer is kept in any case.
 */
export const createCallbacks = (sql: Sql): Follower => ({
  name: "callbacks",
  reads: "requests",
  gatherMs: 0,
  async catchUp({ id, workspaceId }) {
    const consultation = await loadConsultation(sql, workspaceId, id);
    const { endpointId = null, traceparent = null } = consultation?.outside ?? {};
    if (!consultation || consultation.state === "open" || endpointId === null) return;
    await queueDelivery(sql, {
      ...{ endpointId, workspaceId, streamId: id, traceparent },
      event: EVENTS[consultation.state].event,
      eventKey: `${id}:${consultation.state}`,
      body: JSON.stringify(toCallback(consultation, consultation.state)),
    });
  },
});

/** The documented body (S0-58). What the agent said of itself comes back to it; what names the request is ours. */
function toCallback({ id, outside, answer }: Consultation, state: keyof typeof EVENTS) {
  return {
    event: EVENTS[state].event,
    request_id: id,
    metadata: {
      agent_id: outside?.agent,
      ...outside?.metadata,
      ...{ workflow_id: outside?.workflowId, checkpoint_id: outside?.checkpointId },
      correlation_id: outside?.correlationId,
    },
    response: answer && toResponse(answer),
    state: EVENTS[state].state,
  };
}

const toResponse = ({ decision, note, by, at, attachments = [] }: Answer) => ({
  ...{ decision, comment: note, responder_id: by, responded_at: iso(at), attachments },
});
