import { mkdir, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Refusal } from "#engine/errors.ts";
import { endLeftoversOf, processesOf } from "../processes/end-group.ts";
import type { Git } from "./git.ts";

/** A run's own checkout: where it is, its branch, and the commit that the branch began at. */
export type Workspace = { readonly path: string; readonly branch: string; readonly base: string };

/** All that is needed to make one. `start` resolves to the commit to begin at; asked only when there is no branch yet. */
export type Wanted = {
  readonly gitFolder: string;
  readonly path: string;
  readonly branch: string;
  readonly runId: string;
  readonly start: () => Promise<string>;
};

/** What a git that makes a worktree carries instead of a step's key. */
const MAKING = "(worktree)";
const MAKING_TIMEOUT_MS = 120_000;

/** Where a run's first commit is remembered, so that its changes can be told whatever happens to other branches. */
const baseRefOf = (runId: string): string => `refs/countersign/base/${runId}`;

/**
 * The worktree of a run, made where it is missing, mended where its making was cut short. The branch is reused if it is
 * there. Refuses (`bad_input`) a branch name that git does not take.
 */
export async function ensureWorktree(git: Git, wanted: Wanted): Promise<Workspace> {
  const { gitFolder, path, branch, runId } = wanted;
  const fits = await git.ask(gitFolder, ["check-ref-format", "--branch", branch]);
  if (fits.code !== 0 || fits.out.trim() !== branch)
    throw new Refusal("bad_input", `“${branch.slice(0, 100)}” can't be the name of a git branch.`);
  const base = await ensureBase(git, wanted);
  if (await isWhole(git, wanted)) return { path, branch, base };
  if ((await waitForMaker(runId)) && (await isWhole(git, wanted))) return { path, branch, base };
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    await addWorktree(git, wanted, base);
  } catch {
    await clearAway(git, wanted); // what stands in its way is what a crash left; if it is not, the second try says so
    await addWorktree(git, wanted, base);
  }
  return { path, branch, base };
}

async function addWorktree(
  git: Git,
  { gitFolder, path, branch, runId }: Wanted,
  base: string,
): Promise<void> {
  const known = await git.ask(gitFolder, ["rev-parse", "--verify", "--quiet", `refs/heads/${branch}`]);
  const how = known.code === 0 ? [path, branch] : ["--no-track", "-b", branch, path, base];
  const env = { COUNTERSIGN_RUN: runId, COUNTERSIGN_STEP: MAKING };
  await git(gitFolder, ["worktree", "add", "--quiet", ...how], { timeoutMs: MAKING_TIMEOUT_MS, env });
}

/** Another process may be making it, or one that died may have left a git that still does. True when there was one. */
async function waitForMaker(runId: string): Promise<boolean> {
  const maker = { runId, stepKey: MAKING };
  if ((await processesOf(maker)).length === 0) return false;
  const until = performance.now() + MAKING_TIMEOUT_MS;
  while (performance.now() < until && (await processesOf(maker)).length > 0) await wait(100);
  await endLeftoversOf(maker);
  return true;
}

/** Kept in the repository before the branch is made: a crash in between must not move it. */
async function ensureBase(git: Git, { gitFolder, runId, branch, start }: Wanted): Promise<string> {
  const kept = await git.ask(gitFolder, ["rev-parse", "--verify", "--quiet", `${baseRefOf(runId)}^{commit}`]);
  if (kept.code === 0) return kept.out.trim();
  const first = await start();
  const begun = await git.ask(gitFolder, ["merge-base", "--", first, `refs/heads/${branch}`]);
  const base = begun.code === 0 ? begun.out.trim() : first;
  await git(gitFolder, ["update-ref", baseRefOf(runId), base]);
  return base;
}

/** Whether this folder is a worktree of this repository whose making was not cut short. */
async function isWhole(git: Git, { gitFolder, path }: Wanted): Promise<boolean> {
  if (!(await isThere(join(path, ".git")))) return false;
  const end = await git.ask(path, ["rev-parse", "--path-format=absolute", "--git-dir", "--git-common-dir"], {
    env: { GIT_CEILING_DIRECTORIES: dirname(path) },
  });
  const [own = "", common = ""] = end.out.trim().split("\n");
  if (end.code !== 0 || (await realpath(common)) !== (await realpath(gitFolder))) return false;
  return !(await isHalfMade(own));
}

/** Git keeps a worktree locked until its files are there. */
async function isHalfMade(own: string): Promise<boolean> {
  const reason = await readFile(join(own, "locked"), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  return reason?.trim() === "initializing";
}

/** Makes room for a new worktree. What somebody may have worked in is moved aside, never deleted. */
async function clearAway(git: Git, { gitFolder, path, branch }: Wanted): Promise<void> {
  await rm(join(gitFolder, `refs/heads/${branch}.lock`), { force: true }); // waited for in vain: a dead git's
  await git.ask(gitFolder, ["worktree", "unlock", path]);
  const removed = await git.ask(gitFolder, ["worktree", "remove", "--force", path]);
  if (removed.code !== 0 && (await isThere(path))) await rename(path, `${path}.left-${Date.now()}`);
  await git(gitFolder, ["worktree", "prune"]);
}

/**
 * Takes a worktree away if everything in it is committed or ignored; its branch stays. Tells whether it is gone. A dirty
 * one is kept as it is.
 */
export async function removeWorktree(git: Git, path: string, runId: string): Promise<boolean> {
  if (!(await isThere(path))) return true;
  if (await isDirty(git, path)) return false;
  const gitFolder = await git(path, ["rev-parse", "--path-format=absolute", "--git-common-dir"]);
  await git(gitFolder, ["worktree", "remove", "--force", path]);
  await git(gitFolder, ["update-ref", "-d", baseRefOf(runId)]);
  await rm(path, { recursive: true, force: true });
  return true;
}

/** Whether something in it is neither committed nor ignored. */
export async function isDirty(git: Git, path: string): Promise<boolean> {
  const status = await git(path, ["status", "--porcelain", "--untracked-files=normal"], {
    env: { GIT_CEILING_DIRECTORIES: dirname(path) },
    capBytes: 1_000,
  });
  return status !== "";
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
