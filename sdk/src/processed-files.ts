import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Begun, Processed } from "./processed.ts";

export type ProcessedFilesOptions = {
  /** How long one may be worked on before its holder counts as dead; 10 minutes where nothing is said. */
  readonly leaseMs?: number | undefined;
  /** How long is remembered what was processed; 30 days where nothing is said. Callbacks are repeated for 4 days. */
  readonly keepMs?: number | undefined;
};

/**
 * Remembers in a folder: one file for each. Several processes may share it; what a process held that died on this machine
 * is free at once, what one held elsewhere after `leaseMs`.
 */
export function filesProcessed(folder: string, options: ProcessedFilesOptions = {}): Processed {
  const { leaseMs = 600_000, keepMs = 30 * 86_400_000 } = options;
  const at = (key: string, what: string): string =>
    join(folder, `${createHash("sha256").update(key).digest("hex")}.${what}`);
  const mine = new Map<string, string>();
  let ready: Promise<void> | undefined;

  /** Each holder has a file of its own with the next number: two can never take the same one. */
  async function take(key: string, number: number): Promise<Begun> {
    const file = at(key, String(number));
    if (!(await wasMade(file))) {
      const held = await isHeld(file, leaseMs);
      if (held === "gone") return take(key, number); // it was finished just now
      return held ? "in progress" : take(key, number + 1);
    }
    if (await isThere(at(key, "done"))) {
      await rm(file, { force: true }); // it was finished between the two looks
      return "processed";
    }
    mine.set(key, file);
    return "new";
  }

  return {
    async begin(key) {
      ready ??= clear(folder, keepMs).catch((error) => {
        ready = undefined; // the next one tries again
        throw error;
      });
      await ready;
      return (await isThere(at(key, "done"))) ? "processed" : take(key, 1);
    },
    async finish(key) {
      await writeFile(at(key, "done"), OWNER);
      const file = mine.get(key);
      mine.delete(key);
      if (file !== undefined) await rm(file, { force: true });
    },
    async release(key) {
      const file = mine.get(key);
      mine.delete(key);
      if (file !== undefined) await writeFile(file, RELEASED);
    },
  };
}

const RELEASED = "released";
/** The start tells a process from the one before it with the same id, as in a container that was started again. */
const SELF = { host: hostname(), pid: process.pid, start: performance.timeOrigin };
const OWNER = JSON.stringify(SELF);

/** Makes the folder, and drops what is too old to come again. */
async function clear(folder: string, keepMs: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const found = await stat(file).catch(unlessCoded("ENOENT"));
    if (found && Date.now() - found.mtimeMs > keepMs) await rm(file, { force: true });
  }
}

async function isHeld(file: string, leaseMs: number): Promise<boolean | "gone"> {
  const found = await Promise.all([readFile(file, "utf8"), stat(file)]).catch(unlessCoded("ENOENT"));
  if (found === null) return "gone";
  const [text, { mtimeMs }] = found;
  if (text === RELEASED || Date.now() - mtimeMs > leaseMs) return false;
  const holder = readHolder(text);
  if (holder?.host !== SELF.host) return true;
  return holder.pid === SELF.pid ? holder.start === SELF.start : isAlive(holder.pid);
}

/** Null where it is only half written: then its age decides. */
function readHolder(text: string): typeof SELF | null {
  try {
    return JSON.parse(text);
  } catch {
    return null; // a writer that is at it, or that died at it
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return isCoded(error, "EPERM"); // it lives, under another user
  }
}

const wasMade = async (file: string): Promise<boolean> =>
  (await writeFile(file, OWNER, { flag: "wx" }).catch(unlessCoded("EEXIST"))) === undefined;

const isThere = async (file: string): Promise<boolean> =>
  (await stat(file).catch(unlessCoded("ENOENT"))) !== null;

/** For `catch`: null for this one error, every other goes on. */
const unlessCoded =
  (code: string) =>
  (error: unknown): null => {
    if (isCoded(error, code)) return null;
    throw error;
  };

const isCoded = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code;
