import type { Sql } from "postgres";
import type { System } from "#db/connections.ts";
import { FACTS_CHANNEL } from "#db/save.ts";
import { until } from "./until.ts";

/** As if so much time had gone by for all that waits to be written to Jira and Confluence; whoever follows looks again. */
export async function timeGoesBy(sql: Sql, ms: number): Promise<void> {
  await sql`update circuits set since = since - ${ms} * interval '1 ms', open_until = open_until - ${ms} * interval '1 ms'`;
  await sql`update links set tried_at = tried_at - ${ms} * interval '1 ms'`;
  const rows = await sql<{ id: string }[]>`
    update cursors set not_before = not_before - ${ms} * interval '1 ms'
    where follower in ('jira', 'confluence') and not_before is not null returning stream_id as id`;
  for (const { id } of rows) await sql.notify(FACTS_CHANNEL, id);
}

/** Runs that a system does not show to their end. */
export async function behindIn(sql: Sql, system: System): Promise<readonly string[]> {
  const rows = await sql<{ id: string }[]>`
    select r.id from runs r join streams s on s.id = r.id left join cursors c on c.stream_id = r.id and c.follower = ${system}
    where s.seq > coalesce(c.seq, 0) order by r.requested_at`;
  return rows.map(({ id }) => id);
}

/** Both systems show all that happened. Their waits are cut short; `inMs`: by so much at each look. */
export const allShown = (sql: Sql, systems: readonly System[], inMs = 0): Promise<unknown> =>
  until(
    `${systems.join(" and ")} to show everything`,
    async () => {
      const behind = await Promise.all(systems.map((system) => behindIn(sql, system)));
      if (behind.every(({ length }) => length === 0)) return true;
      if (inMs > 0) await timeGoesBy(sql, inMs);
      return false;
    },
    { everyMs: 100 },
    async () =>
      JSON.stringify(
        await sql`select follower, stream_id, seq, last_error, not_before, stuck_at, held_by from cursors`,
      ),
  );
