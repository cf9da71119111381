import type { Clock } from "../clock.ts";

/** A method's tier, or the special rate of posting: https://docs.slack.dev/apis/web-api/rate-limits */
export type Rate = 1 | 2 | 3 | 4 | "post" | "unlimited";

/**
 * Slack promises "1+", "20+", "50+" and "100+" calls a minute per method and tolerates small bursts without saying how
 * small. The minute's allowance is strict here, and beyond it a burst of this many: enough for Socket Mode clients that
 * start together, too few for an app that ignores the limits to pass unseen.
 */
const TIERS = {
  1: { perMinute: 1, burst: 4 },
  2: { perMinute: 20, burst: 2 },
  3: { perMinute: 50, burst: 5 },
  4: { perMinute: 100, burst: 10 },
} as const;

/**
 * One post a second in each channel, and "short bursts" more: Slack gives no number. Five are what a person causes who
 * starts something: a card, its thread's plan, a question, a result, an answer.
 */
const POST = { perSecond: 1, burst: 5 } as const;

const MINUTE_MS = 60_000;

/** Counts calls and says when one comes too early. */
export type Rates = {
  /** Counts this call. Undefined: it may pass. Else after how many whole seconds to come again; then it did not count. */
  take(method: string, rate: Rate, channel: string): number | undefined;
  clear(): void;
};

/** Nothing is counted yet; a restart forgets the counts. */
export function createRates(clock: Clock): Rates {
  const minutes = new Map<string, number[]>();
  const buckets = new Map<string, { tokens: number; atMs: number }>();

  function takeOfMinute(method: string, most: number): number | undefined {
    const nowMs = clock.nowMs();
    const recent = (minutes.get(method) ?? []).filter((atMs) => atMs > nowMs - MINUTE_MS);
    minutes.set(method, recent);
    const [oldest] = recent;
    if (recent.length >= most && oldest !== undefined) return toSeconds(oldest + MINUTE_MS - nowMs);
    recent.push(nowMs);
    return undefined;
  }
  function takeOfBucket(channel: string): number | undefined {
    const nowMs = clock.nowMs();
    const bucket = buckets.get(channel) ?? { tokens: POST.burst, atMs: nowMs };
    const refilled = bucket.tokens + ((nowMs - bucket.atMs) / 1000) * POST.perSecond;
    const tokens = Math.min(POST.burst, refilled);
    const passes = tokens >= 1;
    buckets.set(channel, { tokens: passes ? tokens - 1 : tokens, atMs: nowMs });
    return passes ? undefined : toSeconds(((1 - tokens) / POST.perSecond) * 1000);
  }
  return {
    take(method, rate, channel) {
      if (rate === "unlimited") return undefined;
      if (rate === "post") return takeOfBucket(channel);
      return takeOfMinute(method, TIERS[rate].perMinute + TIERS[rate].burst);
    },
    clear() {
      minutes.clear();
      buckets.clear();
    },
  };
}

function toSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}
