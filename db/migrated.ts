import { readFileSync } from "node:fs";
import type { Sql } from "postgres";

const JOURNAL = new URL("migrations/meta/_journal.json", import.meta.url);

/** What a database's tables are, as this code sees it. `new`: there are none yet. */
export type Migrated = "new" | "older" | "current" | "newer";

/** Compares what was migrated last with what this code brings. */
export async function migratedTo(sql: Sql): Promise<Migrated> {
  const ours = newest();
  const theirs = await lastMigration(sql);
  if (theirs === 0) return "new";
  if (theirs === ours) return "current";
  return theirs > ours ? "newer" : "older";
}

/** When the newest migration of this code was written, in ms since 1970. */
function newest(): number {
  const { entries }: { readonly entries: readonly { readonly when: number }[] } = JSON.parse(
    readFileSync(JOURNAL, "utf8"),
  );
  return Math.max(...entries.map((entry) => entry.when));
}

/** The same of the newest one in the database; 0 where none was run. */
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
