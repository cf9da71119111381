import { setTimeout as delay } from "node:timers/promises";
import { StartFailure } from "#engine/errors.ts";
import { type Cluster, DATABASE_USER } from "./cluster.ts";
import { isThere } from "./files.ts";
import { type Hold, takeHold } from "./hold.ts";
import type { Place } from "./place.ts";
import { findPostmaster, type Launched, launch, type Postmaster } from "./postmaster.ts";
import { codeOf, fromPostgresLog } from "./trouble.ts";

/** A server that is ready, and our share in it. `adopted`: somebody else had started it. */
export type Entered = {
  readonly url: string;
  readonly postmaster: Postmaster;
  readonly hold: Hold;
  readonly adopted: boolean;
};

type Needs = {
  readonly place: Place;
  readonly cluster: Cluster;
  readonly settings: Readonly<Record<string, string>>;
  readonly onLost: () => void;
  /** A server that was stopped in order stays stopped: somebody meant it, or the machine shuts down. */
  readonly onlyAfterCrash?: boolean;
};

/** Recovery after a crash may replay a good deal; who waits longer than this wants to know why. */
const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 10;
const MOST_LAUNCHES = 3;
/** Trouble that passes: the port was taken in between, another process was first, or a killed server's children still end. */
const PASSES =
  /Address already in use|could not create any TCP\/IP sockets|lock file .* already exists|is still in use/;

/** Takes a share in the server of a cluster, and starts one where none runs. Throws `StartFailure`. */
export async function enter(needs: Needs): Promise<Entered> {
  const { place, cluster } = needs;
  const limit = Date.now() + READY_TIMEOUT_MS;
  let launched: Launched | null = null;
  let launches = 0;
  while (Date.now() < limit) {
    const postmaster = await findPostmaster(cluster.data);
    const entered = postmaster?.isReady ? await join(needs, postmaster) : null;
    if (entered) return { ...entered, adopted: entered.postmaster.pid !== launched?.pid };
    if (!postmaster && launched?.hasEnded() !== false) {
      launched = await start(needs, launched, launches);
      launches += 1;
    }
    await delay(POLL_MS);
  }
  throw new StartFailure(
    `The embedded Postgres in ${place.folder} was not ready after ${READY_TIMEOUT_MS / 1000} s. See ${place.folder}/postgres.log: if it says that it recovers, start again in a while.`,
  );
}

/** Starts a server, where nothing speaks against it in how the last one ended. */
async function start(needs: Needs, last: Launched | null, launches: number): Promise<Launched> {
  const { place, cluster, settings } = needs;
  if (last) await checkPassing(place, last, launches);
  else if (needs.onlyAfterCrash) await checkCrashed(place, cluster);
  return launch(place, cluster.data, settings);
}

/** A server that stops in order takes its number with it. */
async function checkCrashed({ folder }: Place, { data }: Cluster): Promise<void> {
  if (await isThere(`${data}/postmaster.pid`)) return;
  throw new StartFailure(
    `The embedded Postgres in ${folder} was stopped by somebody else: start Countersign again.`,
  );
}

/** Throws what a server died of, unless it is worth another try. */
async function checkPassing(place: Place, launched: Launched, launches: number): Promise<void> {
  const said = await launched.said();
  if (launches >= MOST_LAUNCHES || !PASSES.test(said)) throw fromPostgresLog(place.folder, said);
  await delay(100 * launches);
}

/** Null where the server stops just now. */
async function join(
  { place, cluster, onLost }: Needs,
  postmaster: Postmaster,
): Promise<Omit<Entered, "adopted"> | null> {
  const url = urlOf(cluster, postmaster);
  try {
    const hold = await takeHold(url, onLost);
    return hold && { url, postmaster, hold };
  } catch (error) {
    const reason =
      codeOf(error) === "28P01"
        ? `it does not take the password in ${place.folder}/password: bring that file back from a backup`
        : `it said: ${error instanceof Error ? error.message : String(error)}`;
    throw new StartFailure(`The embedded Postgres in ${place.folder} runs but refuses us: ${reason}.`, {
      cause: error,
    });
  }
}

function urlOf({ password }: Cluster, { port }: Postmaster): string {
  return `postgres://${DATABASE_USER}:${password}@127.0.0.1:${port}/postgres`;
}
