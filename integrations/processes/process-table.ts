import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** One living process of this machine. `startTime` tells it from a later one with the same id. */
export type ProcessRow = { readonly id: number; readonly groupId: number; readonly startTime: string };

const PS_TIMEOUT_MS = 5_000;

/** The process with this id; null when there is none, or only one that has ended and was not fetched yet. */
export async function readProcess(id: number): Promise<ProcessRow | null> {
  if (process.platform === "linux") return readStat(id);
  return (await readPs(["-p", String(id)]))[0] ?? null;
}

/** Every living process. */
export async function readProcesses(): Promise<readonly ProcessRow[]> {
  if (process.platform !== "linux") return readPs(["-A"]);
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const rows = await Promise.all(ids.map(readStat));
  return rows.filter((row) => row !== null);
}

/**
 * A process's environment as it was at its start. Null where it can't be read: it is gone, somebody else's, or this is
 * not Linux.
 */
export async function readEnvironment(id: number): Promise<readonly string[] | null> {
  if (process.platform !== "linux") return null;
  const text = await unlessGone(readFile(`/proc/${id}/environ`, "latin1"));
  return text === null ? null : text.split("\0");
}

async function readStat(id: number): Promise<ProcessRow | null> {
  const stat = await unlessGone(readFile(`/proc/${id}/stat`, "latin1"));
  if (stat === null) return null;
  // The name stands in parentheses and may hold anything. After it: state (field 3), parent, group (5) … start time (22).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state = "Z", , groupId = "0"] = fields;
  return state === "Z" || state === "X"
    ? null
    : { id, groupId: Number(groupId), startTime: fields[19] ?? "" };
}

async function readPs(which: readonly string[]): Promise<readonly ProcessRow[]> {
  const { stdout } = await promisify(execFile)(
    "ps",
    [...which, "-o", "pid=", "-o", "pgid=", "-o", "state=", "-o", "lstart="],
    { timeout: PS_TIMEOUT_MS },
  ).catch((error: { readonly code?: unknown; readonly stdout?: string }) => {
    if (error.code === 1) return { stdout: error.stdout ?? "" }; // `ps -p` found nobody
    throw error;
  });
  return stdout.split("\n").flatMap((line) => {
    const [, id, groupId, state, startTime = ""] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*?)\s*$/.exec(line) ?? [];
    return id === undefined || state?.startsWith("Z")
      ? []
      : [{ id: Number(id), groupId: Number(groupId), startTime }];
  });
}

/** A process may end between two looks, and others' environments are closed to us. */
async function unlessGone<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (["ENOENT", "ESRCH", "EACCES", "EPERM"].includes(code)) return null;
    throw error;
  }
}
