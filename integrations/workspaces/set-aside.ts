import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Refusal } from "#engine/errors.ts";
import type { Git } from "./git.ts";
import { isDirty, type Workspace } from "./worktree.ts";

/**
 * Keeps what an attempt left uncommitted as a commit under `refs/countersign/left/<label>`, and makes the worktree clean
 * again, on the run's branch. Ignored files stay: they are caches and installed packages. Resolves to the commit; null
 * when there was nothing to keep. No process of that attempt may be alive.
 */
export async function setAside(git: Git, workspace: Workspace, label: string): Promise<string | null> {
  const { path, branch } = workspace;
  const ref = `refs/countersign/left/${label}`;
  const fits = await git.ask(path, ["check-ref-format", ref]);
  if (fits.code !== 0) throw new Refusal("bad_input", `“${label.slice(0, 100)}” can't be part of a git ref.`);
  await removeLocks(git, workspace);
  const dirty = await isDirty(git, path);
  const [at, tip] = await Promise.all([headOf(git, path), headOf(git, path, `refs/heads/${branch}`)]);
  const kept = dirty ? await snapshot(git, path, at, label) : at === tip ? null : at;
  if (kept !== null) await git(path, ["update-ref", await freeName(git, path, ref), kept]);
  await backToBranch(git, workspace);
  return kept;
}

const headOf = (git: Git, path: string, ref = "HEAD"): Promise<string> =>
  git(path, ["rev-parse", "--verify", ref]);

/** The worktree as a commit, made with an index of its own: the worktree's index may be half written. */
async function snapshot(git: Git, path: string, parent: string, label: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-index-"));
  const env = { GIT_INDEX_FILE: join(folder, "index") };
  try {
    await git(path, ["read-tree", parent], { env });
    await git(path, ["add", "--all", "--ignore-errors", "--", "."], { env });
    const tree = await git(path, ["write-tree"], { env });
    return await git(path, ["commit-tree", tree, "-p", parent, "-m", `Left uncommitted by ${label}`]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A label may come twice: an earlier commit under it is kept, too. */
async function freeName(git: Git, path: string, ref: string): Promise<string> {
  for (let i = 1; ; i++) {
    const name = i === 1 ? ref : `${ref}.${i}`;
    if ((await git.ask(path, ["rev-parse", "--verify", "--quiet", name])).code !== 0) return name;
  }
}

/** Also out of a merge or a rebase that was cut short, and back from wherever a command went. */
async function backToBranch(git: Git, { path, branch }: Workspace): Promise<void> {
  await git.ask(path, ["rebase", "--quit"]);
  await git(path, ["symbolic-ref", "HEAD", `refs/heads/${branch}`]);
  await git(path, ["reset", "--quiet", "--hard", `refs/heads/${branch}`]);
  await git(path, ["clean", "--quiet", "--force", "-d"]);
}

/** A killed git leaves its locks behind. These belong to this worktree and branch alone. */
async function removeLocks(git: Git, { path, branch }: Workspace): Promise<void> {
  const out = await git(path, ["rev-parse", "--path-format=absolute", "--git-dir", "--git-common-dir"]);
  const [own = "", common = ""] = out.split("\n");
  const locks = [join(own, "index.lock"), join(own, "HEAD.lock"), join(common, `refs/heads/${branch}.lock`)];
  await Promise.all(locks.map((lock) => rm(lock, { force: true })));
}
