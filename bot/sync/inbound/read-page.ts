import type { Sql } from "postgres";
import { linkedIssues } from "#db/linked-issues.ts";
import type { Change } from "#integrations/jira/changes.ts";
import type { ChangedIssue, JiraNews } from "#integrations/jira/news.ts";
import { concerning, isGoalLabel } from "./concerning.ts";
import type { JiraConnection } from "./needs.ts";

/** When issues were changed last, as the last look saw them: what has stayed so is not looked at again. */
export type Seen = ReadonlyMap<string, number>;

/**
 * What happened to a page of issues since a moment, in order. Only issues of ours, and those with the goal label, are looked at more
 * closely, and only where something was done to them since the last look: all others cost no call.
 */
export async function readPage(
  needs: {
    readonly sql: Sql;
    readonly news: JiraNews;
    readonly connection: JiraConnection;
    readonly sinceMs: number;
    readonly before: Seen | undefined;
  },
  issues: readonly ChangedIssue[],
): Promise<readonly Change[]> {
  const { sql, news, connection, sinceMs, before } = needs;
  const fresh = issues.filter(
    ({ id, fields }) => before?.get(id) !== fields.updated || fields.updated === undefined,
  );
  const named = fresh.map(({ id, key }) => ({ issueId: id, issueKey: key }));
  const ours = await linkedIssues(sql, connection, named);
  const labelled = fresh.filter(({ fields }) => isGoalLabel(connection.settings, fields.labels));
  const mine = fresh.filter(({ id }) => ours.has(id));
  const found: Change[] = [...(await news.changesOf([...new Set([...mine, ...labelled])], sinceMs))];
  for (const issue of mine) found.push(...(await news.commentsOn(issue, sinceMs)));
  const wanted = await concerning(sql, connection, found);
  return wanted.toSorted((one, other) => one.at - other.at);
}
