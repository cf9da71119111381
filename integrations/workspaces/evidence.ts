import type { Git } from "./git.ts";
import type { Workspace } from "./worktree.ts";

/** What a run has committed on its branch since it began, in numbers. */
export type Change = {
  readonly head: string;
  readonly base: string;
  readonly filesChanged: number;
  readonly linesAdded: number;
  readonly linesRemoved: number;
  /** The first line of each commit, newest first, at most 100. */
  readonly commits: readonly string[];
};

/** The same with the diff itself, at most 100 kB of it; the last line says when there was more. */
export type WorkspaceEvidence = Change & { readonly diff: string };

/** Characters; a little under what `Evidence` takes, for the line that says that there is more. */
const MOST_DIFF = 99_000;
/** A repository can name programs that make its diffs. They are not run for us. */
const PLAIN = ["--no-ext-diff", "--no-textconv", "--no-color"];

/** What is committed on the branch of this workspace since it began. */
export async function readChange(git: Git, { path, branch, base }: Workspace): Promise<Change> {
  const head = await git(path, ["rev-parse", "--verify", `refs/heads/${branch}`]);
  const [numbers, log] = await Promise.all([
    git(path, ["diff", "--numstat", "-z", "--no-renames", ...PLAIN, base, head, "--"]),
    git(path, ["log", "--max-count=100", "--format=%h %s", `${base}..${head}`, "--"]),
  ]);
  const files = numbers.split("\0").filter((entry) => entry !== "");
  const sum = (column: 0 | 1) =>
    files.reduce((total, entry) => total + (Number(entry.split("\t")[column]) || 0), 0); // "-" for binary files
  return {
    ...{ head, base, filesChanged: files.length, linesAdded: sum(0), linesRemoved: sum(1) },
    commits: log.split("\n").filter((line) => line !== ""),
  };
}

/** The numbers and the diff, of the very same commit. */
export async function readEvidence(git: Git, workspace: Workspace): Promise<WorkspaceEvidence> {
  const change = await readChange(git, workspace);
  const { out, cut } = await git.ask(
    workspace.path,
    ["diff", "--find-renames", ...PLAIN, change.base, change.head, "--"],
    { capBytes: MOST_DIFF },
  );
  const whole = cut ? `${out.slice(0, out.lastIndexOf("\n") + 1)}… the diff is longer than this …\n` : out;
  return { ...change, diff: whole };
}
