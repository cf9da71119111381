import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StartFailure } from "#engine/errors.ts";

/**
 * The secret that encrypts what is kept, in `dataDir`/secret; made there, readable by its owner only, where it is
 * missing. Throws `StartFailure` where the folder cannot be written or the file is damaged.
 */
export function readSecret(dataDir: string): string {
  const path = join(dataDir, "secret");
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const secret = readIfThere(path) ?? makeSecret(path);
    if (secret.length < 16)
      throw new StartFailure(
        `${path} does not hold a secret any more: bring it back from a backup, or set COUNTERSIGN_SECRET.`,
      );
    return secret;
  } catch (error) {
    if (error instanceof StartFailure) throw error;
    throw new StartFailure(
      `The data folder ${dataDir} cannot be used (${codeOf(error)}): make it writable for this user and its disk not full, or set DATA_DIR to another folder.`,
      { cause: error },
    );
  }
}

/** Written elsewhere and then linked: of two that start at once, both read the same whole secret. */
function makeSecret(path: string): string {
  const making = `${path}.new-${process.pid}`;
  writeFileSync(making, `${randomBytes(32).toString("hex")}\n`, { mode: 0o600 });
  try {
    linkSync(making, path);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  } finally {
    rmSync(making);
  }
  return readFileSync(path, "utf8").trim();
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
