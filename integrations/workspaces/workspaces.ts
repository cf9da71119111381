import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { ProjectRef } from "#engine/agent/agent.ts";
import { Refusal } from "#engine/errors.ts";
import type { Environment } from "../processes/environment.ts";
import { type CheckedProject, checkProject } from "./check-project.ts";
import { type Change, readChange, readEvidence, type WorkspaceEvidence } from "./evidence.ts";
import { createGit } from "./git.ts";
import { readRepository } from "./repository.ts";
import { setAside } from "./set-aside.ts";
import { sourceOf } from "./source.ts";
import { createTurns } from "./turns.ts";
import { ensureWorktree, removeWorktree, type Workspace } from "./worktree.ts";

/** Whose workspace it is, and where its work begins. */
type WorkspaceOrder = {
  readonly project: Pick<ProjectRef, "name" | "repository" | "branch">;
  readonly runId: string;
  readonly branch: string;
};

/** Where runs work: each in a git worktree on a branch of its own, never in a person's checkout. */
export type Workspaces = {
  /**
   * The run's workspace, made or mended where necessary; opening it again changes nothing. It begins at the project's
   * branch, or at the branch that the repository is on. Throws `Refusal` (`bad_input`) for a repository or branch that
   * can't be used, `OutsideFailure` for trouble with git or the far side.
   */
  open(order: WorkspaceOrder): Promise<Workspace>;
  /** A folder of the run's own for steps without a project, empty at first. */
  openFolder(runId: string): Promise<string>;
  /** What is committed on the branch since the run began, in numbers. */
  change(workspace: Workspace): Promise<Change>;
  /** The same with its diff: what a person is shown who must agree. */
  evidence(workspace: Workspace): Promise<WorkspaceEvidence>;
  /** Keeps what a lost or failed attempt left uncommitted under `refs/countersign/left/<label>`; null when there was nothing. */
  setAside(workspace: Workspace, label: string): Promise<string | null>;
  /** Takes a run's workspace away; its branch stays. `kept`: where it is, when something in it is neither committed nor ignored. */
  close(runId: string): Promise<{ readonly kept: string | null }>;
  /** What `project add` needs to know about a repository. */
  checkProject(repository: string): Promise<CheckedProject>;
};

/** `dir` is ours alone (`DATA_DIR/work`). `environment` is this process's own, of which git gets a few variables. */
export function createWorkspaces(needs: {
  readonly dir: string;
  readonly environment: Environment;
  readonly log: (line: string) => void;
}): Workspaces {
  const { environment, log } = needs;
  const dir = resolve(needs.dir); // git would read a relative path from its own folder
  const git = createGit(environment);
  const mirrors = join(dir, "mirrors");
  const inTurn = createTurns();
  const treeOf = (runId: string) => join(dir, "runs", safe(runId));
  const folderOf = (runId: string) => join(dir, "folders", safe(runId));

  async function open({ project, runId, branch }: WorkspaceOrder): Promise<Workspace> {
    const path = treeOf(runId);
    const repository = readRepository(project.repository);
    return inTurn(project.repository, async () => {
      const { gitFolder, start } = await sourceOf(git, mirrors, repository, project.branch);
      return ensureWorktree(git, { gitFolder, path, branch, runId, start });
    });
  }

  async function close(runId: string): Promise<{ readonly kept: string | null }> {
    await rm(folderOf(runId), { recursive: true, force: true });
    const path = treeOf(runId);
    const removed = await removeWorktree(git, path, runId);
    if (!removed) log(`${path} is kept: something in it is neither committed nor ignored.`);
    return { kept: removed ? null : path };
  }

  return {
    open,
    close,
    async openFolder(runId) {
      await mkdir(folderOf(runId), { recursive: true, mode: 0o700 });
      return folderOf(runId);
    },
    change: (workspace) => readChange(git, workspace),
    evidence: (workspace) => readEvidence(git, workspace),
    async setAside(workspace, label) {
      const kept = await setAside(git, workspace, label);
      if (kept !== null) log(`What ${label} left uncommitted is kept as ${kept} in ${workspace.path}.`);
      return kept;
    },
    checkProject: (repository) => checkProject(git, mirrors, repository),
  };
}

/** A run's id becomes a folder's name. */
function safe(runId: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(runId)) return runId;
  throw new Refusal("bad_input", `“${runId.slice(0, 70)}” can't be the id of a run.`);
}
