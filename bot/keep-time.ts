import { makeWorkerUtils } from "graphile-worker";
import type { Sql } from "postgres";
import { forgetLeftGroup, type LeftGroup, leftGroups } from "#db/process-groups.ts";
import {
  declareDead,
  dueStreams,
  lapsedWorkers,
  leave,
  lostAttempts,
  strayPools,
  type WorkerRow,
  workersOf,
} from "#db/workers.ts";
import type { Engine } from "#engine/engine.ts";
import type { Clock } from "#engine/ports.ts";
import { unlessRefused } from "#engine/work/work-on-step.ts";
import type { Logger } from "./logger.ts";

type Needs = {
  readonly sql: Sql;
  readonly databaseUrl: string;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly log: Logger;
};

/**
 * Submits `keep time` to every log at which time alone changes something by now: retries, deadlines, reminders,
 * expiries. Safe to call at any time and from several processes.
 */
export async function keepTime({ sql, engine, clock }: Needs): Promise<void> {
  const due = await dueStreams(sql, clock.now());
  await Promise.all(
    due.map((stream) => unlessRefused(engine.submit(stream, { type: "keep time" }, "clock"))),
  );
}

/** Ends processes on this machine that outlived their attempt: before the step is tried again, there or elsewhere. */
export async function endLeftovers(
  { sql, log }: Needs,
  host: string,
  end: (group: LeftGroup) => Promise<void>,
): Promise<void> {
  for (const group of await leftGroups(sql, host)) {
    await end(group);
    await forgetLeftGroup(sql, group.lease);
    log.warn("processes of a lost attempt were ended", { run: group.runId, group: group.groupId });
  }
}

/** Frees what dead workers held: their attempts, and the jobs that they had taken (graphile keeps those for four hours). */
export async function freeLapsed(
  { sql, databaseUrl, engine, log }: Needs,
  onLost: (worker: WorkerRow) => Promise<void>,
): Promise<void> {
  for (const { workspaceId, runId, key, lease } of await lostAttempts(sql)) {
    const command = {
      type: "lose attempt",
      key,
      lease,
      reason: "Its worker was lost.",
      counts: true,
    } as const;
    await unlessRefused(engine.submit({ kind: "run", id: runId, workspaceId }, command, "clock"));
    log.warn("an attempt was lost", { run: runId, step: key });
  }
  const [lapsed, stray] = [await lapsedWorkers(sql), await strayPools(sql)];
  const pools = [...lapsed.flatMap((row) => [...row.poolIds]), ...stray];
  if (pools.length > 0) await unlock(databaseUrl, pools);
  for (const worker of lapsed) {
    await leave(sql, worker.id);
    await onLost(worker);
  }
}

async function unlock(databaseUrl: string, pools: readonly string[]): Promise<void> {
  const utils = await makeWorkerUtils({ connectionString: databaseUrl });
  try {
    await utils.forceUnlockWorkers([...pools]);
  } finally {
    await utils.release();
  }
}

/** A worker on this machine whose process is gone need not lapse first. */
export async function buryNeighbours(
  sql: Sql,
  me: WorkerRow,
  isAlive: (row: WorkerRow) => Promise<boolean>,
): Promise<void> {
  for (const row of await workersOf(sql, me.host))
    if (row.id !== me.id && !(await isAlive(row))) await declareDead(sql, row.id);
}
