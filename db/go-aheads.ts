import type { Sql } from "postgres";

/** Whether we may write to this place, and since when somebody was asked. Null where nobody was asked yet. */
export async function goAheadFor(
  sql: Sql,
  workspaceId: string,
  place: string,
): Promise<{ readonly by: string | null } | null> {
  const [row] = await sql<{ by: string | null }[]>`
    select by from go_aheads where workspace_id = ${workspaceId} and place = ${place}`;
  return row ?? null;
}

/** Says that somebody is asked. True for the first who says so. */
export async function askForGoAhead(sql: Sql, workspaceId: string, place: string): Promise<boolean> {
  const asked = await sql`
    insert into go_aheads (workspace_id, place) values (${workspaceId}, ${place})
    on conflict (workspace_id, place) do nothing returning place`;
  return asked.length > 0;
}

/** Somebody lets us write there. False where somebody else had done so already. */
export async function giveGoAhead(
  sql: Sql,
  workspaceId: string,
  place: string,
  by: string,
): Promise<boolean> {
  const given = await sql`
    insert into go_aheads as g (workspace_id, place, by, given_at) values (${workspaceId}, ${place}, ${by}, now())
    on conflict (workspace_id, place) do update set by = ${by}, given_at = now() where g.by is null returning place`;
  return given.length > 0;
}
