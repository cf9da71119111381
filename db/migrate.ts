import { runMigrations as migrateQueue } from "graphile-worker";
import type { Sql } from "postgres";
import { StartFailure } from "#engine/errors.ts";
import { connect } from "./connect.ts";
import { migratedTo } from "./migrated.ts";

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
    await migrateOurs(sql);
    await migrateQueue({ connectionString: url, preset: { worker: { maxPoolSize: 2 } } });
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Loads what only a migration needs, while something else is waited for. */
export async function loadMigration(): Promise<void> {
  await import("./migrate-tables.ts");
}

async function migrateOurs(sql: Sql): Promise<void> {
  switch (await migratedTo(sql)) {
    case "current":
      return;
    case "newer":
      throw new StartFailure(
        "The database was migrated by a newer Countersign than this one: start that version, or restore a backup from before it.",
      );
    case "new":
    case "older": {
      const { migrateTables } = await import("./migrate-tables.ts");
      await migrateTables(sql);
    }
  }
}
