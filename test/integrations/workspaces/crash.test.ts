import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { freshWorkspaces, git, repositoryWith } from "#test/support/place-to-work.ts";

const OPENER = join(import.meta.dirname, "../../support/workspace-opener.ts");
const FILES = Object.fromEntries(
  Array.from({ length: 1_500 }, (_, i) => [`${i % 40}/${i}.txt`, `${i}\n`.repeat(50)]),
);

/** Moments in the making of a worktree, each seen by what is there by then. */
const MOMENTS = {
  "its base is remembered": ({ repository, runId }: Place) =>
    existsSync(join(repository, ".git/refs/countersign/base", runId)),
  "its branch is there": ({ repository, branch }: Place) =>
    existsSync(join(repository, ".git/refs/heads", branch)),
  "git has begun to write its files": ({ path }: Place) => existsSync(join(path, ".git")),
  "some of its files are there": ({ path }: Place) => existsSync(join(path, "20")),
};

type Place = {
  readonly repository: string;
  readonly runId: string;
  readonly branch: string;
  readonly path: string;
};

it.each(Object.entries(MOMENTS))(
  "a process that is killed when %s leaves nothing that can't be mended",
  async (_, isThere) => {
    const repository = repositoryWith(FILES);
    const { dir, workspaces } = freshWorkspaces();
    const runId = randomUUID();
    const place = { repository, runId, branch: `countersign/${runId}`, path: join(dir, "runs", runId) };
    const opener = spawn(process.execPath, [OPENER, dir, repository, runId, place.branch], {
      stdio: "inherit",
    });
    await expect.poll(() => isThere(place), { interval: 2, timeout: 20_000 }).toBe(true);
    opener.kill("SIGKILL");
    await once(opener, "exit");
    const project = { name: "billing", repository, branch: null };
    const workspace = await workspaces.open({ project, runId, branch: place.branch });
    expect(workspace).toEqual({
      path: place.path,
      branch: place.branch,
      base: git(repository, "rev-parse", "HEAD"),
    });
    expect(git(workspace.path, "status", "--porcelain", "--branch")).toBe(`## ${place.branch}`);
    expect(existsSync(join(workspace.path, "39/1479.txt"))).toBe(true);
    expect(await workspaces.close(runId)).toEqual({ kept: null });
  },
);
