import type { Sql } from "postgres";
import type { System } from "./connections.ts";
import { FACTS_CHANNEL } from "./save.ts";

/** Who let us write, and when; null while nobody has. */
export type GoAhead = { readonly by: string | null; readonly givenAt: Date | null };

/** Whether we may write to this place, and since when somebody was asked. Null where nobody was asked yet. */
export async function goAheadFor(sql: Sql, workspaceId: string, place: string): Promise<GoAhead | null> {
  const [row] = await sql<GoAhead[]>`
    select by, given_at as "givenAt" from go_aheads where workspace_id = ${workspaceId} and place = ${place}`;
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

/** Postgres takes at most 8000 bytes with a notification. */
const MOST_NAMED = 150;

/** Followers of a system that wait in this workspace look again now. */
export async function wakeWaiting(sql: Sql, workspaceId: string, system: System): Promise<void> {
  const woken = await sql<{ id: string }[]>`
    update cursors set not_before = now()
    where workspace_id = ${workspaceId} and follower = ${system} and not_before > now() and stuck_at is null
    returning stream_id as id`;
  const ids = woken.map(({ id }) => id);
  if (ids.length > 0) await sql.notify(FACTS_CHANNEL, ids.length > MOST_NAMED ? "*" : ids.join(","));
}
