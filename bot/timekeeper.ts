import type { Sql } from "postgres";
import type { LeftGroup } from "#db/process-groups.ts";
import { beat, leave, nextDue, type WorkerRow } from "#db/workers.ts";
import type { Engine } from "#engine/engine.ts";
import type { Clock } from "#engine/ports.ts";
import { buryNeighbours, endLeftovers, freeLapsed, keepTime } from "./keep-time.ts";
import type { Logger } from "./logger.ts";

const BEAT_MS = 5_000;
const SOONEST_MS = 20;
/** News comes in crowds: the next due moment is looked up once for all that came within this time. */
const GATHER_MS = 200;

/**
 * Beats for this worker every five seconds, and wakes when something is due. One column (`streams.due_at`) instead of
 * a queued job for each deadline: nothing to enqueue or take back, and a test's clock can bring three days to pass.
 */
export async function startTimekeeper(needs: {
  readonly sql: Sql;
  readonly databaseUrl: string;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly log: Logger;
  readonly worker: () => WorkerRow;
  readonly isAlive: (row: WorkerRow) => Promise<boolean>;
  /** Ends processes that outlived their attempt. */
  readonly endLeftover: (group: LeftGroup) => Promise<void>;
  /** A worker is gone without a word: somebody should know. */
  readonly onLost: (lost: WorkerRow) => Promise<void>;
  /** What else is looked after with every beat: followers that lie behind. */
  readonly sweep: () => Promise<void>;
}) {
  const { sql, clock, log, worker, sweep } = needs;
  let isOpen = true;
  let turn: Promise<void> = Promise.resolve();
  let beats: NodeJS.Timeout | undefined;
  let alarm: NodeJS.Timeout | undefined;
  let gathering: NodeJS.Timeout | undefined;

  /** The beat comes first: a worker that was stopped and goes on must not take itself for dead. */
  async function tick(): Promise<void> {
    await beat(sql, worker());
    await keepTime(needs);
    await endLeftovers(needs, worker().host, needs.endLeftover);
    await freeLapsed(needs, needs.onLost);
    await sweep();
  }

  /** One thing at a time, and trouble with the database is tried again with the next beat. */
  function take(work: () => Promise<void>): void {
    turn = turn
      .then(work)
      .then(setAlarm)
      .catch((error) => log.warn("the clock could not reach the database", { error }));
  }

  async function setAlarm(): Promise<void> {
    const due = isOpen ? await nextDue(sql) : null;
    clearTimeout(alarm);
    if (due === null || due - clock.now() > BEAT_MS) return;
    alarm = setTimeout(() => take(() => keepTime(needs)), Math.max(SOONEST_MS, due - clock.now()));
  }

  /** Logs have grown: perhaps something is due sooner than the alarm knows. */
  function lookAgain(): void {
    gathering ??= setTimeout(() => {
      gathering = undefined;
      if (isOpen) take(async () => {});
    }, GATHER_MS);
  }

  await beat(sql, worker());
  await buryNeighbours(sql, worker(), needs.isAlive);
  await tick();
  await setAlarm();
  beats = setInterval(() => take(tick), BEAT_MS);
  return {
    lookAgain,
    /** Says at once what has changed about this worker. */
    beatNow: () => take(() => beat(sql, worker())),
    async close(): Promise<void> {
      isOpen = false;
      for (const timer of [beats, alarm, gathering]) clearTimeout(timer);
      await turn;
      await leave(sql, worker().id);
    },
  };
}
