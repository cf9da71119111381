import { fileURLToPath } from "node:url";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { migrate as migrateTables } from "drizzle-orm/postgres-js/migrator";
import { runMigrations as migrateQueue } from "graphile-worker";
import type { Sql } from "postgres";
import { StartFailure } from "#engine/errors.ts";
import { connect, openDb } from "./connect.ts";

const FOLDER = fileURLToPath(new URL("migrations", import.meta.url));
/** The advisory lock of whoever migrates; any number that no other lock of ours has. */
const MIGRATION = 720_115_002;
/** A big table may be rewritten, and who comes second waits for that. */
const TIMEOUT_MS = 600_000;

/**
 * Brings our tables and graphile's to what this code needs. Two processes may do so at once: one waits for the other.
 * Throws `StartFailure` where a newer Countersign has migrated the database.
 */
export async function migrate(url: string): Promise<void> {
  const sql = connect(url, { max: 1, applicationName: "countersign-migrate" });
  try {
    await sql`select set_config('statement_timeout', ${String(TIMEOUT_MS)}, false)`;
    await sql`select pg_advisory_lock(${MIGRATION})`;
    const ours = Math.max(
      ...readMigrationFiles({ migrationsFolder: FOLDER }).map((file) => file.folderMillis),
    );
    const theirs = await lastMigration(sql);
    if (theirs > ours)
      throw new StartFailure(
        "The database was migrated by a newer Countersign than this one: start that version, or restore a backup from before it.",
      );
    if (theirs < ours) await migrateTables(openDb(sql), { migrationsFolder: FOLDER });
    await migrateQueue({ connectionString: url, preset: { worker: { maxPoolSize: 2 } } });
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** When the newest migration in the database was written, in ms since 1970; 0 where none was run. */
async function lastMigration(sql: Sql): Promise<number> {
  const [table] = await sql<
    { name: string | null }[]
  >`select to_regclass('drizzle.__drizzle_migrations')::text as name`;
  if (!table?.name) return 0;
  const [row] = await sql<
    { last: string | null }[]
  >`select max(created_at) as last from drizzle.__drizzle_migrations`;
  return Number(row?.last ?? 0);
}
