/** Gives Slack's `ts`: seconds with six digits behind the point, each later than all before. */
export type Timestamps = {
  next(): string;
  /** Tells of a `ts` that exists already, alone or at the end of a key. */
  seen(key: string): void;
};

/** Begins with the time of `nowMs` (milliseconds since 1970). */
export function createTimestamps(nowMs: () => number): Timestamps {
  let lastMicros = 0;
  return {
    next() {
      lastMicros = Math.max(Math.floor(nowMs()) * 1000, lastMicros + 1);
      return `${Math.floor(lastMicros / 1e6)}.${String(lastMicros % 1e6).padStart(6, "0")}`;
    },
    seen(key) {
      const [, seconds, micros] = /(?:^|\/)(\d{10})\.(\d{6})$/.exec(key) ?? [];
      if (seconds !== undefined) lastMicros = Math.max(lastMicros, Number(`${seconds}${micros}`));
    },
  };
}
