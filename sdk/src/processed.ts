/** "new": it is yours now. "in progress": somebody works on it. "processed": it was done before. */
export type Begun = "new" | "in progress" | "processed";

/**
 * What was processed already, so that a callback that comes twice is processed once. Keep it where all your receivers
 * see it: a folder (`processed-files`), or a table of yours with these three.
 */
export type Processed = {
  /** Takes the key, unless it is done or taken. Who takes it and dies loses it after a while. */
  begin(key: string): Promise<Begun>;
  finish(key: string): Promise<void>;
  /** It failed: the next one may begin it again. */
  release(key: string): Promise<void>;
};

/** Remembers the last thousands in this process, and forgets with it: a restart may process a repeat again. */
export function memoryProcessed(most = 10_000): Processed {
  const known = new Map<string, "in progress" | "processed">();
  return {
    async begin(key) {
      const found = known.get(key);
      if (found) return found;
      known.set(key, "in progress");
      return "new";
    },
    async finish(key) {
      known.delete(key); // so that it stands last
      known.set(key, "processed");
      const oldest = known.size > most ? [...known].find(([, state]) => state === "processed") : undefined;
      if (oldest) known.delete(oldest[0]);
    },
    async release(key) {
      known.delete(key);
    },
  };
}
