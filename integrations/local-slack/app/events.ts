import { randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { Delivery } from "../state/records.ts";
import { APP } from "../state/seed.ts";
import type { State } from "../state.ts";
import type { Ack, Send } from "./envelope.ts";

/** Slack tries three times more: at once, after a minute, after five: https://docs.slack.dev/apis/events-api */
const RETRY_AFTER_MS: readonly number[] = [0, 60_000, 300_000];

/** An event as the app gets it inside its envelope. */
export type Event = { readonly type: string } & Readonly<Record<string, unknown>>;

/** Tells the app what happened. */
export type Events = {
  /** Resolves to what became of the first attempt; undefined where the app did not subscribe to such events. */
  tell(event: Event): Promise<Ack | undefined>;
  /** Goes on with what was not acknowledged when this Slack was last stopped; once, however often it is called. */
  resume(): void;
  close(): void;
};

type Needs = {
  readonly state: State;
  readonly clock: Clock;
  readonly send: Send;
  /** Names as in the manifest: `message.channels`. Undefined: all. */
  readonly subscriptions: ReadonlySet<string> | undefined;
  readonly log: (line: string) => void;
};

/** Events are kept until the app has acknowledged them or their tries are used up. */
export function createEvents(needs: Needs): Events {
  const { state, clock, send, log } = needs;
  const cancels = new Set<() => void>();
  const left = state.deliveries.all();
  let isClosed = false;

  async function attempt(delivery: Delivery): Promise<Ack> {
    const { retry: count, reason } = delivery;
    const retry = reason === undefined ? undefined : { count, reason };
    const ack = await send({ type: "events_api", payload: delivery.body, retry });
    if (!isClosed) settle(delivery, ack);
    return ack;
  }
  function settle(delivery: Delivery, ack: Ack): void {
    const { eventId, retry } = delivery;
    // Reset since then: nobody waits for it any more.
    if (state.deliveries.get(eventId) === undefined) return;
    const delayMs = RETRY_AFTER_MS[retry];
    if (ack.kind === "failed" && !ack.isFinal && delayMs !== undefined) {
      plan({ ...delivery, retry: retry + 1, reason: ack.because, dueAtMs: clock.nowMs() + delayMs });
      return;
    }
    if (ack.kind === "failed")
      log(`local-slack: event ${eventId} was not taken (${ack.because}) and is given up`);
    state.keep(() => state.deliveries.remove(eventId));
  }
  function plan(delivery: Delivery): void {
    state.keep(() => state.deliveries.put(delivery.eventId, delivery));
    const cancel = clock.after(Math.max(0, delivery.dueAtMs - clock.nowMs()), () => {
      cancels.delete(cancel);
      if (state.deliveries.get(delivery.eventId) !== undefined) void attempt(delivery);
    });
    cancels.add(cancel);
  }
  return {
    async tell(event) {
      if (isClosed || !(needs.subscriptions?.has(subscriptionOf(event)) ?? true)) return undefined;
      const delivery = newDelivery(event, clock.nowMs());
      state.keep(() => state.deliveries.put(delivery.eventId, delivery));
      return await attempt(delivery);
    },
    resume() {
      for (const delivery of left.splice(0)) plan(delivery);
    },
    close() {
      isClosed = true;
      for (const cancel of cancels) cancel();
    },
  };
}

/** The name under which an app subscribes to an event. */
function subscriptionOf(event: Event): string {
  if (event.type !== "message") return event.type;
  return event["channel_type"] === "im" ? "message.im" : "message.channels";
}

function newDelivery(event: Event, nowMs: number): Delivery {
  const eventId = `Ev${randomBytes(5).toString("hex").toUpperCase()}`;
  const authorization = {
    enterprise_id: null,
    team_id: APP.teamId,
    user_id: APP.userId,
    is_bot: true,
    is_enterprise_install: false,
  };
  const body = {
    token: "local-slack",
    team_id: APP.teamId,
    api_app_id: APP.appId,
    event,
    type: "event_callback",
    event_id: eventId,
    event_time: Math.floor(nowMs / 1000),
    authorizations: [authorization],
    is_ext_shared_channel: false,
    event_context: `4-${eventId}`,
  };
  return { eventId, body, retry: 0, reason: undefined, dueAtMs: nowMs };
}
