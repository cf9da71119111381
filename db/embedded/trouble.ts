import { StartFailure } from "#engine/errors.ts";

/** Runs work that touches `folder`. What the file system refuses becomes a `StartFailure` that says what to do about it. */
export async function touching<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const sentence = SENTENCES[codeOf(error)];
    if (!sentence) throw error;
    throw new StartFailure(sentence(folder), { cause: error });
  }
}

/** The code of a system or Postgres error, "" where it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** What Postgres wrote last, as the reason why it did not start. */
export function fromPostgresLog(folder: string, log: string): StartFailure {
  if (/No space left on device/.test(log)) return new StartFailure(diskFull(folder));
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

const notWritable = (folder: string) =>
  `The data folder ${folder} is not writable for this user: make it so, or set DATA_DIR to another folder.`;
const diskFull = (folder: string) =>
  `The disk that holds ${folder} is full: make room, or set DATA_DIR to a folder on another disk.`;
const notAFolder = (folder: string) =>
  `Something that is not a folder is in the way of ${folder}: move it, or set DATA_DIR to another folder.`;

const SENTENCES: Readonly<Record<string, (folder: string) => string>> = {
  EACCES: notWritable,
  EPERM: notWritable,
  EROFS: notWritable,
  ENOSPC: diskFull,
  EDQUOT: diskFull,
  ENOTDIR: notAFolder,
  EEXIST: notAFolder,
};
