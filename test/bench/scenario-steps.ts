import { type Adapter, CONCURRENCY, idsOf } from "./adapter.ts";
import { type Figures, forEach, nowMs, pause, rounded, until } from "./measure.ts";
import type { Measured, Snapshot } from "./server.ts";

const WORKFLOWS = 500;
const STEPS = 5;
const WARM = 20;

/** 500 workflows of five steps in a row, 16 begun at a time: first with a worker at work, then begun before it starts. */
export async function measureSteps(adapter: Adapter, { server, database }: Measured): Promise<Figures> {
  await adapter.startWorker();
  await forEach(idsOf("warm", WARM), CONCURRENCY, adapter.startSteps);
  await done(adapter, WARM);
  const before = await server.snapshot(database);
  const backends = await server.backendCpuS(database);
  const cpu = process.cpuUsage();
  const startedMs = nowMs();
  await forEach(idsOf("a", WORKFLOWS), CONCURRENCY, adapter.startSteps);
  await done(adapter, WORKFLOWS + WARM);
  const tookMs = nowMs() - startedMs;
  const { user, system } = process.cpuUsage(cpu);
  const backendsAfter = await server.backendCpuS(database);
  const cpuFigures = {
    node_us_per_step: rounded((user + system) / WORKFLOWS / STEPS, 0),
    pg_us_per_step:
      backends === null || backendsAfter === null
        ? null
        : rounded(((backendsAfter - backends) * 1e6) / WORKFLOWS / STEPS, 0),
  };
  await pause(50);
  const together = figuresOf(tookMs, before, await server.snapshot(database));
  return { ...together, ...cpuFigures, ...(await measureApart(adapter)) };
}

/** Begun while no worker runs, then worked off. */
async function measureApart(adapter: Adapter): Promise<Figures> {
  await adapter.stopWorker();
  const startedMs = nowMs();
  await forEach(idsOf("b", WORKFLOWS), CONCURRENCY, adapter.startSteps);
  const acceptedMs = nowMs();
  await adapter.startWorker();
  const workingMs = nowMs();
  await done(adapter, 2 * WORKFLOWS + WARM);
  return {
    enqueue_per_s: perSecond(WORKFLOWS, acceptedMs - startedMs),
    drain_steps_per_s: perSecond(WORKFLOWS * STEPS, nowMs() - workingMs),
  };
}

const done = (adapter: Adapter, count: number): Promise<void> =>
  until(`${count} workflows done`, 10, async () => (await adapter.doneCount()) >= count);

function figuresOf(tookMs: number, before: Snapshot, after: Snapshot): Figures {
  const { calls } = after;
  return {
    total_s: rounded(tookMs / 1_000, 3),
    steps_per_s: perSecond(WORKFLOWS * STEPS, tookMs),
    write_tx_per_wf: rounded((after.writes - before.writes) / WORKFLOWS, 2),
    stmts_per_wf: calls === null ? null : rounded((calls - (before.calls ?? 0)) / WORKFLOWS, 2),
    wal_bytes_per_wf: rounded((after.walBytes - before.walBytes) / WORKFLOWS, 0),
  };
}

const perSecond = (count: number, tookMs: number): number => rounded((count * 1_000) / tookMs, 0);
