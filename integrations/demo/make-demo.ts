import { cp, mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Environment } from "../processes/environment.ts";
import { createGit, type Git } from "../workspaces/git.ts";

/** The demo's history: what each folder of `billing/` adds or changes, and what its commit says. */
const HISTORY = [
  {
    folder: "0-start",
    at: "2026-01-12T09:00:00+01:00",
    says: "Invoices with lines and tax, on the command line",
  },
  { folder: "1-rounding", at: "2026-01-19T10:20:00+01:00", says: "Round half a cent to the even neighbour" },
  { folder: "2-lines", at: "2026-01-21T14:05:00+01:00", says: "Name the line of an invoice that is wrong" },
  { folder: "3-json", at: "2026-01-23T11:40:00+01:00", says: "Print an invoice as JSON with --json" },
] as const;
const RELEASED = { tag: "v0.1.0", after: "0-start" } as const;

/** Nobody's git settings may change the demo: it has the same commits on every machine. */
const NO_SETTINGS = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };

/**
 * Makes the demo repository `<dir>/demo/billing` if it is not there: a small Node program with passing tests, tagged
 * v0.1.0, and three commits since. `dir` is DATA_DIR. It appears whole or not at all, also when two processes make it.
 */
export async function makeDemo(needs: {
  readonly dir: string;
  readonly environment: Environment;
}): Promise<{ readonly repository: string; readonly created: boolean }> {
  const folder = resolve(needs.dir, "demo");
  const repository = join(folder, "billing");
  if (await isThere(join(repository, ".git"))) return { repository, created: false };
  await mkdir(folder, { recursive: true });
  const half = await mkdtemp(join(folder, ".billing-"));
  try {
    await writeHistory(createGit(needs.environment), half);
    return { repository, created: await moveInto(half, repository) };
  } finally {
    await rm(half, { recursive: true, force: true });
  }
}

async function writeHistory(git: Git, folder: string): Promise<void> {
  await git(folder, ["init", "--quiet", "--template=", "--initial-branch=main"], { env: NO_SETTINGS });
  for (const { folder: files, at, says } of HISTORY) {
    const env = { ...NO_SETTINGS, GIT_AUTHOR_DATE: at, GIT_COMMITTER_DATE: at };
    await cp(join(import.meta.dirname, "billing", files), folder, { recursive: true });
    await git(folder, ["add", "--all"], { env });
    await git(folder, ["commit", "--quiet", "--message", says], { env });
    if (files === RELEASED.after) {
      await git(folder, ["tag", "--annotate", "--message", "billing 0.1.0", RELEASED.tag], { env });
    }
  }
}

/** False when another process was first. */
async function moveInto(half: string, repository: string): Promise<boolean> {
  try {
    await rename(half, repository);
    return true;
  } catch (error) {
    if (await isThere(join(repository, ".git"))) return false;
    throw error;
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
