/** Above this many entries, those that are out of date are thrown away. */
const TIDY_ABOVE = 1_000;

/**
 * Remembers answers for `ttlMs`, or for as long as `ttlOf` says of an answer. Who asks for the same thing meanwhile shares
 * one question; a failure is not remembered.
 */
export function createMemory<T>(ttlMs: number, now: () => number, ttlOf: (value: T) => number = () => ttlMs) {
  const entries = new Map<string, { readonly value: Promise<T>; untilMs: number }>();

  function tidy(): void {
    if (entries.size < TIDY_ABOVE) return;
    for (const [key, { untilMs }] of entries) if (untilMs <= now()) entries.delete(key);
  }

  return {
    get(key: string, ask: () => Promise<T>): Promise<T> {
      const known = entries.get(key);
      if (known && known.untilMs > now()) return known.value;
      tidy();
      const entry = { value: ask(), untilMs: now() + ttlMs };
      entries.set(key, entry);
      entry.value.then(
        (value) => {
          entry.untilMs = now() + ttlOf(value);
        },
        () => {
          if (entries.get(key) === entry) entries.delete(key); // heard by whoever asked
        },
      );
      return entry.value;
    },
    forget(key: string): void {
      entries.delete(key);
    },
  };
}
