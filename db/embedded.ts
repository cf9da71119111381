import { realpath, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { readyCluster } from "./embedded/cluster.ts";
import { type Entered, enter } from "./embedded/enter.ts";
import { isThere } from "./embedded/files.ts";
import { findPlace } from "./embedded/place.ts";
import { findPostmaster, halt } from "./embedded/postmaster.ts";
import { touching } from "./embedded/trouble.ts";

/** A running Postgres of our own. `adopted`: it ran already. `note`: what an operator should know about where it lives. */
export type Embedded = {
  readonly url: string;
  readonly adopted: boolean;
  readonly note?: string;
  /** Stops Postgres, unless another process uses it too: then the last one stops it. */
  stop(): Promise<void>;
};

type Options = {
  readonly dataDir: string;
  readonly log: Log;
  /** Overrules Postgres's settings, for tests that need speed more than their data. */
  readonly settings?: Readonly<Record<string, string>>;
};

type Log = { warn(message: string): void; error(message: string, fields: { readonly error: unknown }): void };

/**
 * A Postgres that keeps its data under `dataDir`: started, or adopted where one runs already, be it left behind by a
 * killed app or in use by another Countersign. It outlives this process unless `stop` is called; where it crashes, it is
 * started again at the same address. Throws `StartFailure`.
 */
export async function startEmbedded({ dataDir, log, settings = {} }: Options): Promise<Embedded> {
  const place = await findPlace(dataDir);
  const cluster = await readyCluster(place);
  const first = await enter({ place, cluster, settings, onLost });
  let entered: Promise<Entered | null> = Promise.resolve(first);

  function onLost(): void {
    log.warn("The embedded Postgres has dropped its connections; it is looked after.");
    const samePort = { ...settings, port: String(first.postmaster.port) };
    const again = enter({ place, cluster, settings: samePort, onLost, onlyAfterCrash: true });
    entered = again.catch((error) => {
      log.error("The embedded Postgres did not come back.", { error });
      return null;
    });
  }

  return {
    url: first.url,
    adopted: first.adopted,
    ...(place.note && { note: place.note }),
    async stop() {
      const current = await entered;
      if (current) await leave(cluster.data, current);
    },
  };
}

async function leave(data: string, { hold, postmaster }: Entered): Promise<void> {
  try {
    if (await hold.release()) await halt(data, postmaster);
  } finally {
    await hold.close();
  }
}

/** Whether a database was ever made under `dataDir`. */
export const hasEmbedded = (dataDir: string): Promise<boolean> =>
  isThere(join(resolve(dataDir), "postgres", "data"));

/** Stops the Postgres of a data folder, whoever uses it, and deletes its data and its log. */
export async function removeEmbedded(dataDir: string): Promise<void> {
  const way = join(resolve(dataDir), "postgres");
  if (!(await isThere(way))) return;
  const folder = await realpath(way);
  const data = join(folder, "data");
  const postmaster = await findPostmaster(data);
  if (postmaster) await halt(data, postmaster);
  await touching(folder, () =>
    Promise.all([folder, way].map((path) => rm(path, { recursive: true, force: true }))),
  );
}
