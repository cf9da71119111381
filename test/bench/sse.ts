import { readFileSync } from "node:fs";
import { connect as connectSocket, type Socket } from "node:net";
import type { Sql } from "postgres";
import type { BotProcess } from "#test/support/e2e/processes.ts";
import { guided, tellFacts } from "#test/support/tell-facts.ts";
import { withApp } from "./app-room.ts";
import { atBothSizes } from "./both-sizes.ts";
import { type Figures, latencies, nowMs, pause, rounded, until } from "./measure.ts";

const READERS = 1_000;
const FACTS_PER_S = 50;
const SECONDS = 20;

/**
 * From before a fact's commit to its arrival at each of 1 000 readers of one run, who live in another process than the
 * server, as do the facts' writers. Issue 3 asks for a 99th percentile under 250 ms.
 */
export function measureSse(serverUrl: string): Promise<Figures> {
  return withApp(serverUrl, { database: "bench_sse", roles: ["http"] }, async (room) => {
    const key = await room.key({ scopes: ["goals"], owner: "U01ALICE" });
    return atBothSizes(room, async () => {
      const runId = await room.beginRun(key);
      return measure(room.sql, room.bot, { key, runId });
    });
  });
}

async function measure(
  sql: Sql,
  bot: BotProcess,
  { key, runId }: { readonly key: string; readonly runId: string },
): Promise<Figures> {
  const writtenMs = new Map<number, number>();
  const tookMs: number[] = [];
  const before = memoryKb(bot.pid);
  const begunMs = nowMs();
  const readers = await Promise.all(
    Array.from({ length: READERS }, () => openReader(bot.url, runId, key, (id) => hear(id))),
  );
  await until("every reader's first fact", 20, () => readers.every(({ last }) => last() > 0));
  const joinedMs = nowMs() - begunMs;
  const each = (memoryKb(bot.pid) - before) / READERS;
  const cpuBefore = cpuMs(bot.pid);
  const fromMs = nowMs();
  let last = readers[0]?.last() ?? 0;
  for (let i = 0; i < SECONDS * FACTS_PER_S; i++) {
    writtenMs.set(last + 1, nowMs()); // before: it may arrive before its writer knows that it is committed
    last = await tellFacts(sql, runId, [guided(200)]);
    await pause(Math.max(0, fromMs + (i + 1) * (1_000 / FACTS_PER_S) - nowMs()));
  }
  await until("the last fact at every reader", 20, () => readers.every((reader) => reader.last() === last));
  const lastedMs = nowMs() - fromMs;
  const cpu = (cpuMs(bot.pid) - cpuBefore) / lastedMs;
  const missing = READERS * SECONDS * FACTS_PER_S - tookMs.length;
  for (const { socket } of readers) socket.destroy();
  return {
    ...latencies("delivery_ms", tookMs),
    ...{ missing, facts_per_s: rounded((SECONDS * FACTS_PER_S * 1_000) / lastedMs, 1) },
    ...{
      joined_ms: Math.round(joinedMs),
      kb_per_reader: each > 0 ? rounded(each, 1) : null, // a process keeps what readers before have left it
      server_cpu_share: rounded(cpu, 2),
    },
  };

  function hear(id: number): void {
    const atMs = writtenMs.get(id);
    if (atMs !== undefined) tookMs.push(nowMs() - atMs);
  }
}

/** A reader that does as little as possible: a thousand of them share the machine with the server. */
async function openReader(url: string, runId: string, key: string, hear: (id: number) => void) {
  const { hostname, port } = new URL(url);
  const socket: Socket = connectSocket(Number(port), hostname);
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  let last = 0;
  let rest = "";
  socket.on("data", (chunk: Buffer) => {
    const text = rest + chunk.toString("latin1");
    const end = text.lastIndexOf("\n") + 1;
    rest = text.slice(end);
    for (const [, id] of text.slice(0, end).matchAll(/^id: (\d+)$/gm)) {
      last = Number(id);
      hear(last);
    }
  });
  socket.write(
    `GET /api/v1/runs/${runId}/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\n\r\n`,
  );
  return { socket, last: () => last };
}

const memoryKb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);

/** In hundredths of a second, as Linux counts. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const [user, system] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13)
    .map(Number);
  return ((user ?? 0) + (system ?? 0)) * 10;
}
