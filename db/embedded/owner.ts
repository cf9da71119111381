import { execFile } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { StartFailure } from "#engine/errors.ts";

/** Whom a process runs as. */
export type Owner = { readonly uid: number; readonly gid: number };

const NAME = "countersign";
const TIMEOUT_MS = 10_000;
/** A bare environment has no sbin on its path, or no path at all. */
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const run = promisify(execFile);

/** The system user that Postgres runs as when we are root; made where it is missing. Throws `StartFailure` where that fails. */
export async function systemOwner(home: string): Promise<Owner> {
  const known = await lookUp();
  if (known) return known;
  let reason: unknown;
  // A second Countersign may be making the same user, or hold the lock on the user file.
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    reason = await addUser(home);
    const made = await lookUp();
    if (made) return made;
    await delay(100 * attempt);
  }
  throw new StartFailure(
    `Postgres does not run as root, and the user "${NAME}" for it could not be made: run Countersign as an ordinary user, make that user with "useradd --system ${NAME}", or set DATABASE_URL.`,
    { cause: reason },
  );
}

async function lookUp(): Promise<Owner | null> {
  try {
    const [uid, gid] = await Promise.all([id("-u"), id("-g")]);
    return { uid, gid };
  } catch {
    return null; // `id` has no other way to say that there is no such user
  }
}

async function id(flag: "-u" | "-g"): Promise<number> {
  const { stdout } = await run("id", [flag, NAME], { env: { PATH }, timeout: TIMEOUT_MS });
  return Number.parseInt(stdout, 10);
}

/** Resolves to why it failed, undefined where it did not. */
async function addUser(home: string): Promise<unknown> {
  const flags = ["--system", "--user-group", "--no-create-home", "--home-dir", home];
  return run("useradd", [...flags, "--shell", "/usr/sbin/nologin", NAME], {
    env: { PATH },
    timeout: TIMEOUT_MS,
  }).then(
    () => undefined,
    (error: unknown) => error,
  );
}
