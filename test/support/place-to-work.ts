import { execFileSync } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import type { Assignment } from "#engine/agent/agent.ts";
import { PlannedStep } from "#engine/run/plan.ts";
import { createWorkspaces } from "#integrations/workspaces/workspaces.ts";
import { modelStep, PROJECT } from "./model-step.ts";

/** A fresh folder, gone when the test file is done. */
export function freshFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "countersign-test-")));
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** This machine without what a developer's git or npm would add. */
export const ENVIRONMENT = { PATH: process.env["PATH"], HOME: tmpdir(), LANG: "C.UTF-8" };

const AS_A_PERSON = {
  ...ENVIRONMENT,
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  ...{ GIT_AUTHOR_NAME: "Ann", GIT_AUTHOR_EMAIL: "ann@example.com" },
  ...{ GIT_COMMITTER_NAME: "Ann", GIT_COMMITTER_EMAIL: "ann@example.com" },
};

/** Git as a person uses it; the output without its last line break. */
export const git = (folder: string, ...args: readonly string[]): string =>
  execFileSync("git", args, { cwd: folder, env: AS_A_PERSON, encoding: "utf8", stdio: "pipe" }).replace(
    /\n$/,
    "",
  );

/** Writes files, by their path. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Writes files and commits everything; resolves to the commit. */
export function commit(folder: string, files: Readonly<Record<string, string>>, message = "Change"): string {
  writeFiles(folder, files);
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--message", message);
  return git(folder, "rev-parse", "HEAD");
}

/** A person's repository on branch `main` with these files. */
export function repositoryWith(files: Readonly<Record<string, string>> = { "a.txt": "one\n" }): string {
  const folder = join(freshFolder(), "billing");
  mkdirSync(folder);
  git(folder, "init", "--quiet", "--initial-branch=main");
  commit(folder, files, "Begin");
  return folder;
}

/** Workspaces in a folder of their own, and what they logged. */
export function freshWorkspaces(environment: Readonly<Record<string, string | undefined>> = ENVIRONMENT) {
  const dir = join(freshFolder(), "work");
  const logged: string[] = [];
  const workspaces = createWorkspaces({ dir, environment, log: (line) => logged.push(line) });
  return { dir, workspaces, logged };
}

/** What identifies every file below a folder: its path, kind, content and mode, but not what git keeps for itself. */
export function fingerprint(folder: string): string {
  const hash = createHash("sha256");
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  for (const name of names.filter(
    (one) => !one.startsWith(".git/") || one === ".git/HEAD" || one === ".git/index",
  )) {
    const path = join(folder, name);
    const { mode } = statSync(path);
    hash.update(`${name} ${mode}\n`);
    if (statSync(path).isFile()) hash.update(readFileSync(path));
  }
  return hash.digest("hex");
}

/** An assignment for a shell line in this repository (none: without a project), in a run of its own. */
export function commandStep(
  line: string,
  repository: string | null,
  {
    step = {},
    ...changes
  }: Partial<Omit<Assignment, "step">> & { readonly step?: Partial<PlannedStep> } = {},
): Assignment {
  const runId = randomUUID();
  const planned = { key: "test", title: "Run the tests", agent: { kind: "command", run: line }, ...step };
  return modelStep({
    runId,
    branch: `countersign/g14-${runId.slice(0, 4)}`,
    project: repository === null ? null : { ...PROJECT, repository },
    step: PlannedStep.parse(planned),
    ...changes,
  });
}
