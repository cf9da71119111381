/** Node takes a longer delay for none at all. */
const LONGEST_MS = 2 ** 31 - 1;
const BUSY_MS = 10;

export type Alarm = ReturnType<typeof createAlarm>;

/** Does `work` when it is time for it, never twice at once. `work` must not reject. */
export function createAlarm(work: () => Promise<void>) {
  let isOpen = true;
  let isAtWork = false;
  let working: Promise<void> = Promise.resolve();
  let set: { readonly timer: NodeJS.Timeout; readonly atMs: number } | null = null;

  /** In so many milliseconds, unless it comes sooner anyway. */
  function within(delayMs: number): void {
    const atMs = performance.now() + delayMs;
    if (!isOpen || (set !== null && set.atMs <= atMs)) return;
    clearTimeout(set?.timer);
    set = { timer: setTimeout(ring, Math.min(delayMs, LONGEST_MS)), atMs };
  }

  function ring(): void {
    set = null;
    if (isAtWork) {
      within(BUSY_MS);
      return;
    }
    isAtWork = true;
    working = work().finally(() => {
      isAtWork = false;
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
