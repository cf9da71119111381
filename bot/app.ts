import { randomUUID } from "node:crypto";
import type { Sql } from "postgres";
import { connect } from "#db/connect.ts";
import { StartFailure } from "#engine/errors.ts";
import type { Clock } from "#engine/ports.ts";
import { type Closers, createClosers } from "./closers.ts";
import { type Config, secretsOf } from "./config.ts";
import { createCrew } from "./crew.ts";
import { openDatabase } from "./database.ts";
import { makeDemoProject } from "./demo.ts";
import { createEngineRoom, openWriter } from "./engine-room.ts";
import { createGoals } from "./goals.ts";
import { healthRoutes } from "./http/health.ts";
import { type Listening, listen } from "./http/http.ts";
import type { Logger } from "./logger.ts";
import { type OpenOutside, openOutside } from "./open-outside.ts";
import { type OpenSlack, openLocalSlack, openSlack } from "./open-slack.ts";
import { type OpenSync, openSync } from "./open-sync.ts";
import { ROLES, type Role } from "./roles.ts";

export type App = {
  readonly url: string;
  /** What an operator should know, a line each. */
  readonly notes: readonly string[];
  /** Stops in good order: no new work, then what is under way, then the database. */
  close(): Promise<void>;
};

type Needs = {
  readonly roles: readonly Role[];
  readonly log: Logger;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Aborted while the app starts: then it stops where it is, and `createApp` rejects with the signal's reason. */
  readonly stopping?: AbortSignal;
};

/**
 * The composition root: every part is made here, once, and handed what it needs. Throws `StartFailure`, and then nothing
 * is left running. Tests bring their own clock.
 */
export async function createApp(config: Config, needs: Needs): Promise<App> {
  for (const secret of secretsOf(config)) needs.log.hide(secret);
  const closers = createClosers(needs.log);
  try {
    checkRoles(config, needs.roles);
    // First, so that a port that is taken costs nobody the start of a database. It says "starting" until all is there.
    const http = await listen({ host: config.host, port: config.port, log: needs.log });
    closers.add("the address", http.close);
    const { url, notes } = await openDatabase(config, { log: needs.log, closers });
    const sql = connect(url, { max: 20, applicationName: "countersign" });
    closers.add("the database's connections", () => sql.end({ timeout: 5 }));
    const writer = openWriter(url);
    closers.add("the engine's connections", () => writer.end({ timeout: 5 }));
    needs.stopping?.throwIfAborted();
    const address = await openParts(config, needs, { sql, writer, databaseUrl: url, closers, http });
    needs.stopping?.throwIfAborted();
    return { url: address, notes: [...notes, ...config.warnings], close: () => closers.close() };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

/** A local-slack lives inside one process, with everything that talks to it. */
function checkRoles({ slack }: Config, roles: readonly Role[]): void {
  if (slack.kind === "local" && ROLES.some((role) => !roles.includes(role)))
    throw new StartFailure(
      "The local Slack lives inside one process, so its parts can't be started one by one: start without --roles, or connect a real Slack (./countersign connect).",
    );
}

type Opened = {
  readonly sql: Sql;
  readonly writer: Sql;
  readonly databaseUrl: string;
  readonly closers: Closers;
  readonly http: Listening;
};

/** Work begins last: before that, everything that it could need is there, and nothing can keep the start from ending well. */
async function openParts(
  config: Config,
  needs: Needs,
  { sql, writer, databaseUrl, closers, http }: Opened,
): Promise<string> {
  const { roles, log, clock, environment } = needs;
  const room = createEngineRoom({ sql, writer, databaseUrl, clock, newId: randomUUID, log });
  const { engine } = room;
  const crew = createCrew({ config, sql, environment, log });
  const { model, limits } = crew;
  const goals = createGoals({ sql, engine, hasModel: model !== null });
  // Closed before what it talks to: a request under way still finds its database.
  closers.add("the server", http.close);
  const url = addressOf(config.host, http.port);
  const local = await openLocalSlack(config, { http, log, closers, databaseUrl });
  const slack = await openSlack({ config, sql, engine, goals, log, url, local, model, limits, clock });
  if (slack && local) await makeDemoProject({ config, sql, environment, ...slack.identity });
  const directory = slack?.directory ?? null;
  const outside = await openOutside({ config, sql, engine, goals, log, clock, directory, closers });
  const sync = await openSync({ config, sql, log, clock, slack });
  const health = healthRoutes({ sql, slack: slack?.isReachable ?? null });
  http.serve(
    health,
    ...(roles.includes("http") ? [outside.routes, sync.routes] : []),
    ...(local ? [local.routes] : []),
    ...(slack?.routes && roles.includes("slack") ? [slack.routes] : []),
  );
  if (slack && roles.includes("slack")) closers.add("Slack", await slack.listen());
  local?.setRequestUrl(`${url}/slack/events`);
  if (roles.includes("worker")) await startWork({ room, crew, slack, outside, sync, closers });
  return url;
}

async function startWork(parts: {
  readonly room: ReturnType<typeof createEngineRoom>;
  readonly crew: ReturnType<typeof createCrew>;
  readonly slack: OpenSlack | null;
  readonly outside: OpenOutside;
  readonly sync: OpenSync;
  readonly closers: Closers;
}): Promise<void> {
  const { room, crew, slack, outside, sync, closers } = parts;
  if (slack) closers.add("the sender", await slack.startSender());
  closers.add("the deliveries", await outside.start());
  closers.add("what is heard of Jira", await sync.start());
  const followers = [...(slack?.followers ?? []), ...outside.followers, ...sync.followers];
  closers.add(
    "the work",
    await room.start({ ...crew, followers, onLost: async (worker) => slack?.alert(worker) }),
  );
}

const addressOf = (host: string, port: number): string =>
  `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
