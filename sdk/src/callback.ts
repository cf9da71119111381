import type { Data } from "./events.ts";
import type { Response as HumanResponse } from "./requests.ts";

type Common = {
  readonly request_id: string;
  /** What the request was sent with, and where to go on. */
  readonly metadata: Data & {
    readonly workflow_id: string;
    readonly checkpoint_id: string;
    readonly correlation_id?: string;
  };
  readonly state?: string;
};

/** What Countersign calls back with once a request is settled, has timed out, or was cancelled. */
export type Callback = Common &
  (
    | { readonly event: "request.responded"; readonly response: HumanResponse }
    | { readonly event: "request.timed_out" | "request.cancelled"; readonly response: null }
  );

const EVENTS: readonly unknown[] = ["request.responded", "request.timed_out", "request.cancelled"];

/** The callback in a verified post; null where it is another one (an event, a task). */
export function readCallback(payload: unknown): Callback | null {
  if (!isObject(payload) || !EVENTS.includes(payload["event"])) return null;
  const { request_id, metadata, response, event } = payload;
  if (typeof request_id !== "string" || !isObject(metadata)) return null;
  if (typeof metadata["workflow_id"] !== "string" || typeof metadata["checkpoint_id"] !== "string")
    return null;
  const isAnswered = event === "request.responded";
  if (isAnswered && (!isObject(response) || typeof response["decision"] !== "string")) return null;
  return { ...payload, response: isAnswered ? response : null } as Callback;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
