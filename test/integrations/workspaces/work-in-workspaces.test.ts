import { randomUUID } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  commit,
  freshFolder,
  freshWorkspaces,
  git,
  repositoryWith,
  writeFiles,
} from "#test/support/place-to-work.ts";

const orderFor = (repository: string, branch: string | null = null) => {
  const runId = randomUUID();
  return {
    project: { name: "billing", repository, branch },
    runId,
    branch: `countersign/g14-${runId.slice(0, 4)}`,
  };
};

describe("the evidence of a workspace", () => {
  it("is what is committed on its branch, to the line", async () => {
    const { workspaces } = freshWorkspaces();
    const workspace = await workspaces.open(
      orderFor(repositoryWith({ "a.txt": "1\n2\n3\n", "old.txt": "x\n" })),
    );
    git(workspace.path, "rm", "--quiet", "old.txt");
    commit(workspace.path, { "a.txt": "1\n2\nthree\nfour\n" }, "Change a");
    const head = commit(workspace.path, { "-rf": "x\n", "a\tb\n.txt": "y\n", ünï: "z\n" }, "Hostile names");
    writeFiles(workspace.path, { "uncommitted.txt": "x\n" });
    const evidence = await workspaces.evidence(workspace);
    expect(evidence).toMatchObject({
      head,
      base: workspace.base,
      filesChanged: 5,
      linesAdded: 5,
      linesRemoved: 2,
    });
    expect(evidence.commits.map((line) => line.replace(/^\S+ /, ""))).toEqual(["Hostile names", "Change a"]);
    expect(evidence.diff).toContain("-3\n+three\n+four\n");
    expect(evidence.diff).not.toContain("uncommitted");
  });

  it("keeps a diff of any size to 100 kB, and runs no program of the repository to make it", async () => {
    const { workspaces } = freshWorkspaces();
    const repository = repositoryWith({ ".gitattributes": "* diff=evil\n" });
    const marker = join(freshFolder(), "ran");
    git(repository, "config", "diff.external", `touch ${marker}; true`);
    git(repository, "config", "diff.evil.textconv", `touch ${marker}; cat`);
    const workspace = await workspaces.open(orderFor(repository));
    commit(workspace.path, { "big.txt": "a line\n".repeat(100_000), "b.bin": "\0\u0001" });
    const { diff, linesAdded, filesChanged } = await workspaces.evidence(workspace);
    expect({ linesAdded, filesChanged }).toEqual({ linesAdded: 100_000, filesChanged: 2 });
    expect(diff.length).toBeLessThanOrEqual(100_000);
    expect(diff.endsWith("\n… the diff is longer than this …\n")).toBe(true);
    expect(existsSync(marker)).toBe(false);
  });
});

describe("what an attempt left uncommitted", () => {
  it("is kept as a commit, and the worktree is clean again; ignored files stay", async () => {
    const repository = repositoryWith({ "a.txt": "one\n", "b.txt": "b\n", ".gitignore": "node_modules/\n" });
    const { workspaces } = freshWorkspaces();
    const workspace = await workspaces.open(orderFor(repository));
    writeFiles(workspace.path, {
      "a.txt": "changed\n",
      "staged.txt": "s\n",
      "new/n.txt": "n\n",
      "node_modules/x": "x\n",
    });
    git(workspace.path, "add", "staged.txt");
    git(workspace.path, "rm", "--quiet", "b.txt");
    const kept = await workspaces.setAside(workspace, "g14-test-1");
    expect(git(repository, "rev-parse", "refs/countersign/left/g14-test-1")).toBe(kept);
    expect(git(repository, "diff", "--name-status", workspace.base, String(kept)).split("\n")).toEqual([
      "M\ta.txt",
      "D\tb.txt",
      "A\tnew/n.txt",
      "A\tstaged.txt",
    ]);
    expect(git(workspace.path, "status", "--porcelain")).toBe("");
    expect(existsSync(join(workspace.path, "node_modules/x"))).toBe(true);
    expect(await workspaces.setAside(workspace, "g14-test-2")).toBeNull();
  });

  it("is kept also where a label comes twice, in the middle of a merge, off the branch, and under a dead git's lock", async () => {
    const repository = repositoryWith();
    const { workspaces } = freshWorkspaces();
    const workspace = await workspaces.open(orderFor(repository));
    git(workspace.path, "switch", "--quiet", "--create", "side");
    commit(workspace.path, { "a.txt": "side\n" });
    git(workspace.path, "switch", "--quiet", workspace.branch);
    const tip = commit(workspace.path, { "a.txt": "mine\n" });
    expect(() => git(workspace.path, "merge", "side")).toThrow();
    writeFileSync(join(git(workspace.path, "rev-parse", "--absolute-git-dir"), "index.lock"), "");
    const first = await workspaces.setAside(workspace, "again");
    git(workspace.path, "switch", "--quiet", "--detach");
    const off = commit(workspace.path, { "c.txt": "off the branch\n" });
    expect(await workspaces.setAside(workspace, "again")).toBe(off);
    expect(git(repository, "rev-parse", "refs/countersign/left/again")).toBe(first);
    expect(git(repository, "rev-parse", "refs/countersign/left/again.2")).toBe(off);
    expect(git(workspace.path, "status", "--porcelain", "--branch")).toBe(`## ${workspace.branch}`);
    expect(git(workspace.path, "rev-parse", "HEAD")).toBe(tip);
  });
});

describe("closing a run", () => {
  it("takes a clean worktree away, and keeps its branch", async () => {
    const repository = repositoryWith({ ".gitignore": "cache\n" });
    const { workspaces } = freshWorkspaces();
    const order = orderFor(repository);
    const workspace = await workspaces.open(order);
    const sha = commit(workspace.path, { "b.txt": "b\n" });
    writeFiles(workspace.path, { cache: "ignored\n" });
    expect(await workspaces.close(order.runId)).toEqual({ kept: null });
    expect(existsSync(workspace.path)).toBe(false);
    expect(git(repository, "rev-parse", order.branch)).toBe(sha);
    expect(git(repository, "worktree", "list").split("\n")).toHaveLength(1);
    expect(await workspaces.close(order.runId)).toEqual({ kept: null });
    expect((await workspaces.open(order)).base).toBe(workspace.base);
  });

  it("keeps a dirty one, and says so", async () => {
    const { workspaces, logged } = freshWorkspaces();
    const order = orderFor(repositoryWith());
    const { path } = await workspaces.open(order);
    writeFiles(path, { "left.txt": "left\n" });
    expect(await workspaces.close(order.runId)).toEqual({ kept: path });
    expect(existsSync(join(path, "left.txt"))).toBe(true);
    expect(logged).toEqual([`${path} is kept: something in it is neither committed nor ignored.`]);
  });

  it("takes the folder of a run without a project away", async () => {
    const { workspaces } = freshWorkspaces();
    const runId = randomUUID();
    const folder = await workspaces.openFolder(runId);
    writeFiles(folder, { "x.txt": "x" });
    expect(await workspaces.openFolder(runId)).toBe(folder);
    expect(await workspaces.close(runId)).toEqual({ kept: null });
    expect(existsSync(folder)).toBe(false);
  });
});
