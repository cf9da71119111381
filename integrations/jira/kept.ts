/** What was asked for once is believed for a while. What fails is not kept, and what is asked for twice at once is asked once. */
export type Kept<T> = {
  get(key: string, load: () => Promise<T>): Promise<T>;
  forget(key?: string): void;
};

/** Keeps answers for `forMs`. */
export function createKept<T>(forMs: number): Kept<T> {
  const all = new Map<string, { readonly until: number; readonly value: Promise<T> }>();
  return {
    async get(key, load) {
      const had = all.get(key);
      if (had && had.until > performance.now()) return await had.value;
      const value = load();
      all.set(key, { until: performance.now() + forMs, value });
      try {
        return await value;
      } catch (error) {
        if (all.get(key)?.value === value) all.delete(key);
        throw error;
      }
    },
    forget(key) {
      if (key === undefined) all.clear();
      else all.delete(key);
    },
  };
}
