import { Refusal } from "#engine/errors.ts";
import { iso } from "../wire.ts";
import type { RequestView } from "./request.ts";

/** Somebody came too late: the sentence says who decided and when, and `request` is as it stands. */
export class AlreadySettled extends Refusal {
  readonly request: RequestView;

  constructor(request: RequestView, reason: string | null) {
    super("already_settled", sentence(request, reason));
    this.request = request;
  }
}

function sentence({ state, response, timeoutAt }: RequestView, reason: string | null): string {
  if (response)
    return `${response.responderId} ${verb(response.decision)} this already, at ${iso(response.respondedAt)}.`;
  if (state === "timed_out") return `Nobody answered this in time: it expired at ${iso(timeoutAt)}.`;
  return `This request was cancelled. ${reason ?? ""}`.trimEnd();
}

function verb(decision: string): string {
  if (decision === "approve") return "approved";
  if (decision === "reject") return "rejected";
  return decision === "request_changes" ? "asked for changes to" : `answered “${decision}” to`;
}
