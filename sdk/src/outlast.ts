import { nextTryMs } from "./retry-rule.ts";
import { pause } from "./transport.ts";

/** A deployment or a restart is over by then; what is away for longer needs somebody who looks at it. */
const LONGEST_AWAY_MS = 5 * 60_000;
const AGAIN_MS = 1_000;

/** For waits that outlast people: looks again while the server is away for a while, `end` at the latest. */
export async function outlast<T>(
  look: () => Promise<T>,
  {
    end = Number.POSITIVE_INFINITY,
    signal,
  }: { readonly end?: number | undefined; readonly signal?: AbortSignal | undefined },
): Promise<T> {
  const last = Math.min(end, Date.now() + LONGEST_AWAY_MS);
  for (;;) {
    const startedAt = Date.now();
    try {
      return await look();
    } catch (error) {
      const nextMs = nextTryMs(error, 1, 1);
      if (nextMs === null || startedAt >= last) throw error;
      await pause(Math.max(nextMs, AGAIN_MS), signal);
    }
  }
}
