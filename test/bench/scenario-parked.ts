import { type Adapter, CONCURRENCY, idsOf } from "./adapter.ts";
import { type Figures, forEach, nowMs, pause, rounded, until } from "./measure.ts";
import type { Measured } from "./server.ts";

const WORKFLOWS = 5_000;
const WARM = 20;
const SETTLE_MS = 12_000;
const WINDOW_MS = 20_000;

/** What 5 000 waiting workflows cost: memory before and after, and what still goes on while nothing happens. */
export async function measureParked(adapter: Adapter, measured: Measured): Promise<Figures> {
  await adapter.startWorker();
  await forEach(idsOf("w", WARM), CONCURRENCY, adapter.startPause);
  await pause(1_500);
  const before = memory();
  const parkedMs = await park(adapter, "p", WORKFLOWS);
  await pause(SETTLE_MS);
  const after = memory();
  const rest = await measureRest(measured);
  await park(adapter, "q", 2 * WORKFLOWS);
  await pause(SETTLE_MS);
  return {
    park_s: rounded(parkedMs / 1_000, 1),
    rss_base_mb: rounded(before.rss / 1e6, 1),
    rss_mb: rounded(after.rss / 1e6, 1),
    rss_added_mb: rounded((after.rss - before.rss) / 1e6, 1),
    /** By as many again: what a process needs once to be warm is not counted. */
    rss_added_again_mb: rounded((memory().rss - after.rss) / 1e6, 1),
    heap_mb: rounded(after.heapUsed / 1e6, 1),
    heap_kb_per_parked: rounded((after.heapUsed - before.heapUsed) / WORKFLOWS / 1e3, 2),
    ...rest,
  };
}

/** Milliseconds until `count` workflows wait. */
async function park(adapter: Adapter, prefix: string, count: number): Promise<number> {
  const startedMs = nowMs();
  await forEach(idsOf(prefix, WORKFLOWS), CONCURRENCY, adapter.startPause);
  await until("all workflows wait", 100, async () => (await adapter.pausedCount()) >= count);
  return nowMs() - startedMs;
}

/** What is in use, without what nobody needs any more. */
function memory(): NodeJS.MemoryUsage {
  if (!globalThis.gc) throw new Error("The bench needs node --expose-gc.");
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage();
}

async function measureRest({ server, database }: Measured): Promise<Figures> {
  const cpu = process.cpuUsage();
  const backends = await server.backendCpuS(database);
  const before = await server.snapshot(database);
  await pause(WINDOW_MS);
  const { user, system } = process.cpuUsage(cpu);
  const after = await server.snapshot(database);
  const backendsAfter = await server.backendCpuS(database);
  const seconds = (after.atMs - before.atMs) / 1_000;
  const calls = after.calls === null ? null : after.calls - (before.calls ?? 0);
  const busy = backends === null || backendsAfter === null ? null : backendsAfter - backends;
  return {
    idle_cpu_pct: rounded((user + system) / 1e4 / seconds, 2),
    pg_cpu_pct: busy === null ? null : rounded((busy / seconds) * 100, 2),
    xact_commit_per_s: rounded((after.commits - before.commits) / seconds, 1),
    stmts_per_s: calls === null ? null : rounded(calls / seconds, 1),
  };
}
