/** The last `most` things that were used, by id. Asking for one keeps it. */
export function createCache<T>(most: number) {
  const kept = new Map<string, T>();
  return {
    get(id: string): T | undefined {
      const value = kept.get(id);
      if (value !== undefined) {
        kept.delete(id);
        kept.set(id, value);
      }
      return value;
    },
    set(id: string, value: T): void {
      kept.delete(id);
      kept.set(id, value);
      const oldest = kept.keys().next();
      if (kept.size > most && !oldest.done) kept.delete(oldest.value);
    },
  };
}
