import type { Sql } from "postgres";

/** The rows of a side, as Postgres writes them, by table. */
export type Rows = Readonly<Record<string, readonly string[]>>;

/** Every table that carries a workspace. */
async function tablesOf(sql: Sql): Promise<readonly string[]> {
  const tables = await sql<{ name: string }[]>`
    select table_name as name from information_schema.columns c
    where table_schema = 'public' and column_name = 'workspace_id' order by 1`;
  return tables.map(({ name }) => name);
}

/** Every row of a workspace; the jobs that wait for it are rows too. */
async function rowsOf(sql: Sql, workspace: string): Promise<Rows> {
  const tables = await tablesOf(sql);
  const all = await Promise.all(
    tables.map(async (table) => {
      const rows = await sql<{ row: string }[]>`
        select t::text as row from ${sql(table)} t where t.workspace_id = ${workspace} order by 1`;
      return [table, rows.map(({ row }) => row)] as const;
    }),
  );
  const jobs = await sql<{ row: string }[]>`
    select payload::text as row from graphile_worker._private_jobs
    where payload ->> 'workspaceId' = ${workspace} order by 1`;
  return { ...Object.fromEntries(all), jobs: jobs.map(({ row }) => row) };
}

/** For an hour nobody of this workspace falls silent, and no lease lapses. */
export async function holdStill(sql: Sql, workspace: string): Promise<void> {
  await sql`
    update outside_agents set heartbeat_at = now() + interval '1 hour' where workspace_id = ${workspace}`;
  await sql`
    update tasks set lease_until = now() + interval '1 hour', deadline = now() + interval '1 hour'
    where workspace_id = ${workspace}`;
}

/** The rows once nothing goes on any more: the same for a while. */
export async function rowsAtRest(sql: Sql, workspace: string): Promise<Rows> {
  let before = await rowsOf(sql, workspace);
  for (let same = 0; same < REST; ) {
    await sql`select pg_sleep(0.1)`;
    const now = await rowsOf(sql, workspace);
    same = JSON.stringify(now) === JSON.stringify(before) ? same + 1 : 0;
    before = now;
  }
  return before;
}

/** So often in a row, a tenth of a second apart, nothing must have changed. */
const REST = 12;

/** Every id in these rows: what nobody else may be told. */
export const idsIn = (rows: Rows): readonly string[] => [
  ...new Set(Object.values(rows).flat().join(" ").match(UUID)),
];

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
