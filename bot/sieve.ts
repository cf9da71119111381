import type { Sql } from "postgres";
import { type Reads, streamsRead } from "#db/cursors.ts";
import type { Logger } from "./logger.ts";

/** Who reads only some logs. */
type Reader = {
  readonly reads: Reads;
  readonly workspaceId: string | undefined;
  wake(ids: readonly string[]): void;
};

/** News of so long is looked at together. */
const GATHER_MS = 5;

/**
 * Lets through to each reader the logs that it reads. One look at the database for all that grew within a moment: most logs are
 * nobody's business but Slack's, and each reader would ask about each of them.
 */
export function createSieve({
  sql,
  readers,
  log,
}: {
  readonly sql: Sql;
  readonly readers: readonly Reader[];
  readonly log: Logger;
}) {
  const heard = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  let looking: Promise<unknown> = Promise.resolve();

  async function look(): Promise<void> {
    timer = null;
    const ids = [...heard];
    heard.clear();
    await Promise.all(readers.map(async (reader) => reader.wake(await streamsRead(sql, reader, ids)))).catch(
      (error) => {
        // Whoever is woken for nothing finds that out, and nobody misses anything.
        log.warn("followers could not look", { error });
        for (const reader of readers) reader.wake(ids);
      },
    );
  }

  return {
    add(ids: readonly string[]): void {
      if (readers.length === 0) return;
      for (const id of ids) heard.add(id);
      timer ??= setTimeout(() => {
        looking = look();
      }, GATHER_MS);
    },
    async close(): Promise<void> {
      if (timer) clearTimeout(timer);
      await looking;
    },
  };
}
