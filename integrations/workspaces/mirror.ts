import { createHash } from "node:crypto";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { OutsideFailure } from "#engine/errors.ts";
import { type Git, withoutCredentials } from "./git.ts";
import { nameOf } from "./repository.ts";

const FETCH_TIMEOUT_MS = 120_000;

/** Everything the far side has, kept apart from our own branches: `refs/remotes/origin/*`, and its default as `origin/HEAD`. */
const EVERYTHING = [
  "+refs/heads/*:refs/remotes/origin/*",
  "+refs/tags/*:refs/tags/*",
  "+HEAD:refs/remotes/origin/HEAD",
];

/** The bare mirror of a URL under `dir`; empty until it is fetched for the first time. */
export async function ensureMirror(git: Git, dir: string, url: string): Promise<string> {
  const folder = join(dir, mirrorNameOf(url));
  if (!(await exists(folder))) await makeMirror(git, folder, url);
  return folder;
}

/** Brings a mirror up to date. Throws `OutsideFailure` when the far side says no, or does not answer within two minutes. */
export async function fetchMirror(git: Git, folder: string, url: string): Promise<void> {
  const quietly = ["--quiet", "--prune", "--no-auto-gc", "--no-write-fetch-head"];
  try {
    await git(folder, ["fetch", ...quietly, "origin", ...EVERYTHING], { timeoutMs: FETCH_TIMEOUT_MS });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OutsideFailure(
      "git",
      `${withoutCredentials(url)} could not be fetched. ${reason} Check the address, and that this machine may read it.`,
      { cause },
    );
  }
}

/** The name of the branch that the far side uses unless told otherwise. */
export async function defaultBranchOf(git: Git, folder: string): Promise<string> {
  const listed = await git(folder, ["ls-remote", "--symref", "origin", "HEAD"], {
    timeoutMs: FETCH_TIMEOUT_MS,
  });
  return /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(listed)?.[1] ?? "HEAD";
}

/** Readable, and different for every address. */
const mirrorNameOf = (url: string): string => {
  const name = nameOf(url)
    .replace(/[^A-Za-z0-9_-]/g, "-")
    .slice(0, 40);
  return `${name}-${createHash("sha256").update(url).digest("hex").slice(0, 12)}.git`;
};

/** Made beside its place and moved there, so that one that was cut short is never taken for a mirror. */
async function makeMirror(git: Git, folder: string, url: string): Promise<void> {
  const half = `${folder}.${process.pid}.half`;
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { recursive: true, mode: 0o700 });
  await git(half, ["init", "--quiet", "--bare", "--template="]);
  await git(half, ["config", "remote.origin.url", url]);
  try {
    await rename(half, folder);
  } catch (error) {
    if (!(await exists(folder))) throw error;
    await rm(half, { recursive: true, force: true }); // another process was first
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
