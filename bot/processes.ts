import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { WorkerRow } from "#db/workers.ts";

/** When a process began, as its machine counts; null when there is no such process. */
function startTimeOf(pid: number): string | null {
  try {
    if (process.platform === "linux") {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null; // field 22; the name before it may hold spaces
    }
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || null;
  } catch {
    return null; // both say so when the process is gone
  }
}

/** This process's own start time. */
export const myStartTime = (): string => startTimeOf(process.pid) ?? "unknown";

/** Whether a worker on this machine still is the process that wrote its row. */
export const isSameProcess = async ({ pid, startTime }: WorkerRow): Promise<boolean> =>
  startTimeOf(pid) === startTime;
