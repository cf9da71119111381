import { isDeepStrictEqual } from "node:util";
import type { Sql } from "postgres";
import {
  type ConnectionRow,
  connectionOf,
  connectionsIn,
  removeConnection,
  type System,
  saveConnection,
} from "#db/connections.ts";
import { listProjects, type Project } from "#db/places.ts";
import { tryAgain } from "#db/sync-again.ts";
import type { Connected } from "../config/projects.ts";
import type { Config } from "../config.ts";
import type { Logger } from "../logger.ts";
import type { Secrets } from "../outside/deliveries/secrets.ts";
import { aboutConnection } from "./connected.ts";
import { SYSTEMS } from "./system-names.ts";

/**
 * Makes a workspace's connections those that the settings' file names: what it no longer names is removed, what the command
 * line has set stays as that says. Without the file's sections nothing changes but what came from it before.
 */
export async function settleConnections(needs: {
  readonly sql: Sql;
  readonly secrets: Secrets;
  readonly config: Config;
  readonly workspaceId: string;
  readonly log: Logger;
}): Promise<void> {
  const { sql, config, workspaceId, log } = needs;
  const projects = await listProjects(sql, workspaceId);
  for (const name of Object.keys(config.projects))
    if (!projects.some((project) => project.name === name))
      log.warn("the settings name a project that is not there: ./countersign project add", { project: name });
  const wanted = wantedOf(projects, config);
  for (const one of wanted) await connect(needs, one);
  const isWanted = (had: ConnectionRow) =>
    wanted.some(({ project, system }) => project.id === had.projectId && system === had.system);
  const all = await connectionsIn(sql, workspaceId);
  for (const had of all) if (had.source === "settings" && !isWanted(had)) await removeConnection(sql, had);
}

type Wanted = {
  readonly project: Project;
  readonly system: System;
  readonly connected: Connected<unknown>;
};

const wantedOf = (projects: readonly Project[], config: Config): readonly Wanted[] =>
  projects.flatMap((project) =>
    SYSTEMS.flatMap((system) => {
      const connected = config.projects[project.name]?.[system] ?? null;
      return connected === null ? [] : [{ project, system, connected }];
    }),
  );

async function connect(
  { sql, secrets, workspaceId, log }: Parameters<typeof settleConnections>[0],
  { project, system, connected }: Wanted,
): Promise<void> {
  const place = { workspaceId, projectId: project.id, system };
  const { settings } = connected;
  const had = await connectionOf(sql, workspaceId, project.id, system);
  const token = secrets.encrypt(connected.token, aboutConnection(place));
  if (!(await saveConnection(sql, { ...place, settings, token, source: "settings" })))
    log.warn("the command line has set how a project is connected, so what the settings say is not used", {
      project: project.name,
      system,
    });
  // Somebody has mended what was wrong: what is stuck need not wait until they say so too.
  else if (had && !isSame(secrets, had, connected)) await tryAgain(sql, place);
}

function isSame(secrets: Secrets, had: ConnectionRow, { settings, token }: Connected<unknown>): boolean {
  // As jsonb keeps it.
  const kept: unknown = JSON.parse(JSON.stringify(settings));
  return isDeepStrictEqual(had.settings, kept) && tokenOf(secrets, had) === token;
}

/** Null where it was kept under another COUNTERSIGN_SECRET: then it is another one, whatever it was. */
function tokenOf(secrets: Secrets, had: ConnectionRow): string | null {
  try {
    return secrets.decrypt(had.token, aboutConnection(had));
  } catch {
    return null; // it says so only by throwing
  }
}
