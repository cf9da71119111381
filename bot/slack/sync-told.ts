import type { Sql } from "postgres";
import { type LinkedRow, linkedTo } from "#db/sync-status.ts";
import type { Run } from "#engine/run/run.ts";
import { syncStatus } from "../sync/status.ts";
import type { OutsideLink } from "./blocks/outside-links.ts";
import type { Outside } from "./blocks/private.ts";
import { syncLines } from "./blocks/sync-lines.ts";

/** What has been still for longer is history on somebody's Home; `sync status` tells of it. */
const LATELY_MS = 14 * 24 * 3_600_000;

/** Where a run is shown outside, and how far behind that is. */
export async function outsideOf(sql: Sql, { id, workspaceId, brief }: Run): Promise<Outside> {
  if (!brief?.projectId) return { links: [], lines: [] };
  const [links, statuses] = await Promise.all([
    linkedTo(sql, workspaceId, [id]),
    syncStatus(sql, workspaceId, { runId: id, projectId: brief.projectId }),
  ]);
  return { links: links.map(labelled), lines: syncLines(statuses, Date.now()) };
}

/** Where runs are shown outside, by their ids: "PAY-1", "page". */
export async function linksOfRuns(
  sql: Sql,
  workspaceId: string,
  runIds: readonly string[],
): Promise<ReadonlyMap<string, readonly OutsideLink[]>> {
  const rows = runIds.length === 0 ? [] : await linkedTo(sql, workspaceId, runIds);
  const byRun = Map.groupBy(rows, ({ runId }) => runId);
  return new Map([...byRun].map(([runId, links]) => [runId, links.map(inShort)]));
}

const inShort = ({ system, outsideKey, url }: LinkedRow): OutsideLink => ({
  label: system === "jira" ? (outsideKey ?? "Jira issue") : "Confluence page",
  url,
});

const labelled = ({ system, outsideKey, url }: LinkedRow) => ({
  label: system === "jira" ? `Open ${outsideKey ?? "the issue"}` : "Open the page",
  url,
});

/** How far behind the systems of a workspace are. */
export async function behindOf(sql: Sql, workspaceId: string): Promise<readonly string[]> {
  const statuses = await syncStatus(sql, workspaceId, { changedSince: new Date(Date.now() - LATELY_MS) });
  return syncLines(statuses, Date.now());
}
