import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sql } from "postgres";
import { connect } from "#db/connect.ts";
import { saveWorkflow } from "#db/places.ts";
import { Workflow } from "#engine/run/workflow.ts";
import { command, type Delivery, deliver, type Line, mention, press } from "#test/support/e2e/deliver.ts";
import { freePort, startBotProcess, startSlackProcess } from "#test/support/e2e/processes.ts";
import { type Figures, latencies, nowMs, pause, until } from "./measure.ts";
import { openServer } from "./server.ts";

const DATABASE = "bench_acks";
const WORKSPACE = "T01LOCAL";
const CHANNELS = ["C01GENERAL", "C02DEPLOYS"] as const;
const RUNNING = 50;
const EACH = 100;
/** People do not click in lockstep. */
const BETWEEN_MS = 20;

const person = { kind: "person", asks: "approval", what: "Go on?" } as const;
const play = { kind: "rehearsal", role: "coder", lastsMs: 1_000 } as const;

/** Steps of a second each, so that every running goal always moves, for longer than the measurement takes. */
const BUSY = {
  ...{ name: "busy", title: "Busy" },
  steps: Array.from({ length: 60 }, (_, i) => ({
    ...{ key: `s${i}`, title: `Step ${i}`, agent: play, after: i === 0 ? [] : [`s${i - 1}`] },
  })),
};
const ASKS = { name: "asks", title: "Asks", steps: [{ key: "ask", title: "Ask", agent: person }] };

/**
 * From a signed request to its ack, over HTTP and from a process of its own, while 50 goals run: approvals (which commit
 * first), commands and mentions. Issue 2, point 5 asks for under 150 ms at the 99th percentile.
 */
export async function measureAcks(serverUrl: string): Promise<Figures> {
  const server = await openServer(serverUrl);
  const databaseUrl = await server.freshDatabase(DATABASE);
  await server.close();
  const dir = mkdtempSync(join(tmpdir(), "countersign-acks-"));
  for (const name of ["slack", "data"]) mkdirSync(join(dir, name));
  const port = await freePort();
  const slack = await startSlackProcess(join(dir, "slack"), `http://127.0.0.1:${port}/slack/events`);
  const { botToken, signingSecret } = slack.credentials;
  const bot = await startBotProcess({
    ...{ HOME: dir, DATA_DIR: join(dir, "data"), DATABASE_URL: databaseUrl, PORT: String(port) },
    ...{ SLACK_API_URL: `${slack.url}/local/slack/api/`, SLACK_BOT_TOKEN: botToken },
    SLACK_SIGNING_SECRET: signingSecret,
  });
  const sql = connect(databaseUrl, { max: 2, applicationName: "bench-acks" });
  try {
    return await measure(sql, { url: bot.url, signingSecret });
  } finally {
    await sql.end();
    await bot.end();
    await slack.end();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function measure(sql: Sql, line: Line): Promise<Figures> {
  for (const document of [BUSY, ASKS].map((one) => Workflow.parse(one)))
    await saveWorkflow(sql, WORKSPACE, { name: document.name, projectId: null, document });
  await begin(line, "run asks", EACH);
  await begin(line, "run busy", RUNNING);
  const questions = await openQuestions(sql);
  await pause(2_000);
  const approved: number[] = [];
  const typed: number[] = [];
  const said: number[] = [];
  for (const [i, id] of questions.entries()) {
    const value = JSON.stringify({ consultation: id, alone: false });
    approved.push(
      await acked(line, press("U02BOB", placeOf(i), "1.1", { action_id: "question.approve", value })),
    );
    typed.push(await acked(line, command("U01ALICE", placeOf(i), i % 2 ? "list" : `status g${i + 1}`)));
    said.push(await acked(line, mention("U03CAROL", placeOf(i), "status g1")));
  }
  const [running] = await sql<{ n: number }[]>`select count(*)::int as n from runs where status = 'running'`;
  return {
    ...latencies("ack_ms", [...approved, ...typed, ...said]),
    ...latencies("approve_ms", approved),
    ...latencies("command_ms", typed),
    ...latencies("mention_ms", said),
    running: running?.n ?? 0,
  };
}

async function begin(line: Line, text: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await acked(line, command("U01ALICE", placeOf(i), text));
}

async function openQuestions(sql: Sql): Promise<readonly string[]> {
  const open = () => sql<{ id: string }[]>`select id from consultations where state = 'open'`;
  await until(`${EACH} open questions`, 50, async () => (await open()).length === EACH);
  return (await open()).map(({ id }) => id);
}

/** Milliseconds until Slack has its answer; throws where that is not 200. */
async function acked(line: Line, delivery: Delivery): Promise<number> {
  await pause(Math.random() * 2 * BETWEEN_MS);
  const startedMs = nowMs();
  const response = await deliver(line, delivery);
  const tookMs = nowMs() - startedMs;
  if (response.status !== 200) throw new Error(`A ${delivery.kind} was answered with ${response.status}.`);
  return tookMs;
}

const placeOf = (i: number): string => CHANNELS[i % CHANNELS.length] ?? CHANNELS[0];
