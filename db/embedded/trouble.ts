import { StartFailure } from "#engine/errors.ts";

/**
 * Runs work that touches `folder`. What the file system refuses becomes a `StartFailure` that says what to do; `advice`
 * is the way out where this folder cannot be mended.
 */
export async function touching<T>(
  folder: string,
  work: () => Promise<T>,
  advice = "set DATA_DIR to another folder",
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const trouble = TROUBLES[codeOf(error)];
    if (!trouble) throw error;
    throw new StartFailure(`${trouble(folder)}, or ${advice}.`, { cause: error });
  }
}

/** The code of a system or Postgres error, "" where it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** What Postgres wrote last, as the reason why it did not start. */
export function fromPostgresLog(folder: string, log: string): StartFailure {
  if (/No space left on device/.test(log))
    return new StartFailure(`${diskFull(folder)}, or set DATA_DIR to a folder on another disk.`);
  if (/could not look up effective user ID/.test(log))
    return new StartFailure(
      "Postgres needs a user with a name, and this process runs as a number that has none: run it as a user from /etc/passwd, or set DATABASE_URL.",
    );
  const lines = log.split("\n").filter((line) => /(FATAL|PANIC|error|ERROR|fatal):/.test(line));
  const said = (lines.at(-1) ?? log.trim().split("\n").at(-1) ?? "").replace(
    /^.*?(FATAL|PANIC|error|ERROR): +/,
    "",
  );
  return new StartFailure(
    `The embedded Postgres in ${folder} did not start: ${said || "it said nothing"}. Its log is ${folder}/postgres.log; or set DATABASE_URL to use another Postgres.`,
  );
}

const notWritable = (folder: string) => `The folder ${folder} is not writable for this user: make it so`;
const diskFull = (folder: string) => `The disk that holds ${folder} is full: make room`;
const notAFolder = (folder: string) => `Something that is not a folder is in the way of ${folder}: move it`;
const missing = (folder: string) =>
  `The folder ${folder} is not complete, or cannot be made: check that path`;

const TROUBLES: Readonly<Record<string, (folder: string) => string>> = {
  EACCES: notWritable,
  EPERM: notWritable,
  EROFS: notWritable,
  ENOSPC: diskFull,
  EDQUOT: diskFull,
  ENOTDIR: notAFolder,
  EEXIST: notAFolder,
  // Node says so too where a folder cannot be made on a read-only disk.
  ENOENT: missing,
};
