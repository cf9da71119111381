import type { Sql } from "postgres";
import { linkedIssues } from "#db/linked-issues.ts";
import type { Change } from "#integrations/jira/changes.ts";
import type { JiraSettings } from "#integrations/jira/settings.ts";

/** Whether one of these labels makes an issue a goal. */
export const isGoalLabel = ({ goalLabel }: JiraSettings, labels: readonly string[]): boolean =>
  goalLabel !== undefined && labels.includes(goalLabel);

/** The changes that may matter: of issues that show a run of this project, and the goal label. Of all others nothing is kept. */
export async function concerning(
  sql: Sql,
  place: {
    readonly workspaceId: string;
    readonly projectId: string;
    readonly settings: JiraSettings;
  },
  changes: readonly Change[],
): Promise<readonly Change[]> {
  const ours = await linkedIssues(sql, place, changes);
  return changes.filter((change) =>
    change.kind === "labelled" ? isGoalLabel(place.settings, change.labels) : ours.has(change.issueId),
  );
}
