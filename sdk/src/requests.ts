import { CountersignError } from "./error.ts";
import type { Data } from "./events.ts";
import { outlast } from "./outlast.ts";
import { type List, listAt, type Paging } from "./pages.ts";
import type { CallOptions, Transport } from "./transport.ts";

export type RequestType = "approval" | "decision" | "clarification";

/** The states of a request. The last five are ends, as far as the answer goes: see `isSettled`. */
export type RequestState =
  | "pending"
  | "notified"
  | "responded"
  | "callback_sent"
  | "completed"
  | "callback_failed"
  | "timed_out"
  | "cancelled";

export type Option = { readonly key: string; readonly label: string };
export type Attachment = { readonly name: string; readonly url: string };
export type Recipient = { readonly email: string } | { readonly slack_user_id: string };

/** What people are asked. `{ title: "May I tag v1.2.0?" }` is a whole request. */
export type NewRequest = {
  /** 1–255 characters. */
  readonly title: string;
  readonly type?: RequestType | undefined;
  readonly description?: string | undefined;
  /** Up to 64 kB of JSON; `code_diff`, `risk_assessment` and `affected_systems` are shown as what they are. */
  readonly context?: Data | undefined;
  /** Two or more for a decision, up to ten for a clarification. */
  readonly options?: readonly (string | Option)[] | undefined;
  readonly routing?:
    | {
        readonly channels?: readonly string[] | undefined;
        readonly recipients?: readonly Recipient[] | undefined;
      }
    | undefined;
  readonly workflow_id?: string | undefined;
  readonly checkpoint_id?: string | undefined;
  readonly callback_webhook?: string | undefined;
  /** Yours, 16–255 characters; made and returned once where none is given. */
  readonly callback_secret?: string | undefined;
  /** 1–43200; 1440 (a day) where nothing is said. */
  readonly timeout_minutes?: number | undefined;
  /** `agent_id` is the name on the card. */
  readonly metadata?: Data | undefined;
};

/** What a person said. */
export type Response = {
  /** "approve", "reject", "request_changes"; or the key of an option; or "text" with the answer in `comment`. */
  readonly decision: string;
  readonly comment: string;
  readonly responder_id: string;
  readonly responded_at: string;
  readonly attachments: readonly Attachment[];
};

/** A request as it stands. Moments are ISO 8601 in UTC; null is "not yet" or "never". */
export type ConsultationRequest = {
  readonly id: string;
  readonly workflow_id: string;
  readonly checkpoint_id: string;
  readonly type: RequestType;
  readonly title: string;
  readonly description: string;
  readonly context: Data;
  readonly options: readonly Option[];
  readonly routing: Data;
  readonly metadata: Data;
  readonly state: RequestState;
  readonly response: Response | null;
  readonly callback_webhook: string | null;
  readonly correlation_id: string;
  readonly created_at: string;
  readonly notified_at: string | null;
  readonly responded_at: string | null;
  readonly callback_sent_at: string | null;
  readonly completed_at: string | null;
  readonly timeout_at: string;
};

/** What `create` answers. The secret is told here and never again, where the server made it. */
export type CreatedRequest = Pick<
  ConsultationRequest,
  "id" | "workflow_id" | "checkpoint_id" | "state" | "created_at" | "timeout_at"
> & { readonly callback_secret?: string };

export type RequestFilter = Paging & {
  readonly state?: RequestState | readonly RequestState[] | undefined;
  readonly type?: RequestType | undefined;
  readonly workflow_id?: string | undefined;
};

export type NewResponse = {
  readonly decision: string;
  readonly comment?: string | undefined;
  readonly attachments?: readonly Attachment[] | undefined;
};

/** Whether nothing more will be said: answered, timed out or cancelled. */
export const isSettled = ({ state }: Pick<ConsultationRequest, "state">): boolean =>
  state !== "pending" && state !== "notified";

/** The most that the server waits in one call. */
const LONGEST_WAIT_S = 60;

/** Questions to people. */
export type Requests = ReturnType<typeof requestsOf>;

/** The questions behind this transport. */
export function requestsOf(transport: Transport) {
  const at = (id: string): string => `/api/v1/requests/${encodeURIComponent(id)}`;

  const get = (id: string, options: CallOptions & { readonly waitSeconds?: number | undefined } = {}) => {
    const { waitSeconds: wait, ...rest } = options;
    const waiting = wait === undefined ? {} : { query: { wait }, waitMs: wait * 1_000 };
    return transport.call<ConsultationRequest>("GET", at(id), { ...rest, ...waiting });
  };

  /**
   * The settled request, however long people take, and though Countersign be away for some minutes in between. Throws
   * `timed_out` after `timeoutMs`; the question stays open then.
   */
  async function wait(id: string, options: CallOptions & { readonly timeoutMs?: number | undefined } = {}) {
    const { timeoutMs = Number.POSITIVE_INFINITY, ...rest } = options;
    const end = Date.now() + timeoutMs;
    for (;;) {
      const leftS = Math.ceil((end - Date.now()) / 1_000);
      const waitSeconds = Math.max(1, Math.min(LONGEST_WAIT_S, leftS));
      const request = await outlast(() => get(id, { ...rest, waitSeconds }), { end, signal: rest.signal });
      if (isSettled(request)) return request;
      if (Date.now() >= end)
        throw new CountersignError(`Nobody has answered request ${id} yet.`, {
          status: null,
          code: "timed_out",
        });
    }
  }

  const create = (asked: NewRequest, options: CallOptions = {}) =>
    transport.call<CreatedRequest>("POST", "/api/v1/requests", { ...options, body: asked });

  return {
    create,
    get,
    wait,
    /** Asks and waits: the settled request. */
    async ask(asked: NewRequest, options: CallOptions & { readonly timeoutMs?: number | undefined } = {}) {
      const { timeoutMs, ...rest } = options;
      const { id } = await create(asked, rest);
      const { idempotencyKey: _, ...waiting } = rest;
      return wait(id, timeoutMs === undefined ? waiting : { ...waiting, timeoutMs });
    },
    list: (filter: RequestFilter = {}, options: CallOptions = {}): List<ConsultationRequest> =>
      listAt(transport, "/api/v1/requests", { ...filter, state: filter.state?.toString() }, options),
    /** Takes the question back. */
    cancel: (id: string, reason?: string, options: CallOptions = {}) =>
      transport.call<ConsultationRequest>("POST", `${at(id)}/cancel`, {
        ...options,
        body: reason === undefined ? {} : { reason },
      }),
    /** A person's word: needs a person's key (scope `respond`). An agent's key is refused with `person_required`. */
    respond: (id: string, response: NewResponse, options: CallOptions = {}) =>
      transport.call<Pick<ConsultationRequest, "id" | "state" | "response">>("POST", `${at(id)}/respond`, {
        ...options,
        body: response,
      }),
    /** A new secret for its callback; both sign for a while. */
    rotateSecret: (id: string, secret?: string, options: CallOptions = {}) =>
      transport.call<{ readonly callback_secret: string }>("POST", `${at(id)}/rotate-secret`, {
        ...options,
        body: secret === undefined ? {} : { callback_secret: secret },
      }),
  };
}
