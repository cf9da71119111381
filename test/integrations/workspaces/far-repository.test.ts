import { randomUUID } from "node:crypto";
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nameOf, readRepository } from "#integrations/workspaces/repository.ts";
import {
  commit,
  ENVIRONMENT,
  freshFolder,
  freshWorkspaces,
  git,
  repositoryWith,
} from "#test/support/place-to-work.ts";

/** Git's own protocol over an "ssh" that is this machine: what it is told to run there, it runs here. */
function nearSsh(): string {
  const path = join(freshFolder(), "ssh");
  writeFileSync(path, '#!/bin/sh\nfor last; do :; done\neval "exec $last"\n');
  chmodSync(path, 0o755);
  return path;
}

const orderFor = (repository: string, branch: string | null = null) => {
  const runId = randomUUID();
  return {
    project: { name: "billing", repository, branch },
    runId,
    branch: `countersign/${runId.slice(0, 4)}`,
  };
};

describe("a repository that is far away", () => {
  const environment = { ...ENVIRONMENT, GIT_SSH_COMMAND: nearSsh() };

  it("is mirrored, fetched for every new run, and its default branch is known", async () => {
    const far = repositoryWith({ "package.json": '{"scripts":{"test":"node --test"}}' });
    const url = `ssh://git@example.com${far}`;
    const { workspaces } = freshWorkspaces(environment);
    expect(await workspaces.checkProject(url)).toEqual({
      ...{ repository: url, name: "billing", defaultBranch: "main", testCommand: "npm test" },
    });
    const order = orderFor(url);
    const first = await workspaces.open(order);
    git(far, "branch", "next");
    const later = commit(far, { "b.txt": "b\n" });
    expect((await workspaces.open(orderFor(url))).base).toBe(later);
    expect((await workspaces.open(orderFor(url, "next"))).base).toBe(first.base);
    expect(await workspaces.open(order)).toEqual(first);
    expect(git(far, "branch", "--format=%(refname:short)")).toBe("main\nnext");
  });

  it("keeps our branches when the far side's are fetched", async () => {
    const far = repositoryWith();
    const { workspaces } = freshWorkspaces(environment);
    const order = orderFor(`git@example.com:${far}`);
    const workspace = await workspaces.open(order);
    const sha = commit(workspace.path, { "b.txt": "b\n" });
    await workspaces.open(orderFor(`git@example.com:${far}`));
    expect((await workspaces.change(workspace)).head).toBe(sha);
  });

  it("that does not answer is said so, without its password", async () => {
    const { workspaces } = freshWorkspaces(environment);
    const opening = workspaces.open(orderFor("https://ann:hunter2@127.0.0.1:9/billing.git"));
    await expect(opening).rejects.toThrow(
      /^https:\/\/127\.0\.0\.1:9\/billing\.git could not be fetched\. .*Check the address/,
    );
    await expect(opening).rejects.not.toThrow(/hunter2/);
    await expect(opening).rejects.toMatchObject({ name: "OutsideFailure", system: "git" });
  });
});

describe("what somebody writes as a repository", () => {
  it.each([
    ["/srv/billing", { kind: "path", path: "/srv/billing" }],
    ["https://github.com/acme/billing.git", { kind: "url", url: "https://github.com/acme/billing.git" }],
    [
      "ssh://git@example.com:2222/acme/billing",
      { kind: "url", url: "ssh://git@example.com:2222/acme/billing" },
    ],
    ["git@github.com:acme/billing.git", { kind: "url", url: "git@github.com:acme/billing.git" }],
  ])("%s is taken", (text, repository) => expect(readRepository(text)).toEqual(repository));

  it.each([
    ...[
      "",
      "-x",
      "--upload-pack=touch x",
      "ext::sh -c touch% x",
      "file:///etc",
      "fd::17",
      "http://example.com/x",
    ],
    ...[
      "git://example.com/x",
      "billing",
      "../billing",
      "ssh://-oProxyCommand=touch%20x/y",
      "ssh://-x@example.com/y",
    ],
    ...[
      "-git@example.com:x",
      "git@-example.com:x",
      "git@example.com:-x",
      "git@example.com::x",
      "https://example.com",
    ],
    ...["/srv/x\n--help", "a:b", "https:///x", "transport::https://x/y"],
  ])("%j is refused", (text) =>
    expect(() => readRepository(text)).toThrow(expect.objectContaining({ code: "bad_input" })),
  );

  it("is never run", async () => {
    const marker = join(freshFolder(), "ran");
    const { workspaces } = freshWorkspaces();
    await expect(workspaces.checkProject(`ext::touch ${marker}`)).rejects.toThrow(/not a repository/);
    await expect(workspaces.open(orderFor(`--upload-pack=touch ${marker}`))).rejects.toThrow(
      /not a repository/,
    );
    expect(existsSync(marker)).toBe(false);
  });

  it.each([
    ["/srv/billing/", "billing"],
    ["/srv/billing/.git", "billing"],
    ["git@github.com:acme/billing.git", "billing"],
    ["https://example.com/acme/billing", "billing"],
    ["/", "project"],
  ])("%s is called %s", (text, name) => expect(nameOf(text)).toBe(name));
});
