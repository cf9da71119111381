import { randomUUID } from "node:crypto";
import type { Sql } from "postgres";
import { connect } from "#db/connect.ts";
import { type Installation, installations } from "#db/places.ts";
import { createStore } from "#db/store.ts";
import { createEngine, type Engine } from "#engine/engine.ts";
import { StartFailure } from "#engine/errors.ts";
import { chooseModel } from "#integrations/agents/choose-model.ts";
import { createClosers } from "../closers.ts";
import { type Config, readConfig, secretsOf } from "../config.ts";
import { openDatabase } from "../database.ts";
import { createGoals, type Goals } from "../goals.ts";
import { createLogger } from "../logger.ts";
import type { Terminal } from "./terminal.ts";

/** What a command works with: the database of a Countersign that may be running beside it. */
export type Office = {
  readonly config: Config;
  readonly sql: Sql;
  readonly engine: Engine;
  readonly goals: Goals;
  /** The workspace that is meant. Throws `StartFailure` where there is none yet, or more than one. */
  workspace(name: string | undefined): Promise<Installation>;
};

/** Opens the office for one command, and closes it after. An embedded database that runs already is shared. */
export async function inOffice<T>(terminal: Terminal, work: (office: Office) => Promise<T>): Promise<T> {
  const { env, dir, stderr } = terminal;
  const config = readConfig({ env, dir });
  const log = createLogger({
    now: Date.now,
    write: (line) => stderr.write(line),
    isTerminal: true,
    level: "warn",
  });
  for (const secret of secretsOf(config)) log.hide(secret);
  const closers = createClosers(log);
  try {
    const { url } = await openDatabase(config, { log, closers });
    const sql = connect(url, { max: 2, applicationName: "countersign-cli" });
    closers.add("the connections", () => sql.end({ timeout: 5 }));
    const engine = createEngine({ store: createStore(sql), clock: { now: Date.now }, newId: randomUUID });
    const hasModel = chooseModel(config.models, () => {}) !== null;
    const goals = createGoals({ sql, engine, hasModel });
    return await work({ config, sql, engine, goals, workspace: (name) => workspaceOf(sql, name) });
  } finally {
    await closers.close();
  }
}

async function workspaceOf(sql: Sql, name: string | undefined): Promise<Installation> {
  const all = await installations(sql);
  const meant = name === undefined ? all : all.filter((one) => one.workspaceId === name || one.name === name);
  const [only, another] = meant;
  if (!only)
    throw new StartFailure(
      name === undefined
        ? "No workspace is known yet: start Countersign once (npm start), so that it meets Slack."
        : `There is no workspace “${name}”. Known: ${listed(all)}.`,
    );
  if (another) throw new StartFailure(`Which workspace? Add --workspace, one of: ${listed(all)}.`);
  return only;
}

const listed = (all: readonly Installation[]): string =>
  all.map((one) => one.workspaceId).join(", ") || "none";
