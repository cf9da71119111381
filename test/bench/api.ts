import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Pool } from "undici";
import { hashApiKey, newApiKey } from "#bot/api-keys.ts";
import { connect } from "#db/connect.ts";
import { saveKey } from "#db/keys.ts";
import { freePort, startBotProcess, startSlackProcess } from "#test/support/e2e/processes.ts";
import { type Figures, forEach, latencies, nowMs, rounded } from "./measure.ts";
import { seedRequests } from "./request-history.ts";
import { openServer } from "./server.ts";

const DATABASE = "bench_api";
const SECRET = "a secret for a bench that nobody can guess";
const IN_FLIGHT = 16;
/** Pairs of a create and a read, in turn with the bare server's, so that whatever else the machine does falls on both. */
const PAIRS = 500;
const TURNS = 4;
const WARM = 300;
const FEW = 100;
const MANY = 100_000;

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
export async function measureApi(serverUrl: string): Promise<Figures> {
  const server = await openServer(serverUrl);
  const databaseUrl = await server.freshDatabase(DATABASE);
  await server.close();
  const dir = mkdtempSync(join(tmpdir(), "countersign-api-"));
  for (const name of ["slack", "data"]) mkdirSync(join(dir, name));
  const slack = await startSlackProcess(join(dir, "slack"), "http://127.0.0.1:1/slack/events");
  const { botToken, signingSecret } = slack.credentials;
  const bot = await startBotProcess({
    ...{ HOME: dir, DATA_DIR: join(dir, "data"), DATABASE_URL: databaseUrl, PORT: String(await freePort()) },
    ...{ SLACK_API_URL: `${slack.url}/local/slack/api/`, SLACK_BOT_TOKEN: botToken },
    ...{ SLACK_SIGNING_SECRET: signingSecret, SLACK_DEFAULT_CHANNEL: "C01GENERAL" },
    ...{ COUNTERSIGN_SECRET: SECRET, API_RATE_LIMIT: "9999999" },
  });
  const bare = await startBare(databaseUrl);
  const sql = connect(databaseUrl, { max: 2, applicationName: "bench-api" });
  const [ours, theirs] = [
    sideOf(bot.url, { authorization: `Bearer ${await makeKey(sql)}` }),
    sideOf(bare.url, {}),
  ];
  try {
    await seedRequests(sql, FEW);
    const few = await compare(ours, theirs);
    await seedRequests(sql, MANY - FEW);
    const many = await compare(ours, theirs);
    const after = Object.entries(many).map(([name, figure]) => [`after_100k_${name}`, figure]);
    return { ...few, ...Object.fromEntries(after) };
  } finally {
    await Promise.all([ours.pool.destroy(), theirs.pool.destroy()]);
    await sql.end();
    await Promise.all([bot.end(), bare.end(), slack.end()]);
    rmSync(dir, { recursive: true, force: true });
  }
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

async function makeKey(sql: Parameters<typeof saveKey>[0]): Promise<string> {
  const { key, prefix } = newApiKey();
  await saveKey(sql, {
    ...{ id: randomUUID(), workspaceId: "T01LOCAL", name: "bench-agent", prefix, scopes: ["ask"] },
    ...{ hash: hashApiKey(SECRET, key), personId: null, ownerId: null, projectId: null, expiresAt: null },
  });
  return key;
}

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
