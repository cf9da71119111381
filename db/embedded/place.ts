import { createHash } from "node:crypto";
import { chmod, chown, lstat, mkdir, realpath, rmdir, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { StartFailure } from "#engine/errors.ts";
import { type Binaries, installedBinaries, NOT_AS_ROOT, readyBinaries, sharedBinaries } from "./binaries.ts";
import { isThere } from "./files.ts";
import { type Owner, systemOwner } from "./owner.ts";
import { codeOf, touching } from "./trouble.ts";

/** Where a Postgres lives: `folder` holds its data, password and log; `owner` is set where it cannot run as we do. */
export type Place = {
  readonly folder: string;
  readonly owner: Owner | null;
  readonly binaries: Binaries;
  readonly note?: string;
};

/** For root alone: a place that the user of Postgres can reach, wherever the checkout and DATA_DIR are. */
const SHARED = "/var/lib/countersign";

/**
 * The place that belongs to a data folder; made where it is missing. An ordinary user's is DATA_DIR/postgres itself.
 * Root's is below /var/lib/countersign, and DATA_DIR/postgres is a link to it: so a data folder that was moved still
 * finds its database, and one that was emptied begins anew. Throws `StartFailure`.
 */
export async function findPlace(dataDir: string): Promise<Place> {
  const way = join(resolve(dataDir), "postgres");
  await touching(resolve(dataDir), () => mkdir(resolve(dataDir), { recursive: true, mode: 0o700 }));
  const binaries = await installedBinaries();
  return process.getuid?.() === 0 ? rootsPlace(way, binaries) : ordinaryPlace(way, binaries);
}

async function ordinaryPlace(way: string, binaries: Binaries): Promise<Place> {
  const folder = await touching(way, async () => {
    if (!(await isThere(way))) await mkdir(way, { recursive: true, mode: 0o700 });
    return follow(way);
  });
  return { folder, owner: null, binaries: await readyBinaries(binaries) };
}

async function rootsPlace(way: string, installed: Binaries): Promise<Place> {
  await touching(
    SHARED,
    async () => {
      await mkdir(SHARED, { recursive: true });
      await chmod(SHARED, 0o755);
    },
    NOT_AS_ROOT,
  );
  const binaries = await sharedBinaries(installed, SHARED);
  const found = (await isThere(way)) ? await follow(way) : null;
  if (found && (await lstat(found)).uid !== 0) return ownedPlace(found, binaries);
  const owner = await systemOwner(SHARED);
  const folder = found ?? (await touching(SHARED, () => newFolder(way), NOT_AS_ROOT));
  await chown(folder, owner.uid, owner.gid);
  if (!found) await touching(way, () => linkTo(folder, way));
  const place = await ownedPlace(await follow(way), binaries);
  const [earlier, number] = folder.split("-");
  if (found || !number) return place;
  const left = `What a data folder of this name held before is in ${earlier}*: remove that if it is not needed.`;
  return { ...place, note: `${place.note} ${left}` };
}

/** What an ordinary user began, root goes on with as that user. */
async function ownedPlace(folder: string, binaries: Binaries): Promise<Place & { readonly note: string }> {
  const { uid, gid } = await lstat(folder);
  const note = `Postgres does not run as root: its data is in ${folder}, and it runs as the user who owns that folder.`;
  return { folder, owner: { uid, gid }, binaries, note };
}

/** Never one that is there already: it holds the database of a data folder that was removed, and data is not ours to delete. */
async function newFolder(way: string): Promise<string> {
  const hash = createHash("sha256").update(way).digest("hex").slice(0, 12);
  for (let number = 1; ; number += 1) {
    const folder = join(SHARED, number === 1 ? hash : `${hash}-${number}`);
    try {
      await mkdir(folder, { mode: 0o700 });
      return folder;
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
  }
}

/** Where another process has linked its folder in the meantime, that one counts, and ours goes: it is still empty. */
async function linkTo(folder: string, way: string): Promise<void> {
  try {
    await symlink(folder, way);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    await rmdir(folder);
  }
}

async function follow(way: string): Promise<string> {
  try {
    return await realpath(way);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    throw new StartFailure(
      `The database of this data folder is gone: ${way} is a link to a folder that does not exist. Bring that folder back, or remove the link to begin with an empty database.`,
      { cause: error },
    );
  }
}
