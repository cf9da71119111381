import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { readConfig } from "#bot/config.ts";
import { createWorkspaces } from "#integrations/workspaces/workspaces.ts";
import { freshFolder, repositoryWith } from "#test/support/place-to-work.ts";

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

test("nobody else on the machine can look into the data folder", () => {
  const { dataDir } = readConfig({ env: {}, dir: freshFolder() });
  expect(modeOf(dataDir)).toBe("700");
  expect(modeOf(join(dataDir, "secret"))).toBe("600");
});

test("nobody else can look into what is checked out, also where the data folder was there before", async () => {
  const work = join(freshFolder(), "work");
  const workspaces = createWorkspaces({ dir: work, environment: process.env, log: () => {} });
  const [repository, runId] = [repositoryWith(), randomUUID()];
  const project = { name: "billing", repository, branch: null };
  const { path } = await workspaces.open({ project, runId, branch: "countersign/g1" });
  const folder = await workspaces.openFolder(runId);
  for (const parent of [work, dirname(path), dirname(folder)]) expect(modeOf(parent)).toBe("700");
});
