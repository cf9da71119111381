import type { Sql } from "postgres";
import { checkReachable } from "#db/connect.ts";
import { hasEmbedded, startEmbedded } from "#db/embedded.ts";
import { loadMigration, migrate } from "#db/migrate.ts";
import { migratedTo } from "#db/migrated.ts";
import { StartFailure } from "#engine/errors.ts";
import type { Closers } from "./closers.ts";
import type { Config } from "./config.ts";
import type { Logger } from "./logger.ts";

/** A database that answers, and what an operator should know about it. */
export type Database = { readonly url: string; readonly notes: readonly string[] };

type Needs = { readonly log: Logger; readonly closers: Closers };

/** The database, migrated: the one of `DATABASE_URL`, or the embedded one, started or adopted. Throws `StartFailure`. */
export async function openDatabase(config: Config, needs: Needs): Promise<Database> {
  const isNew = config.databaseUrl === null && !(await hasEmbedded(config.dataDir));
  // A first start waits for Postgres to make its files: what comes next is loaded meanwhile.
  const [database] = await Promise.all([reach(config, needs), isNew ? loadMigration() : null]);
  await migrate(database.url);
  return database;
}

/** The database of a Countersign that was started before, as it is: a command changes no tables. Throws `StartFailure`. */
export async function openKnownDatabase(config: Config, needs: Needs): Promise<Database> {
  if (config.databaseUrl === null && !(await hasEmbedded(config.dataDir)))
    throw new StartFailure(
      `Countersign has not been started with the data folder ${config.dataDir} yet, so there is nothing to work with: start it once (npm start), or name the right folder with DATA_DIR or -C.`,
    );
  return reach(config, needs);
}

async function reach({ databaseUrl, dataDir }: Config, { log, closers }: Needs): Promise<Database> {
  if (databaseUrl !== null) {
    await checkReachable(databaseUrl);
    return { url: databaseUrl, notes: [] };
  }
  const embedded = await startEmbedded({ dataDir, log });
  closers.add("the embedded Postgres", embedded.stop);
  log.hide(new URL(embedded.url).password);
  return { url: embedded.url, notes: embedded.note === undefined ? [] : [embedded.note] };
}

/** Throws `StartFailure` where the tables are not those that this code works with. */
export async function checkMigrated(sql: Sql): Promise<void> {
  switch (await migratedTo(sql)) {
    case "current":
      return;
    case "new":
      throw new StartFailure(
        "This database is empty: start Countersign with it once (npm start), then try this again.",
      );
    case "older":
      throw new StartFailure(
        "This database is of an older Countersign: bring it up to date with ./countersign migrate, or start this version.",
      );
    case "newer":
      throw new StartFailure("This database is of a newer Countersign: use the command of that version.");
  }
}
