import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import type { Sql } from "postgres";

/** Runs those of our migrations that the database has not seen. A module of its own: it takes half a second to load. */
export const migrateTables = (sql: Sql): Promise<void> =>
  migrate(drizzle({ client: sql, casing: "snake_case" }), {
    migrationsFolder: fileURLToPath(new URL("migrations", import.meta.url)),
  });
