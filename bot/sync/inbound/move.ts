import { askedAbout, dropHeard, type Heard } from "#db/heard.ts";
import { hasEnded } from "#engine/run/run.ts";
import { Change, type Moved } from "#integrations/jira/changes.ts";
import type { Desk } from "../../slack/desk.ts";
import type { Ours } from "./ours.ts";
import { settle } from "./show.ts";

/**
 * Somebody moved an issue. A run's own issue that goes to an end while the run goes on is a question in its thread; nothing happens
 * by itself. Steps' issues are moved about on boards all day: they ask nothing, and are put right with the step's next change.
 */
export async function takeMove(
  desk: Desk,
  { heard, change, ours }: { readonly heard: Heard; readonly change: Moved; readonly ours: Ours },
): Promise<void> {
  const { sql } = desk;
  const { run, key } = ours;
  if (key !== "run" || hasEnded(run)) return dropHeard(sql, heard);
  await closeMoves(desk, run.workspaceId, run.id, heard.key);
  if (change.to.category !== "done") return dropHeard(sql, heard);
  await settle(desk, heard, { streamId: run.id, state: "asked", outcome: "moved" });
}

/** What was asked about earlier moves of this run is asked no more: the issue was moved on. */
async function closeMoves(desk: Desk, workspaceId: string, runId: string, but: string): Promise<void> {
  for (const asked of await askedAbout(desk.sql, workspaceId, runId)) {
    if (asked.key === but || Change.safeParse(asked.change).data?.kind !== "moved") continue;
    await settle(desk, asked, { state: "done", outcome: "moved on" });
  }
}
