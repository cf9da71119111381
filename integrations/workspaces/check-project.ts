import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { Refusal } from "#engine/errors.ts";
import type { Git } from "./git.ts";
import { defaultBranchOf, ensureMirror, fetchMirror } from "./mirror.ts";
import { gitFolderOf, nameOf, readRepository } from "./repository.ts";
import { testCommandOf } from "./test-command.ts";

/** What `project add` finds out about a repository. */
export type CheckedProject = {
  /** As it is to be kept: a full path without links, or the address. */
  readonly repository: string;
  /** A name to offer: "billing". */
  readonly name: string;
  readonly defaultBranch: string;
  /** The shell line that runs its tests; null where none is there. */
  readonly testCommand: string | null;
};

const MOST_FILE_BYTES = 200_000;

/**
 * Looks at a repository, as it is committed. A path may be relative to where this process runs. Refuses (`bad_input`) what
 * is no repository, or has no commit yet; throws `OutsideFailure` where a far side does not answer.
 */
export async function checkProject(git: Git, mirrors: string, text: string): Promise<CheckedProject> {
  const isPath = /^\.{0,2}(\/|$)/.test(text) && text !== "";
  const repository = readRepository(isPath ? resolve(text) : text);
  const where =
    repository.kind === "path"
      ? await ofPath(git, repository.path)
      : await ofUrl(git, mirrors, repository.url);
  const { folder, commit, defaultBranch, kept } = where;
  const found = await git.ask(folder, ["rev-parse", "--verify", "--quiet", `${commit}^{commit}`]);
  if (found.code !== 0)
    throw new Refusal("bad_input", `${kept} has no commit yet. Commit something there first.`);
  const sha = found.out.trim();
  const listed = await git(folder, ["ls-tree", "-r", "-z", "--name-only", sha], { capBytes: 5_000_000 });
  const read = async (name: string): Promise<string | null> => {
    const { code, out } = await git.ask(folder, ["cat-file", "blob", `${sha}:${name}`], {
      capBytes: MOST_FILE_BYTES,
    });
    return code === 0 ? out : null;
  };
  const testCommand = await testCommandOf(new Set(listed.split("\0")), read);
  return { repository: kept, name: nameOf(kept), defaultBranch, testCommand };
}

async function ofPath(git: Git, path: string) {
  const folder = await gitFolderOf(git, path);
  const kept = await realpath(path);
  const head = await git.ask(kept, ["symbolic-ref", "--short", "--quiet", "HEAD"]);
  if (head.code !== 0)
    throw new Refusal(
      "bad_input",
      `${kept} is on no branch (detached HEAD). Switch to a branch there first.`,
    );
  return { folder, commit: "HEAD", defaultBranch: head.out.trim(), kept };
}

async function ofUrl(git: Git, mirrors: string, url: string) {
  const folder = await ensureMirror(git, mirrors, url);
  await fetchMirror(git, folder, url);
  return {
    folder,
    commit: "refs/remotes/origin/HEAD",
    defaultBranch: await defaultBranchOf(git, folder),
    kept: url,
  };
}
