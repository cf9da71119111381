import { randomBytes } from "node:crypto";
import { lstat, readFile, rename, rm } from "node:fs/promises";
import { codeOf } from "./trouble.ts";

/** A name beside `path` for what is still being made; it carries our process, so that a leftover can be told from work in progress. */
export function temporaryName(path: string): string {
  return `${path}.new-${process.pid}-${randomBytes(4).toString("hex")}`;
}

/** Moves a finished folder to its place in one go; where another process was first, its folder stays and ours goes. */
export async function renameUnlessThere(made: string, place: string): Promise<void> {
  try {
    await rename(made, place);
  } catch (error) {
    if (!["ENOTEMPTY", "EEXIST"].includes(codeOf(error))) throw error;
    await rm(made, { recursive: true });
  }
}

/** What a file holds; null where there is none. */
export function readIfThere(path: string): Promise<string | null> {
  return unlessMissing(readFile(path, "utf8"));
}

/** Whether something has this name, be it a link that leads nowhere. */
export async function isThere(path: string): Promise<boolean> {
  return (await unlessMissing(lstat(path))) !== null;
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}
