/** Node takes a longer delay for none at all. */
const LONGEST_MS = 2 ** 31 - 1;
const BUSY_MS = 10;
/** With thousands of messages behind, looking takes long: then it must not fill the database's time. */
const REST = 3;
const LONGEST_REST_MS = 1_000;

/** Does `work` when it is time for it: never twice at once, and at most a quarter of the time. `work` must not reject. */
export function createAlarm(work: () => Promise<void>) {
  let isOpen = true;
  let isAtWork = false;
  let working: Promise<void> = Promise.resolve();
  let restUntilMs = 0;
  let set: { readonly timer: NodeJS.Timeout; readonly atMs: number } | null = null;

  /** In so many milliseconds, unless it comes sooner anyway. */
  function within(delayMs: number): void {
    const now = performance.now();
    const atMs = Math.max(now + delayMs, restUntilMs);
    if (!isOpen || (set !== null && set.atMs <= atMs)) return;
    clearTimeout(set?.timer);
    set = { timer: setTimeout(ring, Math.min(atMs - now, LONGEST_MS)), atMs };
  }

  function ring(): void {
    set = null;
    if (isAtWork) {
      within(BUSY_MS);
      return;
    }
    isAtWork = true;
    const startMs = performance.now();
    working = work().finally(() => {
      isAtWork = false;
      const now = performance.now();
      restUntilMs = now + Math.min(REST * (now - startMs), LONGEST_REST_MS);
    });
  }

  return {
    within,
    /** Resolves when the work that is under way has ended; none begins any more. */
    close(): Promise<void> {
      isOpen = false;
      clearTimeout(set?.timer);
      return working;
    },
  };
}
