import type { Logger } from "../../logger.ts";
import type { Batch } from "./frames.ts";
import type { FollowedRun, Following } from "./tails.ts";

/** How soon a reader comes again that was cut off; EventSource goes by it. */
const RETRY_MS = 1_000;

export type StreamReader = ReturnType<typeof createStreamReader>;

/** One reader of a run: is given as much as it takes, in order, from the fact after `after` on. `end` is called once. */
export function createStreamReader(needs: {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  readonly following: Following;
  readonly run: FollowedRun;
  readonly after: number;
  readonly end: () => void;
  readonly log: Logger;
}) {
  const { controller, following, run, end, log } = needs;
  let sent = needs.after;
  let isOpen = true;
  let isFetching = false;
  /** Since when there is more than the reader takes; null while it keeps up. */
  let stalledAtMs: number | null = null;
  const say = (text: string): void => controller.enqueue(Buffer.from(text));
  const hasRoom = (): boolean => (controller.desiredSize ?? 0) > 0;
  say(`: run ${run.id}\nretry: ${RETRY_MS}\n\n`);

  function leave(): boolean {
    const wasOpen = isOpen;
    isOpen = false;
    if (wasOpen) end();
    return wasOpen;
  }

  function close(lastWords: string): void {
    if (!leave()) return;
    say(lastWords);
    controller.close();
  }

  /** Gives what there is, as far as it is taken. Called when there is more, and when there is room. */
  function pump(): void {
    if (!isOpen || isFetching) return;
    const next = following.next(sent);
    if (next === null) stalledAtMs = null;
    else if (!hasRoom()) stalledAtMs ??= performance.now();
    else if (next === "behind") void fetch();
    else {
      give(next);
      pump();
    }
  }

  function give({ bytes, to, isEnd }: Batch): void {
    sent = to; // first: whoever waits for a piece asks for the next one while this is handed over
    stalledAtMs = null;
    controller.enqueue(bytes);
    if (isEnd) close(event("end", { run_id: run.id, last_event_id: sent }));
  }

  /** Never rejects. A stream that can't go on ends: its reader comes again, with the number of the last fact. */
  async function fetch(): Promise<void> {
    isFetching = true;
    try {
      const batch = await following.fetch(sent);
      if (batch === null) throw new Error(`There is nothing after fact ${sent}, and there should be.`);
      if (isOpen) give(batch);
    } catch (error) {
      log.warn("a stream could not fetch what its reader missed", { run: run.id, error });
      close(": closing\n\n");
    }
    isFetching = false;
    pump();
  }

  return {
    ...{ pump, leave },
    stalledForMs: (): number => (stalledAtMs === null ? 0 : performance.now() - stalledAtMs),
    beat(): void {
      if (isOpen && hasRoom()) say(": beat\n\n");
    },
    /** Ends it, with the reason as the last event. */
    drop: (code: string, detail: string) => close(event("error", { code, detail, last_event_id: sent })),
    stop: () => close(": closing\n\n"),
  };
}

const event = (name: string, data: object): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
