import { mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import {
  freshFolder,
  freshWorkspaces,
  git,
  repositoryWith,
  writeFiles,
} from "#test/support/place-to-work.ts";

const { workspaces } = freshWorkspaces();
const manifest = (test: string, more: object = {}) => JSON.stringify({ scripts: { test }, ...more });

describe("a repository that is looked at", () => {
  it("is known by its full path, its name and the branch it is on", async () => {
    const repository = repositoryWith();
    git(repository, "switch", "--quiet", "--create", "trunk");
    expect(
      await workspaces.checkProject(relative(process.cwd(), repository).replace(/^(?!\.)/, "./")),
    ).toEqual({
      ...{ repository, name: "billing", defaultBranch: "trunk", testCommand: null },
    });
  });

  it.each([
    ["npm test", { "package.json": manifest("node --test") }],
    ["npm test", { "package.json": manifest("vitest", { devDependencies: { vitest: "5" } }) }],
    [
      "npm ci && npm test",
      { "package.json": manifest("vitest", { devDependencies: { vitest: "5" } }), "package-lock.json": "{}" },
    ],
    ["pnpm install --frozen-lockfile && pnpm test", { "package.json": manifest("x"), "pnpm-lock.yaml": "" }],
    ["yarn install --immutable && yarn test", { "package.json": manifest("x"), "yarn.lock": "" }],
    [null, { "package.json": manifest('echo "Error: no test specified" && exit 1') }],
    [null, { "package.json": '{"scripts":{}}' }],
    [null, { "package.json": "not json" }],
    ["make test", { Makefile: ".PHONY: test\ntest: build\n\t./run\n" }],
    [null, { Makefile: "test := x\ntests:\n\ttrue\n" }],
    ["cargo test", { "Cargo.toml": "[package]\n" }],
    ["go test ./...", { "go.mod": "module x\n" }],
    ["pytest", { "pyproject.toml": "[tool.pytest.ini_options]\n" }],
    ["pytest", { "tests/test_tax.py": "" }],
    [null, { "pyproject.toml": "[project]\n", "main.py": "" }],
    ["make test", { "package.json": manifest(""), Makefile: "test:\n\ttrue\n" }],
  ])("has the test command %j for %o", async (testCommand, files) => {
    const repository = repositoryWith(files);
    expect(await workspaces.checkProject(repository)).toMatchObject({ testCommand });
  });

  it("has only what is committed: a worktree would have no more", async () => {
    const repository = repositoryWith();
    writeFiles(repository, { "package.json": manifest("node --test") });
    expect((await workspaces.checkProject(repository)).testCommand).toBeNull();
  });

  it("is refused with what to do when it can't be a project", async () => {
    const empty = join(freshFolder(), "empty");
    mkdirSync(empty);
    await expect(workspaces.checkProject(empty)).rejects.toThrow(
      /empty is not a git repository\. Give the full path/,
    );
    git(empty, "init", "--quiet");
    await expect(workspaces.checkProject(empty)).rejects.toThrow(
      /empty has no commit yet\. Commit something/,
    );
    const detached = repositoryWith();
    git(detached, "switch", "--quiet", "--detach");
    await expect(workspaces.checkProject(detached)).rejects.toThrow(/on no branch/);
  });
});
