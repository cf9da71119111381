import { randomUUID } from "node:crypto";
import type { Sql } from "postgres";
import { type Crew, createEngineRoom, openWriter } from "#bot/engine-room.ts";
import { createLogger } from "#bot/logger.ts";
import { connect } from "#db/connect.ts";
import { loadRun } from "#db/load.ts";
import type { Agent } from "#engine/agent/agent.ts";
import type { RunCommand } from "#engine/run/commands.ts";
import type { Plan } from "#engine/run/plan.ts";
import type { Brief, Run } from "#engine/run/run.ts";
import { brief } from "./sample-run.ts";

export const WORKSPACE = "T01LOCAL";

/** An agent that is done at once. */
export const quick: Agent = async () => ({ kind: "finished", output: { summary: "done" } });

const idle: Crew = {
  agents: { model: quick, command: quick, person: quick, rehearsal: quick },
  limits: {},
  projectOf: async () => null,
  plannerFor: () => null,
  closeWorkspace: async () => {},
  endLeftover: async () => {},
  onLost: async () => {},
  followers: [],
};

/** Facts reach followers only where the workspace is connected. */
export async function connectWorkspace(sql: Sql): Promise<void> {
  await sql`insert into installations (workspace_id, name, bot_user_id) values (${WORKSPACE}, 'Test', 'U00BOT')`;
}

export type OpenRoom = ReturnType<typeof openRoom>;

/** A whole engine room on connections of its own, as a process has it. `close` stops it and lets go of them. */
export function openRoom(databaseUrl: string, nowMs: () => number = Date.now) {
  const sql = connect(databaseUrl, { max: 6, applicationName: "test-room" });
  const writer = openWriter(databaseUrl);
  const lines: string[] = [];
  const log = createLogger({
    write: (line) => lines.push(line),
    isTerminal: false,
    level: "warn",
    now: Date.now,
  });
  const clock = { now: nowMs };
  const room = createEngineRoom({ sql, writer, databaseUrl, clock, newId: randomUUID, log });
  let stop: (() => Promise<void>) | null = null;

  async function close(): Promise<void> {
    await stop?.();
    stop = null;
    await Promise.all([sql.end({ timeout: 5 }), writer.end({ timeout: 5 })]);
  }

  return {
    sql,
    engine: room.engine,
    /** What it warned of. */
    lines,
    async start(crew: Partial<Crew> = {}): Promise<void> {
      stop = await room.start({ ...idle, ...crew, agents: { ...idle.agents, ...crew.agents } });
    },
    close,
  };
}

let goals = 0;

/** Begins a run of this plan. Resolves to its id. */
export async function beginRun(
  { engine }: Pick<OpenRoom, "engine">,
  plan: Plan | null,
  changes: Partial<Brief> = {},
): Promise<string> {
  const id = randomUUID();
  const own = brief({ goalId: randomUUID(), goalNumber: ++goals, ...changes });
  await toRun({ engine }, id, { type: "request", brief: own, plan });
  return id;
}

export const toRun = ({ engine }: Pick<OpenRoom, "engine">, id: string, command: RunCommand) =>
  engine.submit({ kind: "run", id, workspaceId: WORKSPACE }, command, "person:U01ALICE");

/** The run as its rows say now. */
export async function runOf(sql: Sql, id: string): Promise<Run> {
  const run = await loadRun(sql, WORKSPACE, id);
  if (!run) throw new Error(`There is no run ${id}.`);
  return run;
}

/** The types of a stream's facts, in order. */
export async function factsOf(sql: Sql, id: string): Promise<readonly string[]> {
  const rows = await sql<{ type: string }[]>`select type from facts where stream_id = ${id} order by seq`;
  return rows.map(({ type }) => type);
}
