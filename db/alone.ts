import { setTimeout as delay } from "node:timers/promises";
import postgres, { type Sql } from "postgres";
import { within } from "./time-limit.ts";

/** The advisory lock of the process whose local-slack belongs to a database; any number that no other lock of ours has. */
const ALONE = 720_115_003;
/** Postgres needs a moment to see that a killed process is gone. */
const PATIENCE_MS = 3_000;
const LOOK_EVERY_MS = 50;
const ANSWER_TIMEOUT_MS = 5_000;

/**
 * Makes this process the only one that may bring a local-slack of its own to this database: two would write one file.
 * Resolves to what lets others in again; null where another process is that one.
 */
export async function claimAlone(url: string): Promise<(() => Promise<void>) | null> {
  const sql = postgres(url, {
    max: 1,
    // The lock lives as long as its connection.
    max_lifetime: null,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: "countersign-alone" },
  });
  const limit = Date.now() + PATIENCE_MS;
  try {
    while (!(await isOurs(sql))) {
      if (Date.now() > limit) {
        await sql.end({ timeout: 0 });
        return null;
      }
      await delay(LOOK_EVERY_MS);
    }
  } catch (error) {
    await sql.end({ timeout: 0 });
    throw error;
  }
  return () => sql.end({ timeout: 1 });
}

async function isOurs(sql: Sql): Promise<boolean> {
  const asked = sql<{ ours: boolean }[]>`select pg_try_advisory_lock(${ALONE}) as ours`;
  const [row] = await within(ANSWER_TIMEOUT_MS, asked);
  return row?.ours ?? false;
}
