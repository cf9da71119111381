import type { Sql } from "postgres";
import { linkedIssues, type NamedIssue } from "#db/linked-issues.ts";
import { loadRun } from "#db/load.ts";
import type { Brief, Run } from "#engine/run/run.ts";

/** What an issue shows of ours: a run, and which part of it ("run", "step:build"). */
export type Ours = { readonly run: Run; readonly brief: Brief; readonly key: string };

/** The run of this project that an issue shows; null where it shows none. */
export async function oursOf(
  sql: Sql,
  place: { readonly workspaceId: string; readonly projectId: string },
  issue: NamedIssue,
): Promise<Ours | null> {
  const linked = (await linkedIssues(sql, place, [issue])).get(issue.issueId);
  const run = linked ? await loadRun(sql, place.workspaceId, linked.streamId) : null;
  return linked && run?.brief ? { run, brief: run.brief, key: linked.key } : null;
}
