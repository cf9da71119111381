/** Something that Slack sends to the app and wants acknowledged within three seconds. */
export type Envelope =
  | {
      readonly type: "events_api";
      readonly payload: Readonly<Record<string, unknown>>;
      readonly retry: { readonly count: number; readonly reason: FailedBecause } | undefined;
    }
  | { readonly type: "interactive"; readonly payload: Readonly<Record<string, unknown>> }
  | { readonly type: "slash_commands"; readonly payload: Readonly<Record<string, string>> };

/** Slack's words in `X-Slack-Retry-Reason`. */
export type FailedBecause = "http_timeout" | "http_error" | "connection_failed";

/** What became of an envelope. `ackMs` is the measured time until the answer, or until it was given up. */
export type Ack =
  | { readonly kind: "acked"; readonly ackMs: number; readonly body: unknown }
  | {
      readonly kind: "failed";
      readonly ackMs: number;
      readonly because: FailedBecause;
      /** The app asked not to be sent it again (`X-Slack-No-Retry: 1`). */
      readonly isFinal: boolean;
    };

/** Sends an envelope once. Never throws: trouble is an `Ack` like any other. */
export type Send = (envelope: Envelope) => Promise<Ack>;

/** The app has three seconds: https://docs.slack.dev/interactivity/handling-user-interaction */
export const ACK_TIMEOUT_MS = 3000;
