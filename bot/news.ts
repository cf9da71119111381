import type { Sql } from "postgres";
import { FACTS_CHANNEL } from "#db/save.ts";

export type News = Awaited<ReturnType<typeof listenForNews>>;

/** One ear for a whole process: who waits for a log hears when it grows. */
export async function listenForNews(sql: Sql) {
  const waiting = new Map<string, Set<() => void>>();
  const tellAll = () => {
    for (const listeners of waiting.values()) for (const hear of listeners) hear();
  };
  const listening = await sql.listen(
    FACTS_CHANNEL,
    (ids) => {
      if (ids === "*") tellAll();
      else for (const id of ids.split(",")) for (const hear of waiting.get(id) ?? []) hear();
    },
    tellAll, // connected, perhaps again: something may have been missed
  );

  /** Calls `hear` whenever this log may have grown, until the returned function is called. It must not throw. */
  function follow(streamId: string, hear: () => void): () => void {
    const listeners = waiting.get(streamId) ?? new Set();
    waiting.set(streamId, listeners.add(hear));
    return () => {
      listeners.delete(hear);
      if (listeners.size === 0 && waiting.get(streamId) === listeners) waiting.delete(streamId);
    };
  }

  /**
   * Looks, and looks again whenever the log has grown, until `isEnough`, `waitMs` are over or `signal` fires. Resolves to
   * what was seen last.
   */
  async function until<T>(
    streamId: string,
    look: () => Promise<T>,
    isEnough: (seen: T) => boolean,
    { waitMs, signal }: { readonly waitMs: number; readonly signal: AbortSignal },
  ): Promise<T> {
    const over = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(waitMs))]);
    let hear = (): void => {};
    let grown = new Promise<void>((resolve) => {
      hear = resolve;
    });
    const unfollow = follow(streamId, () => hear());
    over.addEventListener("abort", () => hear(), { once: true });
    try {
      for (;;) {
        const next = grown;
        const seen = await look();
        if (isEnough(seen) || over.aborted) return seen;
        await next;
        grown = new Promise<void>((resolve) => {
          hear = resolve;
        });
      }
    } finally {
      unfollow();
    }
  }

  return { follow, until, close: () => listening.unlisten() };
}
