import { randomUUID } from "node:crypto";
import type { Sql } from "postgres";
import { connect } from "#db/connect.ts";
import { type Installation, installations } from "#db/places.ts";
import { createStore } from "#db/store.ts";
import { createEngine, type Engine } from "#engine/engine.ts";
import { StartFailure } from "#engine/errors.ts";
import { createClosers } from "../closers.ts";
import { type Config, readConfig, secretsOf } from "../config.ts";
import { checkMigrated, openKnownDatabase } from "../database.ts";
import { createLogger } from "../logger.ts";
import type { Operator } from "./operator.ts";
import type { Common } from "./options.ts";

/** What a command works with: the database of a Countersign that may be running beside it, and one of its workspaces. */
export type Office = {
  readonly config: Config;
  readonly sql: Sql;
  readonly engine: Engine;
  readonly workspaceId: string;
};

/** Opens the office for one command, and closes it after. An embedded database that runs already is shared. */
export async function inOffice<T>(
  operator: Operator,
  { workspace }: Common,
  work: (office: Office) => Promise<T>,
): Promise<T> {
  const config = readConfig({ env: operator.env, dir: operator.home });
  const log = quietLogger(operator);
  for (const secret of secretsOf(config)) log.hide(secret);
  const closers = createClosers(log);
  try {
    const { url } = await openKnownDatabase(config, { log, closers });
    const sql = connect(url, { max: 2, applicationName: "countersign-cli" });
    closers.add("the connections", () => sql.end({ timeout: 5 }));
    await checkMigrated(sql);
    const { workspaceId } = chosen(await installations(sql), workspace);
    const engine = createEngine({ store: createStore(sql), clock: { now: Date.now }, newId: randomUUID });
    return await work({ config, sql, engine, workspaceId });
  } finally {
    await closers.close();
  }
}

/** For commands: only what went wrong, in short lines on stderr. */
export const quietLogger = ({ stderr }: Operator) =>
  createLogger({ now: Date.now, write: (line) => stderr.write(line), isTerminal: true, level: "warn" });

/** The workspace that is meant: the one that is named, else the only one that is connected. */
function chosen(all: readonly Installation[], named: string | undefined): Installation {
  const connected = all.filter((one) => one.connected);
  const [only, another] =
    named === undefined ? connected : all.filter(({ workspaceId }) => workspaceId === named);
  if (only && !another) return only;
  const known = all.map(({ workspaceId, name }) => `${workspaceId} (${name})`).join(", ");
  if (all.length === 0)
    throw new StartFailure(
      "No Slack workspace is known yet: start Countersign once (npm start), so that it meets one, then try this again.",
    );
  if (named !== undefined)
    throw new StartFailure(`There is no workspace ${named} here. What there is: ${known}.`);
  throw new StartFailure(
    connected.length === 0
      ? `No workspace is connected now: start Countersign with its tokens, or name one with --workspace: ${known}.`
      : `Several workspaces are connected: name one with --workspace: ${known}.`,
  );
}
