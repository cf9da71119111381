import type { Sql } from "postgres";
import {
  claim,
  logsBehind,
  lookAgain,
  markStuck,
  postpone,
  type Reads,
  release,
  type StreamRow,
} from "#db/cursors.ts";
import { FACTS_CHANNEL } from "#db/save.ts";
import { OutsideFailure, OutsideRefusal } from "#engine/errors.ts";
import type { Logger } from "./logger.ts";
import { createSieves } from "./sieve.ts";

/** Brings an outside view up to date with a log. It may be told of the same facts twice, and never hears "event 17". */
export type Follower = {
  readonly name: string;
  /** Which logs it reads; those of connected workspaces where nothing is said. */
  readonly reads?: Reads;
  /** The only workspace whose logs it reads; those of all where nothing is said. */
  readonly workspaceId?: string;
  /** News of the same log within this time is one piece of news; `GATHER_MS` where nothing is said. */
  readonly gatherMs?: number;
  /** How many logs it reads at a time; `PLACES` where nothing is said. More where each waits long for a system far away. */
  readonly places?: number;
  /**
   * The log has grown beyond `seenSeq`. Rejects when it must be tried again: with `Later` where it only has to wait. With
   * `OutsideRefusal` it is stuck: no retry mends that, and nothing is tried until an operator says so.
   */
  catchUp(stream: StreamRow, seenSeq: number): Promise<void>;
};

/** Thrown by `catchUp`: nothing has failed, but it can't read on before `waitMs` have passed. */
export class Later extends Error {
  override readonly name = "Later";
  readonly waitMs: number;

  constructor(waitMs: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.waitMs = waitMs;
  }
}

/** How many logs one follower reads at a time: one that hangs holds one place, and no step waits for it. */
const PLACES = 4;
const GATHER_MS = 40;
const LONGEST_WAIT_MS = 5 * 60_000;
/** How far back a sweep looks for news that nobody heard, because its process died right after a commit. */
const SWEEP_BACK_MS = 120_000;

/**
 * Wakes followers when a log grows (Postgres tells every process by NOTIFY, inside the transaction), once at the start
 * for all that lies behind, and by `sweep()` for whatever a crash left lying. A cursor's claim, not the wake-up, keeps
 * two processes from following the same log at once.
 */
export async function startFollowers(needs: {
  readonly sql: Sql;
  readonly holder: string;
  readonly followers: readonly Follower[];
  readonly log: Logger;
}) {
  const { sql, holder, log } = needs;
  const lanes = needs.followers.map((follower) => createLane({ sql, holder, follower, log }));
  const sieve = createSieves({ sql, readers: lanes.filter(isChoosy), log });
  const wakeAll = async (sinceMs: number | null) => {
    for (const lane of lanes) lane.wake(await logsBehind(sql, lane, sinceMs));
  };
  const listening = await sql.listen(
    FACTS_CHANNEL,
    (ids) => {
      if (ids === "*")
        void wakeAll(SWEEP_BACK_MS).catch((error) => log.warn("followers could not look", { error }));
      else {
        for (const lane of lanes) if (!isChoosy(lane)) lane.wake(ids.split(","));
        sieve.add(ids.split(","));
      }
    },
    () => void wakeAll(null).catch((error) => log.warn("followers could not look", { error })),
  );
  return {
    sweep: () => wakeAll(SWEEP_BACK_MS),
    /** Ends when what is under way has ended; nothing new begins. */
    async close(): Promise<void> {
      await listening.unlisten();
      await sieve.close();
      await Promise.all(lanes.map((lane) => lane.close()));
    },
  };
}

type Lane = ReturnType<typeof createLane>;
/** One that reads only some logs. */
const isChoosy = (lane: Lane): lane is Lane & { readonly reads: Reads } => lane.reads !== undefined;

type LaneNeeds = {
  readonly sql: Sql;
  readonly holder: string;
  readonly follower: Follower;
  readonly log: Logger;
};

/** One follower's own places: which logs wait for it, and which are being read. */
function createLane(needs: LaneNeeds) {
  const { sql, holder, follower, log } = needs;
  const { reads, workspaceId, gatherMs = GATHER_MS, places = PLACES } = follower;
  /** Logs that have grown, and since when they wait; who waits longest comes first. */
  const waiting = new Map<string, number>();
  const working = new Map<string, Promise<void>>();
  /** Logs that have grown while they are read. */
  const again = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  let isOpen = true;

  function wake(ids: readonly string[]): void {
    for (const id of ids)
      if (working.has(id)) again.add(id);
      else if (!waiting.has(id)) waiting.set(id, performance.now());
    gather();
  }

  function gather(): void {
    if (isOpen && timer === null && waiting.size > 0 && working.size < places)
      timer = setTimeout(fill, gatherMs);
  }

  function fill(): void {
    timer = null;
    const gatheredMs = performance.now() - gatherMs + 1; // a timer may be early by a part of a millisecond
    for (const [id, sinceMs] of waiting) {
      if (!isOpen || working.size >= places || sinceMs > gatheredMs) break;
      waiting.delete(id);
      working.set(id, follow(id).finally(done(id)));
    }
    gather();
  }

  const done = (id: string) => () => {
    working.delete(id);
    if (again.delete(id)) wake([id]);
    if (timer === null) fill();
  };

  async function follow(id: string): Promise<void> {
    try {
      const claimed = await claim(sql, follower, holder, id);
      if (claimed === null) return;
      const { stream, seq, failures } = claimed;
      try {
        await follower.catchUp(stream, seq);
        if (await release(sql, follower.name, holder, id, stream.seq)) wake([id]);
      } catch (error) {
        const waitMs = await putOff(needs, { id, failures, error });
        if (waitMs !== null && isOpen) setTimeout(() => wake([id]), waitMs).unref();
      }
    } catch (error) {
      log.warn("a follower could not reach the database", { follower: follower.name, stream: id, error });
    }
  }

  async function close(): Promise<void> {
    isOpen = false;
    if (timer) clearTimeout(timer);
    await Promise.all(working.values());
  }

  return { name: follower.name, reads, workspaceId, gatherMs, wake, close };
}

/** Lets go of a log that could not be read on. Resolves to when it is looked at again, in milliseconds; null where it is stuck. */
async function putOff(
  { sql, holder, follower, log }: LaneNeeds,
  { id, failures, error }: { readonly id: string; readonly failures: number; readonly error: unknown },
): Promise<number | null> {
  const place = { follower: follower.name, holder, streamId: id };
  if (error instanceof Later) {
    await lookAgain(sql, place, error.waitMs);
    return error.waitMs;
  }
  if (error instanceof OutsideRefusal) {
    log.warn("a follower is stuck", { follower: follower.name, stream: id, error });
    await markStuck(sql, place, error.message);
    return null;
  }
  const asked = error instanceof OutsideFailure ? error.retryAfterMs : undefined;
  const waitMs = asked ?? Math.min(1_000 * 2 ** failures, LONGEST_WAIT_MS);
  const reason = error instanceof Error ? error.message : String(error);
  log.warn("a follower fell behind", { follower: follower.name, stream: id, waitMs, error });
  await postpone(sql, place, waitMs, reason);
  return waitMs;
}
