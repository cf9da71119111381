import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Pool } from "undici";
import { withApp } from "./app-room.ts";
import { atBothSizes } from "./both-sizes.ts";
import { type Figures, forEach, latencies, nowMs, rounded } from "./measure.ts";

const IN_FLIGHT = 16;
/** Pairs of a create and a read, in turn with the bare server's, so that whatever else the machine does falls on both. */
const PAIRS = 500;
const TURNS = 4;
const WARM = 300;

/** As the documents ask, without routing: it goes to the default channel. */
const ASKED = JSON.stringify({
  ...{ workflow_id: "wf-abc123", checkpoint_id: "cp-xyz789", title: "Review High-Risk Code Changes" },
  description: "Complaint #42 requires database schema changes",
  context: {
    code_diff: "--- a/schema.sql\n+++ b/schema.sql\n+alter table services add last_seen timestamptz;\n",
    risk_assessment: { level: "high", reason: "no backfill" },
    affected_systems: ["payments", "user-auth"],
  },
  metadata: { agent_id: "code-review-agent", priority: "high" },
});

type Side = { readonly pool: Pool; readonly headers: Readonly<Record<string, string>> };
type Times = { readonly create: number[]; readonly read: number[]; tookMs: number };

/**
 * Requests over HTTP, 16 in flight: asked and read again, against a whole Countersign in a process of its own (cards,
 * followers and all), beside a bare Hono and postgres.js on the same database. With 100 finished requests in the tables,
 * then with 100 000. Issue 3 asks for half of bare at least.
 */
export function measureApi(serverUrl: string): Promise<Figures> {
  return withApp(serverUrl, { database: "bench_api" }, async (room) => {
    const bare = await startBare(room.databaseUrl);
    const key = await room.key({ scopes: ["ask"], name: "bench" });
    const [ours, theirs] = [sideOf(room.bot.url, { authorization: `Bearer ${key}` }), sideOf(bare.url, {})];
    try {
      return await atBothSizes(room, () => compare(ours, theirs));
    } finally {
      await Promise.all([ours.pool.destroy(), theirs.pool.destroy(), bare.end()]);
    }
  });
}

async function compare(ours: Side, theirs: Side): Promise<Figures> {
  for (const side of [ours, theirs]) await askAndRead(side, WARM, emptyTimes());
  const [own, bare] = [emptyTimes(), emptyTimes()];
  for (let turn = 0; turn < TURNS; turn++) {
    await askAndRead(ours, PAIRS, own);
    await askAndRead(theirs, PAIRS, bare);
  }
  const [perS, barePerS] = [own, bare].map(({ tookMs }) => (TURNS * PAIRS * 2) / (tookMs / 1_000));
  return {
    requests_per_s: rounded(perS ?? 0, 0),
    bare_per_s: rounded(barePerS ?? 0, 0),
    times_bare: rounded((perS ?? 0) / (barePerS ?? 1), 2),
    ...latencies("create_ms", own.create),
    ...latencies("read_ms", own.read),
    ...latencies("bare_create_ms", bare.create),
    ...latencies("bare_read_ms", bare.read),
  };
}

const emptyTimes = (): Times => ({ create: [], read: [], tookMs: 0 });

async function askAndRead({ pool, headers }: Side, pairs: number, times: Times): Promise<void> {
  const startedMs = nowMs();
  await forEach(Array.from({ length: pairs }, String), IN_FLIGHT, async () => {
    const before = nowMs();
    const asked = { method: "POST", path: "/api/v1/requests", body: ASKED } as const;
    const id = idIn(
      await call(pool, { ...asked, headers: { ...headers, "content-type": "application/json" } }, 201),
    );
    const between = nowMs();
    await call(pool, { method: "GET", path: `/api/v1/requests/${id}`, headers }, 200);
    times.create.push(between - before);
    times.read.push(nowMs() - between);
  });
  times.tookMs += nowMs() - startedMs;
}

async function call(pool: Pool, asked: Parameters<Pool["request"]>[0], expected: number): Promise<string> {
  const { statusCode, body } = await pool.request(asked);
  const text = await body.text();
  if (statusCode !== expected) throw new Error(`${asked.method} ${asked.path}: ${statusCode} ${text}`);
  return text;
}

const idIn = (text: string): string => /"id":"([^"]+)"/.exec(text)?.[1] ?? "";

const sideOf = (url: string, headers: Side["headers"]): Side => ({
  pool: new Pool(url, { connections: IN_FLIGHT, pipelining: 1 }),
  headers,
});

async function startBare(databaseUrl: string): Promise<{ readonly url: string; end(): Promise<void> }> {
  const script = join(import.meta.dirname, "bare-api.ts");
  const child: ChildProcess = spawn(process.execPath, [script, databaseUrl], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (!child.stdout) throw new Error("Its output goes elsewhere.");
  const [port] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return {
    url: `http://127.0.0.1:${port}`,
    async end() {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}
