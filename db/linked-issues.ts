import type { Sql } from "postgres";

/** The run of ours that an issue shows, and which part of it: "run", "step:build". */
export type LinkedIssue = { readonly streamId: string; readonly key: string };

/**
 * What these issues of Jira show of this project's runs, by their ids; those of others are not there. An issue that several runs
 * show, since a goal was done again, is the newest one's.
 */
export async function linkedIssues(
  sql: Sql,
  { workspaceId, projectId }: { readonly workspaceId: string; readonly projectId: string },
  issueIds: readonly string[],
): Promise<ReadonlyMap<string, LinkedIssue>> {
  if (issueIds.length === 0) return new Map();
  const rows = await sql<(LinkedIssue & { issueId: string })[]>`
    select distinct on (l.outside_id) l.outside_id as "issueId", l.stream_id as "streamId", l.key
    from links l join runs r on r.id = l.stream_id and r.workspace_id = l.workspace_id
    where l.workspace_id = ${workspaceId} and l.system = 'jira' and l.outside_id = any(${[...issueIds]}::text[])
      and (l.key = 'run' or l.key like 'step:%') and (r.brief ->> 'projectId')::uuid = ${projectId}
    order by l.outside_id, r.requested_at desc`;
  return new Map(rows.map(({ issueId, streamId, key }) => [issueId, { streamId, key }]));
}
