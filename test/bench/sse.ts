import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect as connectSocket, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sql } from "postgres";
import { readSecret } from "#bot/config/secret.ts";
import { connect } from "#db/connect.ts";
import { saveWorkflow } from "#db/places.ts";
import { Workflow } from "#engine/run/workflow.ts";
import { saveTestKey } from "#test/support/api-stage.ts";
import { type BotProcess, startBotProcess, startSlackProcess } from "#test/support/e2e/processes.ts";
import { guided, tellFacts } from "#test/support/tell-facts.ts";
import { fillWithFinishedRuns } from "./finished-runs.ts";
import { type Figures, latencies, nowMs, pause, rounded, until } from "./measure.ts";
import { openServer } from "./server.ts";

const DATABASE = "bench_sse";
const WORKSPACE = "T01LOCAL";
const READERS = 1_000;
const FACTS_PER_S = 50;
const SECONDS = 20;
const FINISHED = 100_000;

const ASKS = Workflow.parse({
  ...{ name: "asks", title: "Asks" },
  steps: [{ key: "ask", title: "Ask", agent: { kind: "person", asks: "approval", what: "Go on?" } }],
});

/**
 * From before a fact's commit to its arrival at each of 1 000 readers of one run, who live in another process than the
 * server, as do the facts' writers. First on tables that are nearly empty, then with 100 000 finished runs in them.
 */
export async function measureSse(serverUrl: string): Promise<Figures> {
  const server = await openServer(serverUrl);
  const databaseUrl = await server.freshDatabase(DATABASE);
  await server.close();
  const dir = mkdtempSync(join(tmpdir(), "countersign-sse-"));
  for (const name of ["slack", "data"]) mkdirSync(join(dir, name));
  const slack = await startSlackProcess(join(dir, "slack"), "http://127.0.0.1:9/slack/events");
  const { botToken, signingSecret } = slack.credentials;
  const bot = await startBotProcess(
    {
      ...{ HOME: dir, DATA_DIR: join(dir, "data"), DATABASE_URL: databaseUrl, PORT: "0" },
      ...{ SLACK_API_URL: `${slack.url}/local/slack/api/`, SLACK_BOT_TOKEN: botToken },
      ...{
        SLACK_SIGNING_SECRET: signingSecret,
        API_RATE_LIMIT: "100000",
        SLACK_DEFAULT_CHANNEL: "C01GENERAL",
      },
    },
    ["http"],
  );
  const sql = connect(databaseUrl, { max: 4, applicationName: "bench-sse" });
  try {
    await saveWorkflow(sql, WORKSPACE, { name: ASKS.name, projectId: null, document: ASKS });
    const secret = readSecret(join(dir, "data"));
    const key = await saveTestKey(sql, { scopes: ["goals"], owner: "U01ALICE" }, secret);
    const first = await newRun(bot, key);
    const fresh = await measure(sql, bot, { key, runId: first });
    await fillWithFinishedRuns(sql, first, FINISHED);
    const filled = await measure(sql, bot, { key, runId: await newRun(bot, key) });
    const later = Object.fromEntries(
      Object.entries(filled).map(([name, value]) => [`${name}_filled`, value]),
    );
    return { ...fresh, ...later };
  } finally {
    await sql.end();
    await bot.end();
    await slack.end();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function newRun(bot: BotProcess, key: string): Promise<string> {
  const response = await fetch(`${bot.url}/api/v1/goals`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ workflow: ASKS.name }),
  });
  if (response.status !== 202) throw new Error(`The goal was answered with ${await response.text()}.`);
  const { run_id: id } = (await response.json()) as { readonly run_id: string };
  return id;
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
      kb_per_reader: rounded(each, 1),
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
