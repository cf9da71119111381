/** Progress may use this part of a minute's updates: the rest is for questions, decisions and results. */
const PROGRESS_SHARE = 0.8;
/** This part of all updates may come in one go after a quiet minute; the rest of the share is refilled evenly. */
const BURST_SHARE = 0.3;
/** Below this part of the burst, progress goes slower. */
const LOW = 1 / 3;

/** How many updates one workspace takes. */
export type AllowanceLimits = { readonly updatesPerMinute: number; readonly minuteMs: number };

export type Allowance = ReturnType<typeof createAllowance>;

/**
 * The updates of one workspace: never more than the limit in any minute. Progress takes from a bucket of its own inside that
 * limit, so that it never uses up what a decision needs and is not all spent in the minute's first second.
 */
export function createAllowance({ updatesPerMinute, minuteMs }: AllowanceLimits, nowMs: () => number) {
  const burst = updatesPerMinute * BURST_SHARE;
  const refillMs = minuteMs / (updatesPerMinute * (PROGRESS_SHARE - BURST_SHARE));
  let recent: readonly number[] = [];
  let bucket = { tokens: burst, atMs: nowMs() };

  const tokens = (): number => Math.min(burst, bucket.tokens + (nowMs() - bucket.atMs) / refillMs);

  /** From when on one more update stays within the minute's limit. */
  function anyAt(): number {
    recent = recent.filter((atMs) => atMs > nowMs() - minuteMs);
    const oldest = recent.at(-updatesPerMinute);
    return oldest === undefined ? 0 : oldest + minuteMs;
  }

  return {
    anyAt,
    /** From when on one more update may be progress. */
    progressAt(): number {
      const left = tokens();
      return Math.max(anyAt(), left >= 1 ? 0 : nowMs() + (1 - left) * refillMs);
    },
    isProgressLow: (): boolean => tokens() < burst * LOW,
    count(isProgress: boolean): void {
      recent = [...recent, nowMs()];
      if (isProgress) bucket = { tokens: tokens() - 1, atMs: nowMs() };
    },
  };
}
