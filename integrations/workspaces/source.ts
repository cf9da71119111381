import { Refusal } from "#engine/errors.ts";
import type { Git } from "./git.ts";
import { ensureMirror, fetchMirror } from "./mirror.ts";
import { gitFolderOf, type Repository } from "./repository.ts";

/** The git folder that a run's branch is kept in, and the commit at which new work begins. */
export type Source = {
  readonly gitFolder: string;
  /** As it is now: a far side is asked. Refuses (`bad_input`) a branch that is not there. */
  start(): Promise<string>;
};

/** `branch`: the project's own; null for the one that the repository is on. `mirrors` is where copies of far sides are kept. */
export async function sourceOf(
  git: Git,
  mirrors: string,
  repository: Repository,
  branch: string | null,
): Promise<Source> {
  if (repository.kind === "path") {
    const { path } = repository;
    const names = branch === null ? ["HEAD"] : [`refs/heads/${branch}`, `refs/remotes/origin/${branch}`];
    return {
      gitFolder: await gitFolderOf(git, path),
      start: () => firstCommit(git, path, names, branch, path),
    };
  }
  const { url } = repository;
  const folder = await ensureMirror(git, mirrors, url);
  return {
    gitFolder: folder,
    async start() {
      await fetchMirror(git, folder, url);
      return firstCommit(git, folder, [`refs/remotes/origin/${branch ?? "HEAD"}`], branch, "the repository");
    },
  };
}

async function firstCommit(
  git: Git,
  folder: string,
  names: readonly string[],
  branch: string | null,
  where: string,
): Promise<string> {
  for (const name of names) {
    const end = await git.ask(folder, [
      "rev-parse",
      "--verify",
      "--quiet",
      "--end-of-options",
      `${name}^{commit}`,
    ]);
    if (end.code === 0) return end.out.trim();
  }
  throw new Refusal(
    "bad_input",
    branch === null
      ? `${where} has no commit yet. Commit something there first.`
      : `There is no branch “${branch}” in ${where}. Change the project's branch with \`./countersign project add\`.`,
  );
}
