import { createHmac, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { createSecrets } from "#bot/outside/deliveries/secrets.ts";
import { aboutConnection } from "#bot/sync/connected.ts";
import { signedBy } from "#bot/sync/inbound/signed.ts";
import { connectionsIn, saveConnection } from "#db/connections.ts";
import { saveProject } from "#db/places.ts";
import { JiraSettings } from "#integrations/jira/settings.ts";
import { connectWorkspace, WORKSPACE } from "#test/support/engine-stage.ts";
import { command, commandJson } from "#test/support/operator.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { deskAt } from "#test/support/sync-desk.ts";

const { url, sql } = await testDatabase();
const home = mkdtempSync(join(tmpdir(), "countersign-webhook-"));
afterAll(() => rmSync(home, { recursive: true }));
const { env, ...desk } = deskAt(home, url);
const alone = { ...desk, env };
const reachable = { ...desk, env: { ...env, PUBLIC_URL: "https://cs.example.com/" } };
const secrets = createSecrets(env.COUNTERSIGN_SECRET);
const Made = z.object({ url: z.string(), secret: z.string().min(40), jql: z.string(), inbound: z.string() });

const [billing, shop] = [randomUUID(), randomUUID()];
const connect = async (inbound: string) => {
  const place = { workspaceId: WORKSPACE, projectId: billing, system: "jira" } as const;
  const settings = JiraSettings.parse({
    url: "https://acme.atlassian.net",
    username: "a@example.com",
    project: "PAY",
    inbound,
  });
  await saveConnection(sql, {
    ...place,
    settings,
    token: secrets.encrypt("t", aboutConnection(place)),
    source: "cli",
  });
};
const isSigned = async (secret: string): Promise<boolean> => {
  const bytes = Buffer.from("{}");
  const signature = `sha256=${createHmac("sha256", secret).update(bytes).digest("hex")}`;
  const claimed = { origin: "https://acme.atlassian.net", project: "PAY", signature, bytes };
  return (await signedBy({ sql, secrets }, claimed)).length > 0;
};

beforeAll(async () => {
  await connectWorkspace(sql);
  for (const [name, id] of [
    ["billing", billing],
    ["shop", shop],
  ] as const)
    await saveProject(sql, {
      ...{ id, workspaceId: WORKSPACE, name, repository: "/nowhere", branch: null, channelId: null },
      ...{ testCommand: null, commands: {}, reviewers: [], fourEyes: "when_possible", planApproval: "never" },
    });
  await connect("webhook");
});

test("jira webhook shows a secret once, with where it goes; it signs from then on, and is kept encrypted", async () => {
  const { code, stdout, stderr } = await command(reachable, "jira", "webhook", "billing");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const [secret = ""] = stdout.split("\n");
  expect(stdout).toContain("https://cs.example.com/webhooks/jira");
  expect(stdout).toContain("https://acme.atlassian.net/plugins/servlet/webhooks");
  expect(stdout).toContain("project = PAY");
  expect(stdout).not.toContain("turns it on");
  expect(await isSigned(secret)).toBe(true);
  expect(JSON.stringify(await connectionsIn(sql, WORKSPACE))).not.toContain(secret);

  const next = Made.parse(await commandJson(reachable, "jira", "webhook", "billing"));
  expect(next).toMatchObject({
    url: "https://cs.example.com/webhooks/jira",
    jql: "project = PAY",
    inbound: "webhook",
  });
  expect(await isSigned(next.secret)).toBe(true);
  expect(await isSigned(secret)).toBe(false);
});

test("says what is missing: an address, a connection, that it is turned on", async () => {
  const without = await command(alone, "jira", "webhook", "billing");
  expect(without.code).toBe(1);
  expect(without.stderr).toMatch(/PUBLIC_URL.*--inbound poll/);
  const other = await command(reachable, "jira", "webhook", "shop");
  expect(other.stderr).toContain("shop is not connected to Jira: ./countersign jira set shop");
  await connect("off");
  const off = await command(reachable, "jira", "webhook", "billing");
  expect(off.stdout).toContain("./countersign jira set billing --inbound webhook turns it on");
});
