/** What is left of a limit. */
export type Allowance = {
  readonly isAllowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until all of it is there again. */
  readonly resetSeconds: number;
  /** Seconds until one more may be made. */
  readonly retrySeconds: number;
};

export type Limits = {
  /** Takes one from what this caller may do; where nothing is left, nothing is taken. */
  take(caller: string): Allowance;
  /** What is left, without taking. */
  look(caller: string): Allowance;
};

const MINUTE_MS = 60_000;
/** Above this many callers, those who have all of theirs again are forgotten. */
const TIDY_ABOVE = 10_000;

/**
 * `perMinute` for each caller, all at once if they like, and then as they grow back: a token bucket. Counted in this
 * process alone: of two that serve the API, each allows as much. `now` counts milliseconds and never goes back.
 */
export function createLimits({
  perMinute,
  now,
}: {
  readonly perMinute: number;
  readonly now: () => number;
}): Limits {
  const perMs = perMinute / MINUTE_MS;
  const buckets = new Map<string, { left: number; atMs: number }>();

  function bucketOf(caller: string): { left: number; atMs: number } {
    const atMs = now();
    const bucket = buckets.get(caller) ?? { left: perMinute, atMs };
    bucket.left = Math.min(perMinute, bucket.left + (atMs - bucket.atMs) * perMs);
    bucket.atMs = atMs;
    return bucket;
  }

  function tidy(): void {
    if (buckets.size < TIDY_ABOVE) return;
    const atMs = now();
    for (const [caller, { left, atMs: thenMs }] of buckets)
      if (left + (atMs - thenMs) * perMs >= perMinute) buckets.delete(caller);
  }

  const allowance = (left: number, isAllowed: boolean): Allowance => ({
    isAllowed,
    limit: perMinute,
    remaining: Math.floor(left),
    resetSeconds: Math.ceil((perMinute - left) / perMs / 1_000),
    retrySeconds: Math.max(1, Math.ceil((1 - left) / perMs / 1_000)),
  });

  return {
    take(caller) {
      const bucket = bucketOf(caller);
      if (bucket.left < 1) return allowance(bucket.left, false);
      bucket.left -= 1;
      if (!buckets.has(caller)) {
        tidy();
        buckets.set(caller, bucket);
      }
      return allowance(bucket.left, true);
    },
    look(caller) {
      const { left } = bucketOf(caller);
      return allowance(left, left >= 1);
    },
  };
}
