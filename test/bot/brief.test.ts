import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { resolve } from "#bot/brief.ts";
import { saveProject, saveWorkflow } from "#db/places.ts";
import { Workflow } from "#engine/run/workflow.ts";
import { SHIP } from "#test/support/e2e/room.ts";
import { testDatabase } from "#test/support/postgres.ts";

const { sql } = await testDatabase();
const workspaceId = "T01LOCAL";
const asked = {
  workspaceId,
  channel: "C1",
  text: "run ship",
  workflow: "ship",
  parameters: { version: "1.2.3" },
};

async function add(name: string, channelId: string | null): Promise<string> {
  const id = randomUUID();
  await saveProject(sql, {
    ...{ id, workspaceId, name, repository: `/somewhere/${name}`, branch: null, channelId },
    ...{ testCommand: null, commands: {}, reviewers: [], fourEyes: "when_possible", planApproval: "risky" },
  });
  return id;
}

beforeAll(async () => {
  const projectId = await add("billing", null);
  await add("web", "C1");
  const document = Workflow.parse(SHIP);
  await saveWorkflow(sql, workspaceId, { name: "ship", projectId, document });
  await saveWorkflow(sql, workspaceId, { name: "any", projectId: null, document });
});

test("a project's own workflow is for that project, in whatever channel", async () => {
  const { project, title } = await resolve(sql, asked);
  expect([project?.name, title]).toEqual(["billing", "Ship billing 1.2.3"]);
  expect((await resolve(sql, { ...asked, project: "billing" })).project?.name).toBe("billing");
});

test("it never runs on another project than the one that was named", async () => {
  await expect(resolve(sql, { ...asked, project: "web" })).rejects.toThrow(
    /“ship” is for project billing, not web/,
  );
});

test("a workflow of nobody's is for the named project, else for the channel's", async () => {
  const anybodys = { ...asked, workflow: "any" };
  expect((await resolve(sql, anybodys)).project?.name).toBe("web");
  expect((await resolve(sql, { ...anybodys, project: "billing" })).project?.name).toBe("billing");
});
