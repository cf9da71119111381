import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { Slack } from "../slack.ts";
import type { Where } from "../state.ts";

// Proxies and tunnels drop a connection on which nothing moves.
const ALIVE_EVERY_MS = 15_000;

/** Server-sent events: `changed` with `{channel?, user?}` after each visible change. */
export function stream(c: Context, slack: Slack): Response {
  return streamSSE(c, async (sse) => {
    const pending: Where[] = [];
    let wake: () => void = () => undefined;
    const stop = slack.state.onChange((where) => {
      pending.push(where);
      wake();
    });
    const alive = setInterval(() => void sse.writeSSE({ event: "alive", data: "{}" }), ALIVE_EVERY_MS);
    const end = () => wake();
    slack.closing.addEventListener("abort", end);
    sse.onAbort(end);
    await sse.writeSSE({ event: "open", data: "{}" });
    while (!sse.aborted && !slack.closing.aborted) {
      const where = pending.shift();
      if (where !== undefined) await sse.writeSSE({ event: "changed", data: JSON.stringify(where) });
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
    clearInterval(alive);
    slack.closing.removeEventListener("abort", end);
    stop();
  });
}
