import type { Adapter } from "./adapter.ts";
import { type Figures, median, nowMs, pause, rounded, until } from "./measure.ts";
import type { Measured } from "./server.ts";

const WIDTH = 200;
const TIMES = 5;

/** 200 steps beside each other and one that waits for all of them, five times. */
export async function measureFanout(adapter: Adapter, { server, database }: Measured): Promise<Figures> {
  await adapter.startWorker();
  await once(adapter, "w", 1);
  await pause(500);
  const took: number[] = [];
  const before = await server.snapshot(database);
  for (let i = 0; i < TIMES; i++) {
    took.push(await once(adapter, `f${i}`, i + 2));
    await pause(300);
  }
  const after = await server.snapshot(database);
  return {
    fanout200_ms_median: median(took),
    fanout200_ms_min: rounded(Math.min(...took), 1),
    fanout200_ms_max: rounded(Math.max(...took), 1),
    write_tx: rounded((after.writes - before.writes) / TIMES, 0),
    stmts: after.calls === null ? null : rounded((after.calls - (before.calls ?? 0)) / TIMES, 0),
  };
}

/** Milliseconds until the `count`th workflow is done. */
async function once(adapter: Adapter, id: string, count: number): Promise<number> {
  const startedMs = nowMs();
  await adapter.startFanout(id, WIDTH);
  await until("the join is done", 2, async () => (await adapter.doneCount()) >= count);
  return nowMs() - startedMs;
}
