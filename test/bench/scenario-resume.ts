import { type Adapter, CONCURRENCY, idsOf } from "./adapter.ts";
import { type Figures, forEach, latencies, nowMs, pause, rounded, until } from "./measure.ts";
import type { Measured } from "./server.ts";

const WORKFLOWS = 300;
const WARM = 10;
const IDLE = 30;
const LONGEST_ROW_MS = 6_000;

/** From a person's answer to the first line after the wait: with an idle worker, one after the other, and 300 at once. */
export async function measureResume(adapter: Adapter, { server, database }: Measured): Promise<Figures> {
  await adapter.startWorker();
  await paused(adapter, idsOf("w", WARM));
  await pause(300);
  for (const id of idsOf("w", WARM)) await answered(adapter, id);
  await done(adapter, WARM);

  const ids = idsOf("p", WORKFLOWS);
  await paused(adapter, ids);
  await pause(1_500);
  const idle: number[] = [];
  for (const id of ids.slice(0, IDLE)) {
    await pause(100 + Math.random() * 1_000);
    idle.push(await answered(adapter, id));
  }
  await pause(200);
  const row = await inARow(adapter, ids.slice(IDLE));
  await done(adapter, WARM + WORKFLOWS);

  const crowd = idsOf("q", WORKFLOWS);
  await paused(adapter, crowd);
  await pause(1_500);
  const before = await server.snapshot(database);
  const burst = await measureBurst(adapter, crowd);
  await pause(50);
  const after = await server.snapshot(database);
  return {
    ...latencies("idle_ms", idle),
    ...latencies("seq_ms", row),
    ...burst,
    burst_write_tx_per_wf: rounded((after.writes - before.writes) / WORKFLOWS, 2),
  };
}

async function paused(adapter: Adapter, ids: readonly string[]): Promise<void> {
  await forEach(ids, CONCURRENCY, adapter.startPause);
  await until(`${ids.length} workflows wait`, 10, async () => (await adapter.pausedCount()) >= ids.length);
}

const done = (adapter: Adapter, count: number): Promise<void> =>
  until(`${count} workflows done`, 10, async () => (await adapter.doneCount()) >= count);

/** Milliseconds from the answer to the first line after the wait. */
async function answered(adapter: Adapter, id: string): Promise<number> {
  const resumed = adapter.resumed(id);
  const startedMs = nowMs();
  const signalled = adapter.signal(id);
  const tookMs = (await resumed) - startedMs;
  await signalled;
  return tookMs;
}

/** As many as six seconds allow; the rest is answered without being counted. */
async function inARow(adapter: Adapter, ids: readonly string[]): Promise<readonly number[]> {
  const row: number[] = [];
  const startedMs = nowMs();
  for (const id of ids)
    if (nowMs() - startedMs < LONGEST_ROW_MS) row.push(await answered(adapter, id));
    else await adapter.signal(id);
  return row;
}

async function measureBurst(adapter: Adapter, ids: readonly string[]): Promise<Figures> {
  const startedMs = nowMs();
  const resumed = Promise.all(ids.map((id) => adapter.resumed(id)));
  await Promise.all(ids.map((id) => adapter.signal(id)));
  const resumedMs = Math.max(...(await resumed)) - startedMs;
  await done(adapter, WARM + 2 * WORKFLOWS);
  return {
    burst_all_resumed_ms: rounded(resumedMs, 0),
    burst_all_done_ms: rounded(nowMs() - startedMs, 0),
  };
}
