import type { Sql, TransactionSql } from "postgres";
import type { System } from "./connections.ts";

/** Where something is that only people can mend. */
export type TroublePlace = {
  readonly workspaceId: string;
  readonly projectId: string;
  readonly system: System;
};

/** What it is: `key` is the same for the same trouble, `ref` is how people speak of this time. */
export type Trouble = { readonly key: string; readonly ref: string; readonly sentence: string };

/** Says that somebody is told. False where they know of it already, and it has not worked since. */
export async function beginTrouble(
  sql: Sql | TransactionSql,
  { workspaceId, projectId, system }: TroublePlace,
  { key, ref, sentence }: Trouble,
): Promise<boolean> {
  const begun = await sql`
    insert into troubles as t (workspace_id, project_id, system, key, ref, sentence)
    values (${workspaceId}, ${projectId}, ${system}, ${key}, ${ref}, ${sentence})
    on conflict (workspace_id, project_id, system, key) do update
      set ref = excluded.ref, sentence = excluded.sentence, told_at = now(), over_at = null
      where t.over_at is not null
    returning ref`;
  return begun.length > 0;
}

/** A trouble that was one until then (ms since 1970). */
type EndedTrouble = {
  readonly projectId: string;
  readonly ref: string;
  readonly sentence: string;
  readonly overAt: number;
};

/**
 * A run of a project has been brought up to date: troubles of that project are over, but for those in which another run is
 * stuck still, or the whole system is. Told again where they come back. Resolves to those that are over now.
 */
export async function endTroubles(
  sql: Sql | TransactionSql,
  workspaceId: string,
  system: System,
  runId: string,
): Promise<readonly EndedTrouble[]> {
  return await sql<EndedTrouble[]>`
    update troubles t set over_at = now()
    where t.workspace_id = ${workspaceId} and t.system = ${system} and t.over_at is null
      and t.project_id = (select (r.brief ->> 'projectId')::uuid from runs r
        where r.id = ${runId} and r.workspace_id = ${workspaceId})
      and not exists (select from cursors c join runs r on r.id = c.stream_id
        where c.workspace_id = t.workspace_id and c.follower = t.system and c.stuck_at is not null
          and c.stream_id <> ${runId} and c.last_error = t.sentence and (r.brief ->> 'projectId')::uuid = t.project_id)
      and not exists (select from circuits x where x.workspace_id = t.workspace_id and x.system = t.system)
    returning t.project_id as "projectId", t.ref, t.sentence, (extract(epoch from t.over_at) * 1000)::float8 as "overAt"`;
}

/** What people are told to mend at the moment. */
export async function openTroubles(
  sql: Sql,
  workspaceId: string,
): Promise<readonly (TroublePlace & Omit<Trouble, "key">)[]> {
  return sql<(TroublePlace & Omit<Trouble, "key">)[]>`
    select workspace_id as "workspaceId", project_id as "projectId", system, ref, sentence from troubles
    where workspace_id = ${workspaceId} and over_at is null order by told_at`;
}
