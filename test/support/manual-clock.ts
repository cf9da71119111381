import type { Clock } from "#integrations/local-slack/clock.ts";

/** A clock that stands still until a test turns it. */
export type ManualClock = Clock & {
  /** Turns it on by so many milliseconds; what is due by then is called in its order. */
  advance(ms: number): void;
  /** How many wait for it. */
  waiting(): number;
};

/** Begins now: requests are signed with its time, and receivers refuse old ones. */
export function createManualClock(): ManualClock {
  let nowMs = Date.now();
  const timers = new Set<{ readonly dueMs: number; readonly then: () => void }>();
  const nextDue = (untilMs: number) =>
    [...timers].filter(({ dueMs }) => dueMs <= untilMs).toSorted((a, b) => a.dueMs - b.dueMs)[0];
  return {
    nowMs: () => nowMs,
    after(delayMs, then) {
      const timer = { dueMs: nowMs + delayMs, then };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const untilMs = nowMs + ms;
      for (let timer = nextDue(untilMs); timer !== undefined; timer = nextDue(untilMs)) {
        timers.delete(timer);
        nowMs = timer.dueMs;
        timer.then();
      }
      nowMs = untilMs;
    },
    waiting: () => timers.size,
  };
}
