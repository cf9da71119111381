import type { Logger } from "../../logger.ts";
import { createStreamReader, type StreamReader } from "./stream-reader.ts";
import type { FollowedRun, Tails } from "./tails.ts";

/** Whoever takes nothing for this long, while there is something to take, is dropped. */
const STALL_MS = 15_000;
/** A line that nobody reads, so that proxies and readers know that the stream lives. */
const BEAT_MS = 15_000;
const LOOK_MS = 1_000;
/** As much as waits for a reader before no more is given; one piece more may lie above it. */
const MOST_WAITING_BYTES = 64 * 1024;
/** How long a dropped reader has for the reason. */
const GOODBYE_MS = 10_000;

export type Streams = ReturnType<typeof createStreams>;

/** The streams of this process that follow runs, each at its reader's pace. */
export function createStreams({
  tails,
  log,
  beatMs = BEAT_MS,
  stallMs = STALL_MS,
  goodbyeMs = GOODBYE_MS,
}: {
  readonly tails: Tails;
  readonly log: Logger;
  readonly beatMs?: number;
  readonly stallMs?: number;
  readonly goodbyeMs?: number;
}) {
  /** With what cuts each one's connection. */
  const readers = new Map<StreamReader, () => void>();
  const beats = setInterval(() => {
    for (const reader of readers.keys()) reader.beat();
    tails.look();
  }, beatMs);
  const looks = setInterval(dropStalled, Math.min(LOOK_MS, stallMs / 2));

  function dropStalled(): void {
    for (const [reader, cutOff] of readers) {
      if (reader.stalledForMs() < stallMs) continue;
      const seconds = Math.round(stallMs / 1_000);
      reader.drop("slow_reader", `You took nothing for ${seconds} s: come again with Last-Event-ID.`);
      log.warn("a slow reader of a stream was dropped");
      setTimeout(cutOff, goodbyeMs).unref();
    }
  }

  return {
    /** Every fact of the run after the one with this number, as server-sent events. `cutOff` ends the connection for good. */
    open(run: FollowedRun, after: number, cutOff: () => void): ReadableStream<Uint8Array> {
      let reader: StreamReader | undefined;
      return new ReadableStream<Uint8Array>(
        {
          start(controller) {
            const following = tails.follow(run, () => reader?.pump());
            const end = () => {
              following.leave();
              if (reader) readers.delete(reader);
            };
            reader = createStreamReader({ controller, following, run, after, end, log });
            readers.set(reader, cutOff);
          },
          pull: () => reader?.pump(),
          cancel: () => void reader?.leave(),
        },
        { highWaterMark: MOST_WAITING_BYTES, size: (chunk) => chunk?.byteLength ?? 0 },
      );
    },
    count: () => readers.size,
    /** Ends every stream in good order: its reader comes again, to whoever is there then. */
    async close(): Promise<void> {
      clearInterval(beats);
      clearInterval(looks);
      for (const reader of readers.keys()) reader.stop();
    },
  };
}
