import { createHash } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { ProcessGroup } from "#engine/agent/agent.ts";
import { type ProcessRow, readEnvironment, readProcess, readProcesses } from "./process-table.ts";

/** How long a group has to end by itself after SIGTERM. */
export const GRACE_MS = 1_000;
const LOOK_EVERY_MS = 50;

/** Sends a signal to a whole group; true while it has members. */
export function signalGroup(groupId: number, signal: NodeJS.Signals | 0): boolean {
  if (!(groupId > 1)) throw new RangeError(`${groupId} is not the id of a command's group.`); // 0 would be our own
  return send(-groupId, signal);
}

/** SIGTERM, and SIGKILL to what is left of it after a second. Ends as soon as the group is empty. */
export async function endGroup(groupId: number, graceMs = GRACE_MS): Promise<void> {
  const until = performance.now() + graceMs;
  if (!signalGroup(groupId, "SIGTERM")) return;
  while (performance.now() < until) {
    if (!(await hasMembers(groupId))) return;
    await wait(LOOK_EVERY_MS);
  }
  signalGroup(groupId, "SIGKILL");
}

/**
 * Ends a group that a lost attempt left behind, if it still is the one that was started: its leader has the same start
 * time, or the leader is gone and what is left carries the mark of an attempt. Otherwise the id belongs to somebody else
 * by now, and nothing is touched. True when something was ended.
 */
export async function endLeftover({ groupId, startTime }: ProcessGroup): Promise<boolean> {
  if (!(await isStillThatGroup(groupId, startTime))) return false;
  await endGroup(groupId);
  return true;
}

async function isStillThatGroup(groupId: number, startTime: string): Promise<boolean> {
  const leader = await readProcess(groupId);
  if (leader) return leader.groupId === groupId && leader.startTime === startTime;
  const members = (await readProcesses()).filter((row) => row.groupId === groupId);
  const marks = await Promise.all(members.map(({ id }) => readEnvironment(id)));
  return marks.some((environment) => environment?.some((entry) => entry.startsWith("COUNTERSIGN_RUN=")));
}

/** Whose processes: those of a run, of one step of it, or of the one attempt that holds or held this lease. */
export type Marked = { readonly runId: string; readonly stepKey?: string; readonly lease?: string };

/** What the processes of an attempt carry: tells them from those of any other attempt, and gives the lease to nobody. */
export const markOf = (lease: string): string =>
  createHash("sha256").update(lease).digest("hex").slice(0, 16);

/**
 * Ends every process on this machine that carries the mark of this run (`COUNTERSIGN_RUN`, and `COUNTERSIGN_STEP` and
 * `COUNTERSIGN_MARK` where a step or a lease is named), also those that left their group. Tells how many. Only on Linux, where an environment can be read.
 */
export async function endLeftoversOf(marked: Marked): Promise<number> {
  const first = await processesOf(marked);
  if (first.length === 0) return 0;
  for (const { id } of first) send(id, "SIGTERM");
  const until = performance.now() + GRACE_MS;
  let left = await processesOf(marked);
  while (left.length > 0 && performance.now() < until) {
    await wait(LOOK_EVERY_MS);
    left = await processesOf(marked);
  }
  for (const { id } of left) send(id, "SIGKILL");
  return first.length;
}

/** The living processes that carry this mark. Empty where environments can't be read. */
export async function processesOf({ runId, stepKey, lease }: Marked): Promise<readonly ProcessRow[]> {
  if (process.platform !== "linux") return [];
  const marks = [
    `COUNTERSIGN_RUN=${runId}`,
    ...(stepKey === undefined ? [] : [`COUNTERSIGN_STEP=${stepKey}`]),
    ...(lease === undefined ? [] : [`COUNTERSIGN_MARK=${markOf(lease)}`]),
  ];
  const rows = (await readProcesses()).filter(({ id }) => id !== process.pid);
  const environments = await Promise.all(rows.map(({ id }) => readEnvironment(id)));
  return rows.filter((_, i) => marks.every((mark) => environments[i]?.includes(mark)));
}

/** Zombies keep a group's id alive, but there is nothing left of them that could be ended. */
async function hasMembers(groupId: number): Promise<boolean> {
  if (!signalGroup(groupId, 0)) return false;
  return (await readProcesses()).some((row) => row.groupId === groupId);
}

/** False when there is nobody to get it. */
function send(id: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(id, signal);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ESRCH" || code === "EPERM") return false;
    throw error;
  }
}
