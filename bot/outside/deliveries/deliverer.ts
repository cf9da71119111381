import { randomUUID } from "node:crypto";
import type { Sql } from "postgres";
import { type ClaimedDelivery, claimDeliveries, DELIVERIES_CHANNEL, nextDeliveryMs } from "#db/deliveries.ts";
import { keepAttempt, letGo, type Outcome } from "#db/delivery-attempts.ts";
import { switchOffAddress } from "#db/endpoints.ts";
import type { GuardedPost, Posted } from "#integrations/web/guarded-post.ts";
import type { Logger } from "../../logger.ts";
import { createAlarm } from "../../slack/sending/alarm.ts";
import { createPost } from "./post.ts";
import type { Secrets } from "./secrets.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** How long to wait after each try that failed; after the last there is none (Standard Webhooks). */
const WAITS: readonly number[] = [
  ...[5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR],
  ...[10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR],
];
/** However late a far side asks us to come. */
const LONGEST_WAIT_MS = 24 * HOUR;

/** Under way at the same time: a far side that hangs holds its own places, not others', under however many names. */
const PLACES = { all: 128, perKey: 64, perHost: 16, perUrl: 4 } as const;
/** Longer than a post may take, so that nobody else takes over what is under way. */
const HOLD_MS = 20 * SECOND;
const TROUBLE_WAIT_MS = SECOND;
/** How long posts under way may take to end when the app stops. */
const CLOSE_WITHIN_MS = 1_500;

/** What became of one try, by what the far side said. `attempts`: how many there were before it. */
export function outcomeOf(posted: Posted, attempts: number, waits: readonly number[] = WAITS): Outcome {
  if (posted.error === null) return { state: "delivered" };
  const scheduled = waits[attempts];
  if (scheduled === undefined || posted.status === 410) return { state: "failed" };
  const asked = Math.min(posted.retryAfterMs ?? 0, LONGEST_WAIT_MS);
  return { state: "waiting", waitMs: Math.max(scheduled, asked) };
}

/**
 * Sends what is due. Several processes may run one: whoever claims a delivery has it for a while, and what a process that died
 * had claimed is claimed again. Woken by NOTIFY and by the time of what waits; at rest it causes no statement.
 */
export async function startDeliverer(needs: {
  readonly sql: Sql;
  readonly secrets: Secrets;
  readonly post: GuardedPost;
  readonly log: Logger;
  /** Other than `WAITS`. */
  readonly waits?: readonly number[];
}): Promise<{ close(): Promise<void> }> {
  const { sql, log, waits = WAITS } = needs;
  const holder = randomUUID();
  const send = createSend({ ...needs, holder, waits });
  const alarm = createAlarm(look);
  const stop = new AbortController();
  const underWay = new Map<ClaimedDelivery, Promise<void>>();
  /** More was due than there were places for: then each that ends makes us look again. */
  let isMoreDue = false;

  async function look(): Promise<void> {
    try {
      const free = PLACES.all - underWay.size;
      const places = {
        ...PLACES,
        free,
        keys: countBy("keyId"),
        hosts: countBy("host"),
        urls: countBy("url"),
      };
      const begun = performance.now();
      const { claimed, due } = await claimDeliveries(sql, { holder, holdMs: HOLD_MS }, places);
      isMoreDue = due > claimed.length;
      for (const delivery of claimed) begin(delivery);
      const nextMs = await nextDeliveryMs(sql, performance.now() - begun);
      if (nextMs !== null) alarm.within(Math.max(0, nextMs));
    } catch (error) {
      log.warn("the deliverer could not reach the database", { error });
      alarm.within(TROUBLE_WAIT_MS);
    }
  }

  function countBy(what: "keyId" | "host" | "url"): Readonly<Record<string, number>> {
    const counts = new Map<string, number>(); // a host may be called "constructor"
    for (const { [what]: one } of underWay.keys()) counts.set(one ?? "-", (counts.get(one ?? "-") ?? 0) + 1);
    return Object.fromEntries(counts);
  }

  function begin(delivery: ClaimedDelivery): void {
    const work = send(delivery, stop.signal).then((againMs) => {
      underWay.delete(delivery);
      if (isMoreDue || againMs !== null) alarm.within(isMoreDue ? 0 : (againMs ?? 0));
    });
    underWay.set(delivery, work);
  }

  const listening = await sql.listen(
    DELIVERIES_CHANNEL,
    () => alarm.within(0),
    () => alarm.within(0),
  );
  return {
    /** Nothing new begins. What takes too long to end is broken off, and sent again by whoever runs next. */
    async close(): Promise<void> {
      const cut = setTimeout(() => stop.abort(), CLOSE_WITHIN_MS);
      await Promise.all([alarm.close(), listening.unlisten()]);
      await Promise.all(underWay.values());
      clearTimeout(cut);
    },
  };
}

/** Sends one, and keeps what came of it. Resolves to when it is due again; null where it is not. Never rejects. */
function createSend(needs: {
  readonly sql: Sql;
  readonly secrets: Secrets;
  readonly post: GuardedPost;
  readonly log: Logger;
  readonly waits: readonly number[];
  readonly holder: string;
}) {
  const { sql, log, waits, holder } = needs;
  const post = createPost(needs);

  async function send(delivery: ClaimedDelivery, signal: AbortSignal): Promise<number | null> {
    try {
      const posted = await post(delivery, signal);
      if (signal.aborted && posted.error !== null) {
        await letGo(sql, holder, delivery);
        return null;
      }
      const outcome = outcomeOf(posted, delivery.attempts, waits);
      if (posted.status === 410) await switchOffAddress(sql, delivery, GONE);
      await keepAttempt(sql, holder, delivery, posted, outcome);
      if (posted.error !== null) tell(delivery, posted, outcome);
      return outcome.state === "waiting" ? outcome.waitMs : null;
    } catch (error) {
      const fields = { delivery: delivery.id, error };
      log.warn("what came of a delivery could not be kept; it will be sent again", fields);
      return HOLD_MS;
    }
  }

  /** Without the address: there may be a secret in it. */
  function tell(delivery: ClaimedDelivery, { status, error }: Posted, { state }: Outcome): void {
    const { id, workspaceId, event, host } = delivery;
    const fields = { delivery: id, workspace: workspaceId, event, host, status, reason: error };
    if (state === "failed") log.warn("a delivery failed for good", fields);
    else log.info("a delivery failed, and is tried again", fields);
  }

  return send;
}

const GONE = "It answered 410 (gone).";
