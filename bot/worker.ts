import { EventEmitter } from "node:events";
import {
  makeWorkerUtils,
  Logger as QueueLogger,
  run,
  type TaskList,
  type WorkerEventMap,
  type WorkerEvents,
} from "graphile-worker";
import type { Job } from "#engine/jobs.ts";
import type { Logger } from "./logger.ts";

/** Every job by name. Leave one out, or misspell it, and this does not compile. */
export type Handlers = {
  readonly [Name in Job["name"]]: (payload: Extract<Job, { name: Name }>["payload"]) => Promise<void>;
};

/** Jobs are short, because an attempt goes on after its job. So many at once begin the siblings of a wide plan together. */
const PLACES = 64;

export type Worker = { stop(): Promise<void> };

/**
 * Starts to take jobs. A handler that rejects has its job tried again by graphile, with its backoff; handlers
 * themselves turn a `Refusal` into "done" (design §4.11).
 */
export async function startWorker(needs: {
  readonly databaseUrl: string;
  readonly handlers: Handlers;
  readonly log: Logger;
  /** Told graphile's names for its pools before the first job is taken: they go into this worker's beat. */
  readonly onPools: (poolIds: readonly string[]) => void;
}): Promise<Worker> {
  const poolIds: string[] = [];
  const events: WorkerEvents = new EventEmitter();
  events.on("pool:create", ({ workerPool }) => {
    poolIds.push(workerPool.id);
    needs.onPools(poolIds);
  });
  const givenBack = giveBackAtStop(events);
  const runner = await run({
    connectionString: needs.databaseUrl,
    taskList: toTaskList(needs.handlers),
    noHandleSignals: true,
    logger: new QueueLogger(() => toQueueLog(needs.log)),
    events,
    preset: {
      worker: {
        concurrentJobs: PLACES,
        maxPoolSize: 4,
        localQueue: { size: PLACES },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    },
  });
  return {
    async stop() {
      await runner.stop();
      if (givenBack().length > 0) await unlock(needs.databaseUrl, poolIds);
    },
  };
}

/**
 * Graphile 0.18 cannot give back the jobs that it holds ready when it stops: it throws, leaves them locked for four hours,
 * and its connections open. So they are taken out of its hands right before, and unlocked afterwards.
 */
function giveBackAtStop(events: WorkerEvents): () => readonly unknown[] {
  let queue: LocalQueue | undefined;
  const taken: unknown[] = [];
  events.on("localQueue:init", ({ localQueue }) => {
    queue = localQueue;
  });
  events.on("pool:gracefulShutdown", () => taken.push(...(queue?.jobQueue.splice(0) ?? [])));
  return () => taken;
}

async function unlock(databaseUrl: string, poolIds: readonly string[]): Promise<void> {
  const utils = await makeWorkerUtils({ connectionString: databaseUrl });
  try {
    await utils.forceUnlockWorkers([...poolIds]);
  } finally {
    await utils.release();
  }
}

type LocalQueue = WorkerEventMap["localQueue:init"]["localQueue"];

/** Payloads were written by `jobsAfter` in the same code base, so their type is taken at its word. */
function toTaskList(handlers: Handlers): TaskList {
  return Object.fromEntries(
    Object.entries(handlers).map(([name, handle]) => [name, (payload) => handle(payload as never)]),
  );
}

/**
 * Graphile speaks a line for each job; only its trouble is worth keeping. A pool smaller than the number of places is none:
 * jobs are fetched and completed in batches, and our handlers use no connection of graphile's.
 */
const toQueueLog =
  (log: Logger) =>
  (level: string, message: string): void => {
    const isTrouble = level === "error" || level === "warning";
    if (isTrouble && !message.includes("having maxPoolSize")) log.warn(`queue: ${message}`);
  };
