import type { Sql } from "postgres";

/** The run of ours that an issue shows, and which part of it: "run", "step:build". */
export type LinkedIssue = { readonly streamId: string; readonly key: string };

/** An issue as what came in names it. */
export type NamedIssue = { readonly issueId: string; readonly issueKey: string };

/**
 * What these issues of Jira show of this project's runs, by their ids; those of others are not there. An issue that several runs
 * show, since a goal was done again, is the newest one's. A goal that was begun from an issue is that issue's from the start, also
 * while nothing is written there yet.
 */
export async function linkedIssues(
  sql: Sql,
  { workspaceId, projectId }: { readonly workspaceId: string; readonly projectId: string },
  issues: readonly NamedIssue[],
): Promise<ReadonlyMap<string, LinkedIssue>> {
  if (issues.length === 0) return new Map();
  const [ids, keys] = [issues.map(({ issueId }) => issueId), issues.map(({ issueKey }) => issueKey)];
  const rows = await sql<(LinkedIssue & { issueId: string })[]>`
    with linked as (
      select l.outside_id as id, l.key, r.id as run, r.requested_at
      from links l join runs r on r.id = l.stream_id and r.workspace_id = l.workspace_id
      where l.workspace_id = ${workspaceId} and l.system = 'jira' and l.outside_id = any(${ids}::text[])
        and (l.key = 'run' or l.key like 'step:%') and (r.brief ->> 'projectId')::uuid = ${projectId}),
    begun as (
      select i.id, 'run' as key, r.id as run, r.requested_at
      from unnest(${ids}::text[], ${keys}::text[]) as i(id, key) join runs r on starts_with(r.brief ->> 'text', i.key || ': ')
      where r.workspace_id = ${workspaceId} and r.ended_at is null and (r.brief ->> 'projectId')::uuid = ${projectId}
        and not exists (select from links l where l.workspace_id = r.workspace_id and l.system = 'jira'
          and l.stream_id = r.id and l.key = 'run' and l.outside_id is not null))
    select distinct on (id) id as "issueId", run as "streamId", key from (
      select * from linked union all select * from begun) as ours
    order by id, requested_at desc`;
  return new Map(rows.map(({ issueId, streamId, key }) => [issueId, { streamId, key }]));
}
