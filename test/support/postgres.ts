import { randomBytes } from "node:crypto";
import type { Sql } from "postgres";
import { afterAll, inject } from "vitest";
import { connect } from "#db/connect.ts";
import { startEmbedded } from "#db/embedded.ts";

/** A database of one test file: migrated, empty, and dropped when the file's tests are over. */
export type TestDatabase = { readonly url: string; readonly sql: Sql };

/** The advisory lock of whoever makes the template; any number that no lock of the app has. */
const TEMPLATE = 720_115_099;
const CLOSING_TIMEOUT_MS = 2_000;

/**
 * A database for the test file that asks, copied from a migrated template on a real Postgres (the embedded one, or
 * TEST_DATABASE_URL). Call it at the top of the file: `const { url, sql } = await testDatabase();`. `sql` is closed for
 * you. A connection that the file leaves open fails it, with the name and the last statement of whoever did.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const server = await openServer();
  const template = await readyTemplate(server);
  const name = `${inject("testPostgres").prefix}_${randomBytes(6).toString("hex")}`;
  await server.sql`create database ${server.sql(name)} template ${server.sql(template)}`;
  const url = urlOf(server.url, name);
  const sql = connect(url, { max: 4, applicationName: "test" });
  afterAll(async () => {
    await sql.end({ timeout: 5 });
    const left = await stillOpen(server.sql, name);
    await server.sql`drop database ${server.sql(name)} with (force)`;
    await server.sql.end();
    if (left.length > 0)
      throw new Error(`These tests left connections to their database open: ${left.join("; ")}`);
  });
  return { url, sql };
}

type Server = { readonly url: string; readonly sql: Sql };

/** The first file that asks starts Postgres, the others adopt it. Fast, not durable: its data live as long as the tests. */
async function openServer(): Promise<Server> {
  const { dataDir, url: given } = inject("testPostgres");
  const log = { warn: fail, error: fail };
  const settings = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };
  const url = given ?? (await startEmbedded({ dataDir, log, settings })).url;
  return { url, sql: connect(url, { max: 1, applicationName: "test-support" }) };
}

function fail(message: string): never {
  throw new Error(message);
}

/** Migrates once for the whole run, whichever file comes first. */
async function readyTemplate({ url, sql }: Server): Promise<string> {
  const { prefix } = inject("testPostgres");
  const [making, template] = [`${prefix}_making`, `${prefix}_template`];
  await sql`select pg_advisory_lock(${TEMPLATE})`;
  const [known] = await sql`select from pg_database where datname = ${template}`;
  if (!known) {
    await sql`drop database if exists ${sql(making)} with (force)`;
    await sql`create database ${sql(making)}`;
    // Loaded by the one file that migrates: graphile and drizzle take longer to load than a copy takes.
    const { migrate } = await import("#db/migrate.ts");
    await migrate(urlOf(url, making));
    await stillOpen(sql, making);
    await sql`alter database ${sql(making)} rename to ${sql(template)}`;
  }
  await sql`select pg_advisory_unlock(${TEMPLATE})`;
  return template;
}

/** Who is connected to a database, once everybody who was leaving has left. */
async function stillOpen(sql: Sql, name: string): Promise<readonly string[]> {
  const limit = Date.now() + CLOSING_TIMEOUT_MS;
  for (;;) {
    const rows = await sql<{ program: string; query: string; state: string }[]>`
      select application_name as program, query, state from pg_stat_activity
      where datname = ${name} and backend_type = 'client backend'`;
    if (rows.length === 0 || Date.now() > limit)
      return rows.map(
        ({ program, query, state }) => `${program} (${state}, last statement: ${query.slice(0, 200)})`,
      );
  }
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}
