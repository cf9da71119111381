import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { join } from "node:path";
import type { Place } from "./place.ts";
import { codeOf } from "./trouble.ts";

/** What Postgres gets to see of the environment. Its messages are read by us, so they must be in English. */
const ENV = { PATH: "/usr/bin:/bin", LC_ALL: "C" };

/**
 * Starts one of Postgres's programs as the owner of its place. Detached, in a session of its own: Ctrl-C in the
 * terminal is for Countersign, which ends its work before it stops Postgres.
 */
export function spawnPostgres(
  { binaries, owner, folder }: Place,
  program: "initdb" | "postgres",
  flags: readonly string[],
  stdio: StdioOptions,
): ChildProcess {
  return spawn(join(binaries.folder, "bin", program), flags, {
    ...owner,
    cwd: folder,
    env: ENV,
    stdio,
    detached: true,
  });
}

/** Whether a process with this number exists, whoever it belongs to. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}
