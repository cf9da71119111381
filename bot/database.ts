import { checkReachable } from "#db/connect.ts";
import { startEmbedded } from "#db/embedded.ts";
import { migrate } from "#db/migrate.ts";
import type { Closers } from "./closers.ts";
import type { Config } from "./config.ts";
import type { Logger } from "./logger.ts";

/** The database, migrated: the one of `DATABASE_URL`, or the embedded one, started or adopted. Throws `StartFailure`. */
export async function openDatabase(
  config: Config,
  { log, closers }: { readonly log: Logger; readonly closers: Closers },
): Promise<{ readonly url: string; readonly notes: readonly string[] }> {
  if (config.databaseUrl !== null) {
    await checkReachable(config.databaseUrl);
    await migrate(config.databaseUrl);
    return { url: config.databaseUrl, notes: [] };
  }
  const embedded = await startEmbedded({ dataDir: config.dataDir, log });
  closers.add("the embedded Postgres", embedded.stop);
  log.hide(new URL(embedded.url).password);
  await migrate(embedded.url);
  return { url: embedded.url, notes: embedded.note === undefined ? [] : [embedded.note] };
}
