import { randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  commit,
  fingerprint,
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

describe("a workspace", () => {
  it("is a worktree on a branch of its own, at the commit the repository is on", async () => {
    const repository = repositoryWith();
    const { dir, workspaces } = freshWorkspaces();
    const order = orderFor(repository);
    const workspace = await workspaces.open(order);
    expect(workspace).toEqual({
      path: join(dir, "runs", order.runId),
      branch: order.branch,
      base: git(repository, "rev-parse", "main"),
    });
    expect(git(workspace.path, "symbolic-ref", "--short", "HEAD")).toBe(order.branch);
    expect(readFileSync(join(workspace.path, "a.txt"), "utf8")).toBe("one\n");
  });

  it("leaves a person's dirty checkout byte by byte as it is, and its hooks alone", async () => {
    const repository = repositoryWith();
    commit(repository, { "b.txt": "two\n" });
    writeFiles(repository, { "a.txt": "changed\n", "new.txt": "new\n", "staged.txt": "staged\n" });
    git(repository, "add", "staged.txt");
    writeFileSync(join(repository, ".git/hooks/post-checkout"), "#!/bin/sh\ntouch ran-a-hook\n", {
      mode: 0o755,
    });
    const before = fingerprint(repository);
    const { workspaces } = freshWorkspaces();
    const order = orderFor(repository);
    const workspace = await workspaces.open(order);
    commit(workspace.path, { "a.txt": "by the run\n" });
    writeFiles(workspace.path, { "left.txt": "left\n" });
    await workspaces.evidence(workspace);
    await workspaces.setAside(workspace, "g14-test-1");
    await workspaces.close(order.runId);
    expect(fingerprint(repository)).toBe(before);
    expect(git(repository, "symbolic-ref", "HEAD")).toBe("refs/heads/main");
    expect(git(repository, "status", "--porcelain")).toBe(" M a.txt\nA  staged.txt\n?? new.txt");
  });

  it("begins at the project's branch, also in a bare repository", async () => {
    const repository = repositoryWith();
    git(repository, "switch", "--quiet", "--create", "next");
    const next = commit(repository, { "a.txt": "next\n" });
    git(repository, "switch", "--quiet", "main");
    const bare = join(freshFolder(), "billing.git");
    git(repository, "clone", "--quiet", "--bare", repository, bare);
    const { workspaces } = freshWorkspaces();
    expect((await workspaces.open(orderFor(repository, "next"))).base).toBe(next);
    expect((await workspaces.open(orderFor(bare, "next"))).base).toBe(next);
    await expect(workspaces.open(orderFor(repository, "gone"))).rejects.toThrow(
      expect.objectContaining({
        code: "bad_input",
        message: expect.stringContaining("There is no branch “gone”"),
      }),
    );
  });

  it("is the same when it is opened again, whatever happened to the repository since", async () => {
    const repository = repositoryWith();
    const { workspaces } = freshWorkspaces();
    const order = orderFor(repository);
    const first = await workspaces.open(order);
    writeFiles(first.path, { "left.txt": "left\n" });
    commit(repository, { "b.txt": "later\n" });
    expect(await workspaces.open(order)).toEqual(first);
    expect(existsSync(join(first.path, "left.txt"))).toBe(true);
  });

  it("is mended when its making was cut short", async () => {
    const repository = repositoryWith();
    const { dir, workspaces } = freshWorkspaces();
    const order = orderFor(repository);
    const made = await workspaces.open(order);
    const sha = commit(made.path, { "b.txt": "kept\n" });
    const own = git(made.path, "rev-parse", "--absolute-git-dir");
    writeFileSync(join(own, "locked"), "initializing\n");
    rmSync(join(made.path, "a.txt"));
    expect(await workspaces.open(order)).toEqual(made);
    expect(readFileSync(join(made.path, "a.txt"), "utf8")).toBe("one\n");
    rmSync(made.path, { recursive: true });
    expect(await workspaces.open(order)).toEqual(made);
    rmSync(made.path, { recursive: true });
    mkdirSync(made.path);
    expect(await workspaces.open(order)).toEqual(made);
    expect(git(made.path, "rev-parse", "HEAD")).toBe(sha);
    expect(existsSync(join(dir, "runs", order.runId, "b.txt"))).toBe(true);
  });

  it("that git does not know any more is moved aside, not deleted", async () => {
    const repository = repositoryWith();
    const { dir, workspaces } = freshWorkspaces();
    const order = orderFor(repository);
    const made = await workspaces.open(order);
    writeFiles(made.path, { "left.txt": "left\n" });
    rmSync(git(made.path, "rev-parse", "--absolute-git-dir"), { recursive: true });
    expect(await workspaces.open(order)).toEqual(made);
    const aside = readdirSync(join(dir, "runs")).find((name) => name.startsWith(`${order.runId}.left-`));
    expect(existsSync(join(dir, "runs", String(aside), "left.txt"))).toBe(true);
  });

  it("can be opened for many runs of one repository at once, by several processes", async () => {
    const repository = repositoryWith();
    const many = Array.from({ length: 4 }, () => freshWorkspaces());
    const orders = Array.from({ length: 12 }, () => orderFor(repository));
    const opened = await Promise.all(orders.map((order, i) => many[i % 4]?.workspaces.open(order)));
    expect(opened.map((workspace) => workspace?.branch)).toEqual(orders.map(({ branch }) => branch));
    expect(git(repository, "worktree", "list").split("\n")).toHaveLength(13);
    git(repository, "fsck", "--strict");
  });

  it("waits for a lock that somebody holds", async () => {
    const repository = repositoryWith();
    const { workspaces } = freshWorkspaces();
    const order = orderFor(repository);
    const lock = join(repository, ".git/refs/heads", `${order.branch}.lock`);
    mkdirSync(join(lock, ".."), { recursive: true });
    writeFileSync(lock, "");
    const opening = workspaces.open(order);
    await expect
      .poll(() => existsSync(join(repository, ".git/refs/countersign/base", order.runId)))
      .toBe(true);
    rmSync(lock);
    expect((await opening).branch).toBe(order.branch);
  });

  it("of two runs keeps their work apart", async () => {
    const repository = repositoryWith();
    const { workspaces } = freshWorkspaces();
    const [one, two] = await Promise.all([
      workspaces.open(orderFor(repository)),
      workspaces.open(orderFor(repository)),
    ]);
    commit(one.path, { "one.txt": "1\n" });
    commit(two.path, { "two.txt": "2\n" });
    expect((await workspaces.change(one)).filesChanged).toBe(1);
    expect(existsSync(join(two.path, "one.txt"))).toBe(false);
  });

  it.each(["-x", "--help", "a..b", "a b", "", "@{-1}", "a.lock"])(
    "takes no branch named %j",
    async (branch) => {
      const { workspaces } = freshWorkspaces();
      const opening = workspaces.open({ ...orderFor(repositoryWith()), branch });
      await expect(opening).rejects.toThrow(expect.objectContaining({ code: "bad_input" }));
    },
  );

  it.each(["../x", "a/b", "", "-x", "x".repeat(65)])("takes no run id %j", async (runId) => {
    const { workspaces } = freshWorkspaces();
    await expect(workspaces.open({ ...orderFor("/x"), runId })).rejects.toThrow(/id of a run/);
    await expect(workspaces.close(runId)).rejects.toThrow(/id of a run/);
    await expect(workspaces.openFolder(runId)).rejects.toThrow(/id of a run/);
  });
});

describe("a repository", () => {
  it("may be reached over a link, but is never the one around a folder", async () => {
    const repository = repositoryWith({ "sub/a.txt": "a\n" });
    const link = join(freshFolder(), "link");
    symlinkSync(repository, link);
    const { workspaces } = freshWorkspaces();
    expect((await workspaces.open(orderFor(link))).base).toBe(git(repository, "rev-parse", "HEAD"));
    await expect(workspaces.open(orderFor(join(repository, "sub")))).rejects.toThrow(
      /sub is not a git repository/,
    );
    await expect(workspaces.open(orderFor(join(repository, "none")))).rejects.toThrow(
      /can't be opened \(ENOENT\)/,
    );
  });
});
