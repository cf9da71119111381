import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sql } from "postgres";
import { connect } from "#db/connect.ts";
import { saveWorkflow } from "#db/places.ts";
import { Workflow } from "#engine/run/workflow.ts";
import { saveTestKey } from "#test/support/api-stage.ts";
import { type BotProcess, startBotProcess, startSlackProcess } from "#test/support/e2e/processes.ts";
import { openServer } from "./server.ts";

const WORKSPACE = "T01LOCAL";
const SECRET = "a secret for a bench that nobody can guess";

/** One step for an agent outside that can `scan`. */
const SCANS = Workflow.parse({
  ...{ name: "scans", title: "Scans" },
  steps: [{ key: "scan", title: "Scan the change", agent: { kind: "remote", capability: "scan" } }],
});

/** A whole Countersign in a process of its own, with local-slack in another, on a database of its own. */
export type AppRoom = {
  readonly sql: Sql;
  readonly databaseUrl: string;
  readonly bot: BotProcess;
  key(wish: Parameters<typeof saveTestKey>[1]): Promise<string>;
  /** Posts JSON; resolves to the answer's body. Throws where the status is another. */
  post(key: string, path: string, body: object, expected: number): Promise<Readonly<Record<string, unknown>>>;
  /** Begins a goal with a step for an agent that can `scan`. Resolves to the run's id. */
  beginRun(key: string): Promise<string>;
};

/** Starts one for as long as the work takes. `env`: what an operator sets beside Slack and the database. */
export async function withApp<T>(
  serverUrl: string,
  asked: {
    readonly database: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly roles?: readonly string[];
  },
  work: (room: AppRoom) => Promise<T>,
): Promise<T> {
  const server = await openServer(serverUrl);
  const databaseUrl = await server.freshDatabase(asked.database);
  await server.close();
  const dir = mkdtempSync(join(tmpdir(), "countersign-bench-app-"));
  for (const name of ["slack", "data"]) mkdirSync(join(dir, name));
  const slack = await startSlackProcess(join(dir, "slack"), "http://127.0.0.1:9/slack/events");
  const { botToken, signingSecret } = slack.credentials;
  const env = {
    ...{ HOME: dir, DATA_DIR: join(dir, "data"), DATABASE_URL: databaseUrl, PORT: "0" },
    ...{ SLACK_API_URL: `${slack.url}/local/slack/api/`, SLACK_BOT_TOKEN: botToken },
    ...{ SLACK_SIGNING_SECRET: signingSecret, SLACK_DEFAULT_CHANNEL: "C01GENERAL" },
    ...{ COUNTERSIGN_SECRET: SECRET, API_RATE_LIMIT: "9999999" },
    ...asked.env,
  };
  const bot = await startBotProcess(env, asked.roles);
  const sql = connect(databaseUrl, { max: 4, applicationName: "bench" });
  try {
    await saveWorkflow(sql, WORKSPACE, { name: SCANS.name, projectId: null, document: SCANS });
    return await work(roomOf(sql, databaseUrl, bot));
  } finally {
    await sql.end();
    await bot.end();
    await slack.end();
    rmSync(dir, { recursive: true, force: true });
  }
}

function roomOf(sql: Sql, databaseUrl: string, bot: BotProcess): AppRoom {
  const post: AppRoom["post"] = async (key, path, body, expected) => {
    const response = await fetch(`${bot.url}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (response.status !== expected) throw new Error(`POST ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  };
  return {
    ...{ sql, databaseUrl, bot, post },
    key: (wish) => saveTestKey(sql, wish, SECRET),
    async beginRun(key) {
      const { run_id: id } = await post(key, "/api/v1/goals", { workflow: SCANS.name }, 202);
      return String(id);
    },
  };
}
