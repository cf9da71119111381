import { expect, test } from "vitest";
import { migrate } from "#db/migrate.ts";
import { StartFailure } from "#engine/errors.ts";
import { testDatabase } from "#test/support/postgres.ts";

const { url, sql } = await testDatabase();

async function tables(): Promise<readonly string[]> {
  const rows = await sql<{ name: string }[]>`
    select table_schema || '.' || table_name as name from information_schema.tables
    where table_schema not in ('pg_catalog', 'information_schema') order by 1`;
  return rows.map(({ name }) => name);
}

test("An empty database gets our tables and graphile's, also when two processes come at once", async () => {
  const wanted = await tables();
  expect(wanted).toEqual(
    expect.arrayContaining(["public.runs", "public.facts", "graphile_worker._private_jobs"]),
  );
  await sql`drop schema public cascade`;
  await sql`drop schema graphile_worker cascade`;
  await sql`drop schema drizzle cascade`;
  await sql`create schema public`;
  await Promise.all([migrate(url), migrate(url), migrate(url)]);
  expect(await tables()).toEqual(wanted);
});

test("A database that is up to date is left as it is", async () => {
  const before = await sql`select xmin::text, * from drizzle.__drizzle_migrations`;
  await migrate(url);
  expect(await sql`select xmin::text, * from drizzle.__drizzle_migrations`).toEqual(before);
});

test("A database that a newer Countersign has migrated is refused", async () => {
  await sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('x', ${Date.UTC(2100, 0)})`;
  const failed = migrate(url);
  await expect(failed).rejects.toBeInstanceOf(StartFailure);
  await expect(failed).rejects.toThrow(
    /was migrated by a newer Countersign than this one: start that version/,
  );
});
