import type { Sql } from "postgres";
import { linksOf, saveLink } from "#db/links.ts";
import type { Run } from "#engine/run/run.ts";
import { shownIssue } from "../jira/mode.ts";

/**
 * Says that nobody knows where a run's issue stands, since somebody moved it: so that the follower looks with the run's next news,
 * and moves it back to where the goal stands.
 */
export async function letMoveBack(sql: Sql, { id, workspaceId }: Run, issueId: string): Promise<void> {
  const place = { workspaceId, system: "jira", streamId: id } as const;
  const link = (await linksOf(sql, place)).get("run");
  const shown = shownIssue(link?.shown);
  if (link?.state !== "there" || link.outsideId !== issueId || !shown) return;
  await saveLink(sql, place, { ...link, state: "there", shown: { ...shown, stands: null } });
}
