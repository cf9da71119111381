import type { Sql } from "postgres";
import { z } from "zod";
import { type Circuit, circuitsIn } from "#db/circuits.ts";
import { type ConnectionRow, connectionsIn, type System } from "#db/connections.ts";
import { goAheadFor } from "#db/go-aheads.ts";
import { listProjects } from "#db/places.ts";
import { type BehindRow, runsBehind, type WhichRuns } from "#db/sync-status.ts";
import { openTroubles } from "#db/troubles.ts";
import { ownOrigin } from "./circuits.ts";
import { placeOf } from "./jira/place.ts";

/** A run that no retry can bring further. `ref` stands in the message that its project's owner got. */
export type StuckRun = {
  readonly runId: string;
  readonly goalNumber: number;
  readonly since: Date;
  readonly reason: string;
  readonly ref: string | null;
};

/** How one system of one project stands. */
export type SystemStatus = {
  readonly system: System;
  readonly project: { readonly id: string; readonly name: string };
  readonly source: ConnectionRow["source"];
  readonly origin: string;
  /** The Jira project, or the Confluence space. */
  readonly place: string;
  /** Runs that are written late; those that are stuck are not among them. */
  readonly behind: readonly BehindRow[];
  readonly stuck: readonly StuckRun[];
  /** Nobody asks the system anything before `openUntil`; null while it answers. */
  readonly circuit: Circuit | null;
  /** Nothing is written there before somebody presses [Go on]. */
  readonly waitsForGoOn: boolean;
};

/** What every connection's settings have. */
const Place = z.object({ url: z.string(), project: z.string().optional(), space: z.string().optional() });

/** How every connected system of a workspace stands, or those of one run. */
export async function syncStatus(
  sql: Sql,
  workspaceId: string,
  which: WhichRuns & { readonly projectId?: string } = {},
): Promise<readonly SystemStatus[]> {
  const all = await connectionsIn(sql, workspaceId);
  const connections = all.filter(
    ({ projectId }) => which.projectId === undefined || projectId === which.projectId,
  );
  if (connections.length === 0) return [];
  const [projects, behind, circuits, troubles] = await Promise.all([
    listProjects(sql, workspaceId),
    runsBehind(sql, workspaceId, which),
    circuitsIn(sql, workspaceId),
    openTroubles(sql, workspaceId),
  ]);
  const circuitAt = (system: System, origin: string) =>
    circuits.filter((one) => one.system === system && one.origin === origin);
  const found = connections.map(async (connection): Promise<SystemStatus> => {
    const { system, projectId, source } = connection;
    const { url: origin, project, space } = Place.parse(connection.settings);
    const mine = behind.filter((row) => row.system === system && row.projectId === projectId);
    const refOf = (reason: string): string | null =>
      troubles.find((one) => one.system === system && one.projectId === projectId && one.sentence === reason)
        ?.ref ?? null;
    const place = project ?? space ?? "";
    const asked =
      project === undefined ? null : await goAheadFor(sql, workspaceId, placeOf({ url: origin, project }));
    return {
      ...{ system, source, origin, place },
      project: { id: projectId, name: projects.find(({ id }) => id === projectId)?.name ?? projectId },
      behind: mine.filter(({ stuckAt }) => stuckAt === null),
      stuck: mine.flatMap((row) => (row.stuckAt === null ? [] : [toStuck(row, row.stuckAt, refOf)])),
      circuit: [ownOrigin(origin, projectId), origin].flatMap((at) => circuitAt(system, at))[0] ?? null,
      waitsForGoOn: asked !== null && asked.by === null && mine.some(({ stuckAt }) => stuckAt === null),
    };
  });
  return (await Promise.all(found)).toSorted((a, b) => a.project.name.localeCompare(b.project.name));
}

function toStuck(
  { runId, goalNumber, error }: BehindRow,
  since: Date,
  refOf: (reason: string) => string | null,
): StuckRun {
  const reason = error ?? "";
  return { runId, goalNumber, since, reason, ref: refOf(reason) };
}
