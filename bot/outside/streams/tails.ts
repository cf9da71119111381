import type { Sql } from "postgres";
import { storyAfter } from "#db/story.ts";
import type { Logger } from "../../logger.ts";
import type { News } from "../../news.ts";
import type { EventFormat } from "../events/cloud-event.ts";
import type { EnvelopeRun } from "../events/envelope.ts";
import { type Batch, type Frame, toBatch, toFrame } from "./frames.ts";
import { createRing, MOST_FRAMES } from "./ring.ts";

/** A run whose facts are followed. */
export type FollowedRun = EnvelopeRun & {
  readonly workspaceId: string;
  /** How many facts there are, at least. */
  readonly seq: number;
  /** How its facts are to be written; the documented envelope where nothing is said. */
  readonly format?: EventFormat;
};

/** One who follows a run. */
export type Following = {
  /** What comes after this fact, as far as it is at hand; null where there is nothing yet; "behind" where it must be fetched. */
  next(after: number): Batch | "behind" | null;
  /** The same, for whoever is behind. Throws what the database throws. */
  fetch(after: number): Promise<Batch | null>;
  leave(): void;
};

export type Tails = ReturnType<typeof createTails>;

const PAGE = 200;
/** News is gathered for longer where it goes to more readers: with a thousand, ten times a second. */
const READERS_PER_MS = 10;
const LONGEST_GAP_MS = 100;
const AGAIN_MS = 1_000;

/** One look at a log for all who follow it in this process: a thousand readers cost one query for each piece of news. */
export function createTails(needs: { readonly sql: Sql; readonly news: News; readonly log: Logger }) {
  const tails = new Map<string, ReturnType<typeof createTail>>();

  return {
    /** Calls `hear` when there may be more, until the following is left. It must not throw. */
    follow(run: FollowedRun, hear: () => void): Following {
      const key = `${run.id} ${run.format ?? ""}`;
      const tail = tails.get(key) ?? createTail({ ...needs, run });
      tails.set(key, tail);
      tail.readers.add(hear);
      return {
        next: tail.next,
        fetch: tail.fetch,
        leave() {
          tail.readers.delete(hear);
          if (tail.readers.size > 0 || tails.get(key) !== tail) return;
          tails.delete(key);
          tail.close();
        },
      };
    },
    /** Looks without news: a word that got lost costs a while, and not the rest of the story. */
    look(): void {
      for (const tail of tails.values()) tail.hear();
    },
  };
}

type TailNeeds = Parameters<typeof createTails>[0] & { readonly run: FollowedRun };

function createTail({ sql, news, log, run }: TailNeeds) {
  const readers = new Set<() => void>();
  const ring = createRing(Math.max(0, run.seq - MOST_FRAMES));
  let isOpen = true;
  let isReading = false;
  let hasNews = false;
  let readAtMs = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | null = null;
  const unfollow = news.follow(run.id, hear);
  hear();

  async function fetchFrames(after: number): Promise<readonly Frame[]> {
    const page = await storyAfter(sql, run.workspaceId, run.id, { after, most: PAGE });
    return page.map((told) => toFrame(told, run, run.format));
  }

  function hear(): void {
    hasNews = true;
    if (isReading || timer !== null || !isOpen) return;
    const gapMs = Math.min(LONGEST_GAP_MS, readers.size / READERS_PER_MS);
    wait(readAtMs + gapMs - performance.now());
  }

  function wait(ms: number): void {
    if (ms <= 0) return void read();
    timer = setTimeout(() => {
      timer = null;
      void read();
    }, ms);
  }

  /** Never rejects: while somebody follows it is tried again. */
  async function read(): Promise<void> {
    isReading = true;
    hasNews = false;
    readAtMs = performance.now();
    const goOnMs = await look();
    isReading = false;
    if (!isOpen) return;
    for (const tell of readers) tell();
    if (goOnMs !== null) wait(goOnMs);
    else if (hasNews) hear();
  }

  /** When to look again without news; null for not at all. */
  async function look(): Promise<number | null> {
    try {
      const page = await fetchFrames(ring.head());
      ring.keep(page);
      return page.length === PAGE ? 0 : null;
    } catch (error) {
      log.warn("a stream could not look at its run", { run: run.id, error });
      return AGAIN_MS;
    }
  }

  return {
    ...{ readers, hear, next: ring.next },
    fetch: async (after: number): Promise<Batch | null> => toBatch(await fetchFrames(after)),
    close(): void {
      isOpen = false;
      if (timer) clearTimeout(timer);
      unfollow();
    },
  };
}
