import type { Sql } from "postgres";
import { type Reads, streamsRead } from "#db/cursors.ts";
import type { Logger } from "./logger.ts";

/** Who reads only some logs. */
type Reader = {
  readonly reads: Reads;
  readonly workspaceId: string | undefined;
  /** How long it gathers news. */
  readonly gatherMs: number;
  wake(ids: readonly string[]): void;
};

/** Whoever gathers news for long is told of it a little later, with fewer looks. */
const SHARE_OF_GATHERING = 1 / 8;

/** A sieve for all who gather news for as long. */
export function createSieves({
  readers,
  ...needs
}: {
  readonly sql: Sql;
  readonly readers: readonly Reader[];
  readonly log: Logger;
}) {
  const groups = Map.groupBy(readers, (reader) => reader.gatherMs);
  const sieves = [...groups].map(([gatherMs, some]) =>
    createSieve({ ...needs, readers: some, gatherMs: gatherMs * SHARE_OF_GATHERING }),
  );
  return {
    add(ids: readonly string[]): void {
      for (const sieve of sieves) sieve.add(ids);
    },
    close: () => Promise.all(sieves.map((sieve) => sieve.close())),
  };
}

/**
 * Lets through to each reader the logs that it reads. One look at the database for all that grew within `gatherMs`: most logs are
 * nobody's business but Slack's, and each reader would ask about each of them.
 */
function createSieve({
  sql,
  readers,
  gatherMs,
  log,
}: {
  readonly sql: Sql;
  readonly readers: readonly Reader[];
  readonly gatherMs: number;
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
      for (const id of ids) heard.add(id);
      timer ??= setTimeout(() => {
        looking = look();
      }, gatherMs);
    },
    async close(): Promise<void> {
      if (timer) clearTimeout(timer);
      await looking;
    },
  };
}
