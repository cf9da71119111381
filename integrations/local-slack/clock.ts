/** The time, as this Slack's rules see it. Tests hand in one that they turn themselves. */
export type Clock = {
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Calls `then` once after so many milliseconds; the returned function prevents that. */
  after(delayMs: number, then: () => void): () => void;
};

/** The time of day. What waits on it does not keep the process alive. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after(delayMs, then) {
    const timer = setTimeout(then, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
