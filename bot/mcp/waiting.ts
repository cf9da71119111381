import type { ServerContext } from "@modelcontextprotocol/server";
import type { Wait } from "../outside/goals/goal.ts";

/** Clients give up on a call after 60 seconds: every answer is on its way before that. */
export const LONGEST_WAIT_SECONDS = 50;
/** What a tool waits where nothing is said. */
export const USUAL_WAIT_SECONDS = 45;

/** How often a client that asked for it hears that the wait goes on. */
const BEAT_MS = 5_000;

/**
 * Waits at most `seconds`, and tells a client that wants to know that it does, at once and then every five seconds. A
 * client that hangs up ends the wait, and nothing else: what was asked stays asked.
 */
export async function waiting<T>(
  { mcpReq, http }: ServerContext,
  seconds: number,
  message: string,
  wait: (limit: Wait) => Promise<T>,
): Promise<T> {
  const gone = AbortSignal.any([mcpReq.signal, ...(http?.req ? [http.req.signal] : [])]);
  const progressToken = mcpReq._meta?.progressToken;
  const startedAt = performance.now();
  let beat: NodeJS.Timeout | undefined;

  const tell = (): void => {
    const progress = Math.round((performance.now() - startedAt) / 100) / 10;
    const params = { ...{ progressToken: progressToken ?? "", progress, total: seconds }, message };
    mcpReq.notify({ method: "notifications/progress", params }).catch(() => clearInterval(beat)); // nobody listens any more
  };

  if (progressToken !== undefined && seconds > 0) {
    tell();
    beat = setInterval(tell, BEAT_MS);
  }
  try {
    return await wait({ waitMs: seconds * 1_000, signal: gone });
  } finally {
    clearInterval(beat);
  }
}
