import type { Data, Envelope, EventName } from "./events.ts";
import { type List, listAt, type Paging } from "./pages.ts";
import type { CallOptions, Transport } from "./transport.ts";

export type Subscription = {
  readonly id: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly created_at: string;
  /** When it was switched off, as after a 410; null where it was not. */
  readonly disabled_at: string | null;
  readonly disabled_reason: string | null;
};

/** What was sent to a subscription, and what came of it. */
export type Delivery = {
  /** The post's webhook-id. */
  readonly id: string;
  readonly event: string;
  readonly state: "waiting" | "delivered" | "failed";
  readonly attempts: number;
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly created_at: string;
  readonly next_attempt_at: string | null;
  readonly done_at: string | null;
};

export type Webhooks = ReturnType<typeof webhooksOf>;

/** Subscriptions to events, behind this transport. */
export function webhooksOf(transport: Transport) {
  const at = (id: string): string => `/api/v1/webhooks/${encodeURIComponent(id)}`;
  return {
    /** `events`: names, "task.*" or "*" for all. The secret is told here and never again, where it was made. */
    create: (
      asked: {
        readonly url: string;
        readonly events: readonly (EventName | (string & {}))[];
        readonly secret?: string;
      },
      options: CallOptions = {},
    ) =>
      transport.call<Subscription & { readonly secret?: string }>("POST", "/api/v1/webhooks", {
        ...options,
        body: asked,
      }),
    get: (id: string, options: CallOptions = {}) => transport.call<Subscription>("GET", at(id), options),
    list: (paging: Paging = {}, options: CallOptions = {}): List<Subscription> =>
      listAt(transport, "/api/v1/webhooks", paging, options),
    remove: (id: string, options: CallOptions = {}): Promise<void> =>
      transport.call("DELETE", at(id), options),
    rotateSecret: (id: string, secret?: string, options: CallOptions = {}) =>
      transport.call<{ readonly secret: string }>("POST", `${at(id)}/rotate-secret`, {
        ...options,
        body: secret === undefined ? {} : { secret },
      }),
    /** What was sent to it, and what came back. */
    deliveries: (id: string, paging: Paging = {}, options: CallOptions = {}): List<Delivery> =>
      listAt(transport, `${at(id)}/deliveries`, paging, options),
  };
}

export type NewEvent = {
  /** Yours, where you give events ids: told again, it happens once. */
  readonly event_id?: string | undefined;
  /** When it happened, ISO 8601; now where nothing is said. */
  readonly timestamp?: string | undefined;
  readonly event_type: string;
  readonly workflow_id?: string | undefined;
  readonly data?: Data | undefined;
  readonly metadata?: Data | undefined;
};

export type EventFilter = Paging & {
  readonly event_type?: string | undefined;
  readonly workflow_id?: string | undefined;
};

export type PublishedEvents = ReturnType<typeof publishedOf>;

/** Events that agents publish, behind this transport: "code.approved", "deployment.started"… */
export function publishedOf(transport: Transport) {
  return {
    publish: (event: NewEvent, options: CallOptions = {}) =>
      transport.call<Envelope>("POST", "/api/v1/events", { ...options, body: event }),
    /** Newest first. */
    list: (filter: EventFilter = {}, options: CallOptions = {}): List<Envelope> =>
      listAt(transport, "/api/v1/events", filter, options),
  };
}
