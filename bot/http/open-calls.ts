/** As which those count who call without a key. */
export const NO_KEY = "-";

export type OpenCalls = {
  /** A call begins, and `end` breaks it off. Null where its key has too many open; else what says that it is over. */
  enter(keyId: string, end: () => void): (() => void) | null;
  /** Breaks off all calls of this key. */
  cut(keyId: string): void;
  /** The keys that have calls open; not those who have none. */
  keyIds(): readonly string[];
};

/**
 * Calls that are open, by their keys: some wait for a minute, streams for days, and none must outlive the key that it was
 * let in with. Nobody holds more than `mostOfKey` open with one key.
 */
export function createOpenCalls({ mostOfKey }: { readonly mostOfKey: number }): OpenCalls {
  const calls = new Map<string, Set<{ readonly end: () => void }>>();
  return {
    enter(keyId, end) {
      const ofKey = calls.get(keyId) ?? new Set();
      if (ofKey.size >= mostOfKey) return null;
      const call = { end };
      calls.set(keyId, ofKey.add(call));
      return () => {
        ofKey.delete(call);
        if (ofKey.size === 0 && calls.get(keyId) === ofKey) calls.delete(keyId);
      };
    },
    cut(keyId) {
      for (const { end } of [...(calls.get(keyId) ?? [])]) end();
    },
    keyIds: () => [...calls.keys()].filter((keyId) => keyId !== NO_KEY),
  };
}
