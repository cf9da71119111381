import { z } from "zod";
import type { RequestView } from "../outside/requests/request.ts";
import { iso } from "../outside/wire.ts";

const DECISIONS = ["approve", "reject", "request_changes"] as const;

/** How a question stands, as the tools tell it. */
export const Answer = z.strictObject({
  question_id: z.uuid().describe("Keep it: get_answer takes it."),
  kind: z.enum(["question", "approval"]),
  question: z.string().describe("What was asked."),
  status: z
    .enum(["pending", "answered", "expired", "cancelled"])
    .describe("pending: nobody has answered yet. expired: nobody answered in time, and nobody can any more."),
  approved: z
    .boolean()
    .nullable()
    .describe(
      "true only where a person approved. false: rejected, or changes are wanted; `comment` says why. null: no approval was asked, or nobody has decided.",
    ),
  answer: z
    .string()
    .nullable()
    .describe(
      "The person's words, or the label of the option that they chose; null as long as there is none.",
    ),
  option: z.string().nullable().describe("The chosen option, exactly as you gave it; null where none was."),
  decision: z.enum(DECISIONS).nullable().describe("What was decided, where an approval was asked."),
  comment: z.string().nullable().describe("What the person wrote beside the decision or the option."),
  answered_by: z.string().nullable().describe("Slack id of the person."),
  answered_at: z.string().nullable(),
  expires_at: z.string(),
  next_step: z.string().describe("What to do now."),
});

/** A request as the tools tell it. */
export function toAnswer(request: RequestView): z.input<typeof Answer> {
  const { id, type, title, response, timeoutAt } = request;
  const said = type === "approval" ? decided(request) : answered(request);
  const status = statusOf(request);
  return {
    ...{ question_id: id, kind: type === "approval" ? "approval" : "question", question: title, status },
    ...said,
    comment: response?.comment || null,
    answered_by: response?.responderId ?? null,
    answered_at: response && iso(response.respondedAt),
    expires_at: iso(timeoutAt),
    next_step: NEXT[said.decision ?? status],
  };
}

/** A person's word is there as soon as they gave it, whatever has become of a callback. */
function statusOf({ response, state }: RequestView): z.input<typeof Answer>["status"] {
  if (response) return "answered";
  if (state === "cancelled") return "cancelled";
  return state === "timed_out" ? "expired" : "pending";
}

/** Anything but a person's plain "approve" is no approval. */
function decided({ response }: RequestView) {
  const decision = DECISIONS.find((one) => one === response?.decision) ?? null;
  return { approved: response && decision === "approve", answer: decision, option: null, decision };
}

function answered({ response, options }: RequestView) {
  const option = options.find(({ key }) => key === response?.decision)?.label ?? null;
  return { approved: null, answer: option ?? response?.comment ?? null, option, decision: null };
}

const NEXT = {
  pending:
    "Nobody has answered yet. Go on with what does not need the answer, then call get_answer with this question_id and wait_seconds 45, as often as you need. Don't ask again.",
  answered: "Go on with this answer.",
  approve: "Approved: do exactly what was approved, and nothing beyond it.",
  reject: "Rejected: don't do it. Read the comment.",
  request_changes:
    "Not approved as it is: change what the comment asks for, then request approval of the new version.",
  expired: "Nobody answered in time. Don't take this for a yes. Ask again if it still matters.",
  cancelled: "The question was taken back. Don't take this for a yes.",
} as const;
