import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chown, link, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { StartFailure } from "#engine/errors.ts";
import { readIfThere, renameUnlessThere, temporaryName } from "./files.ts";
import type { Place } from "./place.ts";
import { isAlive, spawnPostgres } from "./process.ts";
import { codeOf, fromPostgresLog, touching } from "./trouble.ts";

/** A database cluster on disk: its data folder and the password of its one user. */
export type Cluster = { readonly data: string; readonly password: string };

/** The one database user of an embedded Postgres. */
export const DATABASE_USER = "countersign";

const INITDB_TIMEOUT_MS = 60_000;

/**
 * The cluster of a place; made where it is missing. A half-made one never takes its place. Throws `StartFailure`
 * where the folder cannot be written, holds something else, or was made by another major version.
 */
export async function readyCluster(place: Place): Promise<Cluster> {
  const data = join(place.folder, "data");
  return touching(place.folder, async () => {
    const password = await readyPassword(place, data);
    if ((await versionOf(data)) === null) await makeCluster(place, data);
    const major = await versionOf(data);
    if (major === null)
      throw new StartFailure(
        `${data} holds something that is not a Postgres database: move it away, or set DATA_DIR to another folder.`,
      );
    if (major !== String(place.binaries.major))
      throw new StartFailure(
        `The database in ${data} was made by Postgres ${major}, and this Countersign brings Postgres ${place.binaries.major}: start the Countersign that made it, move its data with "pg_dump", or set DATA_DIR to another folder.`,
      );
    return { data, password };
  });
}

async function makeCluster(place: Place, data: string): Promise<void> {
  await removeHalfMade(place.folder);
  const making = temporaryName(data);
  await mkdir(making, { mode: 0o700 });
  if (place.owner) await chown(making, place.owner.uid, place.owner.gid);
  try {
    await initialize(place, making);
    await renameUnlessThere(making, data);
    syncLater(place, data);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

async function initialize(place: Place, data: string): Promise<void> {
  const flags = ["-D", data, "-U", DATABASE_USER, "-A", "scram-sha-256", "--no-instructions"];
  flags.push(`--pwfile=${join(place.folder, "password")}`, "-E", "UTF8", "--locale=C");
  flags.push("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync");
  const child = spawnPostgres(place, "initdb", flags, ["ignore", "ignore", "pipe"]);
  const limit = setTimeout(() => child.kill("SIGKILL"), INITDB_TIMEOUT_MS);
  try {
    const ended = once(child, "exit");
    const [said, [code]] = await Promise.all([child.stderr ? text(child.stderr) : "", ended]);
    if (code !== 0) throw fromPostgresLog(place.folder, said);
  } finally {
    clearTimeout(limit);
  }
}

/**
 * A thousand new files reach a slow disk in seconds, not at once, and a first start should not wait for them: the server
 * syncs all that is written from now on, and this syncs what was there before it.
 */
function syncLater(place: Place, data: string): void {
  spawnPostgres(place, "initdb", ["--sync-only", "-D", data], "ignore").unref();
}

/** What killed starts left. Each names its process, so that nobody's work in progress is touched. */
async function removeHalfMade(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = /^data\.new-(\d+)-/.exec(name)?.[1];
    if (pid && !isAlive(Number(pid))) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** Written elsewhere and then linked: of two that start at once neither may read half a file. */
async function readyPassword({ folder, owner }: Place, data: string): Promise<string> {
  const path = join(folder, "password");
  const known = await readIfThere(path);
  if (known !== null) return known;
  if ((await versionOf(data)) !== null)
    throw new StartFailure(
      `The password of the embedded Postgres is gone: bring ${path} back from a backup, or set DATA_DIR to another folder.`,
    );
  const making = temporaryName(path);
  await writeFile(making, randomBytes(24).toString("base64url"), { mode: 0o600 });
  if (owner) await chown(making, owner.uid, owner.gid);
  await link(making, path).catch((error) => {
    if (codeOf(error) !== "EEXIST") throw error;
  });
  await rm(making);
  return readFile(path, "utf8");
}

/** The major version that a data folder was made by; null where it is none. */
async function versionOf(data: string): Promise<string | null> {
  return (await readIfThere(join(data, "PG_VERSION")))?.trim() ?? null;
}
