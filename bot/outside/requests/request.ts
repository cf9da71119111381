import type { Attachment } from "#engine/consultation/question.ts";
import type { Instant } from "#engine/run/run.ts";
import type { Asking } from "./asking.ts";

/** The documented states of a request (S0-44): a view of the consultation, its messages and its callback (design §4.9). */
export const REQUEST_STATES = [
  "pending",
  "notified",
  "responded",
  "callback_sent",
  "completed",
  "callback_failed",
  "timed_out",
  "cancelled",
] as const;
export type RequestState = (typeof REQUEST_STATES)[number];

export const REQUEST_TYPES = ["approval", "decision", "clarification"] as const;

/** What an outside agent asks (S0-52), read and with the documented defaults filled in. */
export type NewRequest = {
  readonly workflowId?: string;
  readonly checkpointId?: string;
  readonly type: (typeof REQUEST_TYPES)[number];
  readonly title: string;
  readonly description: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly options: readonly { readonly key: string; readonly label: string }[];
  readonly routing: {
    readonly channels: readonly string[];
    readonly recipients: readonly { readonly email?: string; readonly slackUserId?: string }[];
  };
  readonly callbackWebhook?: string;
  readonly callbackSecret?: string;
  readonly timeoutMinutes: number;
  readonly metadata: Readonly<Record<string, unknown>>;
};

/** A person's word, over the API (S0-53). */
export type NewResponse = {
  readonly decision: string;
  readonly comment: string;
  readonly attachments: readonly Attachment[];
};

/** A request as those outside see it. Moments are milliseconds since 1970; null is "not yet" or "never". */
export type RequestView = {
  readonly id: string;
  readonly workflowId: string;
  readonly checkpointId: string;
  readonly type: (typeof REQUEST_TYPES)[number];
  readonly title: string;
  readonly description: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly options: readonly { readonly key: string; readonly label: string }[];
  readonly routing: NewRequest["routing"];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly callbackWebhook: string | null;
  readonly correlationId: string;
  readonly state: RequestState;
  readonly response: {
    readonly decision: string;
    readonly comment: string;
    readonly responderId: string;
    readonly respondedAt: Instant;
    readonly attachments: readonly Attachment[];
  } | null;
  readonly createdAt: Instant;
  readonly notifiedAt: Instant | null;
  readonly respondedAt: Instant | null;
  readonly callbackSentAt: Instant | null;
  readonly completedAt: Instant | null;
  readonly timeoutAt: Instant;
};

export type RequestFilter = {
  readonly states?: readonly RequestState[] | undefined;
  readonly type?: (typeof REQUEST_TYPES)[number] | undefined;
  readonly workflowId?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
};

/** A page of a list; `next` is the cursor of the one after it, null at the end. */
export type Page<T> = { readonly items: readonly T[]; readonly next: string | null };

/**
 * Consultation requests, whoever brings them: the documented API, MCP, HumanLayer's. Every call throws `Refusal` with what
 * is wrong; what another workspace or another project's key asked is `not_found`.
 */
export type Requests = {
  /** `callbackSecret` is told here and never again; null where there is no callback or the secret came with the request. */
  create(
    by: Asking,
    asked: NewRequest,
  ): Promise<{ readonly request: RequestView; readonly callbackSecret: string | null }>;
  /** At once, or once it is settled, or after `waitMs`, whichever comes first. */
  get(
    by: Asking,
    id: string,
    wait?: { readonly waitMs: number; readonly signal: AbortSignal },
  ): Promise<RequestView>;
  list(by: Asking, filter: RequestFilter): Promise<Page<RequestView>>;
  /** Refuses whoever is no person (`person_required`), and whom the policy or four eyes keep from it. */
  respond(by: Asking, id: string, response: NewResponse): Promise<RequestView>;
  /** Takes a request back. Only who asked it may: the same key, its owner, or a key of the same project. */
  cancel(by: Asking, id: string, reason: string): Promise<RequestView>;
  /** Gives its callback another secret and resolves to it; the one before it signs too for a while. */
  rotateSecret(by: Asking, id: string, secret?: string): Promise<string>;
};
