import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { createSecrets } from "#bot/outside/deliveries/secrets.ts";
import { aboutConnection } from "#bot/sync/connected.ts";
import { type ConnectionRow, connectionsIn } from "#db/connections.ts";
import { saveInstallation, saveProject } from "#db/places.ts";
import { makeRepository } from "#test/support/e2e/repository.ts";
import { command, commandJson } from "#test/support/operator.ts";
import { testDatabase } from "#test/support/postgres.ts";

const { url, sql } = await testDatabase();
const home = mkdtempSync(join(tmpdir(), "countersign-connections-"));
afterAll(() => rmSync(home, { recursive: true }));

const WORKSPACE = "T01LOCAL";
const SECRET = "a secret of these tests";
const PROJECT = "0199a0e0-0000-7000-8000-000000000001";
const SITE = "https://acme.atlassian.net";
const desk = { home, env: { DATABASE_URL: url, COUNTERSIGN_SECRET: SECRET } };
const account = ["--url", `${SITE}/`, "--username", "bot@acme.com"] as const;

beforeEach(async () => {
  rmSync(join(home, "countersign.yaml"), { force: true });
  await sql`truncate installations, projects, connections cascade`;
  await saveInstallation(sql, { workspaceId: WORKSPACE, name: "Local", botUserId: "UCSIGN01" });
  await saveProject(sql, {
    ...{ id: PROJECT, workspaceId: WORKSPACE, name: "billing", repository: "/srv/billing", branch: null },
    ...{ channelId: null, testCommand: null, commands: {}, reviewers: [] },
    ...{ fourEyes: "when_possible", planApproval: "risky" },
  });
});

/** What countersign.yaml says of a project. */
const fileConnects = (name: string, key: string) =>
  writeFileSync(
    join(home, "countersign.yaml"),
    `jira_url: ${SITE}
jira_username: file@acme.com
jira_api_token: t
projects: {${name}: {jira: {project: ${key}}}}
`,
  );
const rows = () => connectionsIn(sql, WORKSPACE);
const tokenOf = (row: ConnectionRow | undefined): string =>
  row ? createSecrets(SECRET).decrypt(row.token, aboutConnection(row)) : "none";
const set = (more: readonly string[] = [], piped = "token-1") =>
  command({ ...desk, piped }, "jira", "set", "billing", ...more);

describe("countersign jira set", () => {
  test("connects a project with a token from stdin, which is kept encrypted and shown nowhere", async () => {
    const { code, stdout, stderr } = await set(["--key", "PAY", ...account]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(
      /^billing is kept in step with Jira, PAY on https:\/\/acme.atlassian.net, as bot@acme.com\n/,
    );
    expect(stdout).toMatch(
      /goals in words are one issue \(Task\), saved workflows an Epic with a Story for each step/,
    );
    expect(stdout).toMatch(/Look first: .\/countersign jira check billing/);
    const [row] = await rows();
    expect(row).toMatchObject({ projectId: PROJECT, system: "jira", source: "cli", settings: { url: SITE } });
    expect(tokenOf(row)).toBe("token-1");
    expect(JSON.stringify(row)).not.toContain("token-1");
    expect(stdout).not.toContain("token-1");
  });

  test("asks for the token at a terminal and does not show what is typed", async () => {
    const { code, stdout, stderr } = await command(
      { ...desk, typed: "typed-token" },
      ...["jira", "set", "billing", "--key", "PAY", ...account],
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^API token of bot@acme.com for https:\/\/acme.atlassian.net \(it is not shown\): \n$/,
    );
    expect(stdout + stderr).not.toContain("typed-token");
    expect(tokenOf((await rows())[0])).toBe("typed-token");
  });

  test("of one that is connected changes only what is said, and needs no token for that", async () => {
    await set([
      "--key",
      "PAY",
      ...account,
      "--label",
      "ai",
      "--field",
      "Team=Payments",
      "--type",
      "step=Task",
    ]);
    const changed = await commandJson(
      desk,
      ...[
        "jira",
        "set",
        "billing",
        "--mode",
        "epic",
        "--field",
        'Sprint={"id":7}',
        "--person",
        "5b10a=U02BOB",
      ],
      ...["--inbound", "poll", "--goal-label", "agent"],
    );
    expect(changed).toEqual({
      ...{
        project: "billing",
        url: SITE,
        username: "bot@acme.com",
        key: "PAY",
        mode: "epic",
        labels: ["ai"],
      },
      ...{ issue_types: { epic: "Epic", step: "Task", goal: "Task" }, inbound: "poll", goal_label: "agent" },
      ...{ fields: { Team: "Payments", Sprint: { id: 7 } }, people: { "5b10a": "U02BOB" } },
      ...{ source: "cli", runs_tried_again: 0 },
    });
    const back = ["--mode", "auto", "--label", "none", "--field", "Team=", "--person", "5b10a=none"];
    expect(await commandJson(desk, "jira", "set", "billing", ...back, "--goal-label", "none")).toMatchObject({
      ...{ mode: "auto", labels: [], fields: { Sprint: { id: 7 } }, people: {}, goal_label: null },
    });
    expect(tokenOf((await rows())[0])).toBe("token-1");
  });

  test("takes address, account and token from JIRA_URL and its like", async () => {
    const env = {
      ...desk.env,
      JIRA_URL: SITE,
      JIRA_USERNAME: "all@acme.com",
      JIRA_API_TOKEN: "token-of-all",
    };
    expect((await command({ home, env }, "jira", "set", "billing", "--key", "PAY")).code).toBe(0);
    const [row] = await rows();
    expect([row?.settings, tokenOf(row)]).toMatchObject([{ username: "all@acme.com" }, "token-of-all"]);
  });

  test("sends no token to another site or account than it was given for; --token-stdin gives another", async () => {
    await set(["--key", "PAY", ...account]);
    for (const other of [
      ["--url", "https://evil.example.com"],
      ["--username", "other@acme.com"],
    ]) {
      const { code, stderr } = await command(desk, "jira", "set", "billing", ...other);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^The API token of \S+ for \S+ is missing/)]);
    }
    expect((await set(["--url", "https://new.example.com"], "token-2")).code).toBe(0);
    expect(tokenOf((await rows())[0])).toBe("token-2");
    await set(["--token-stdin"], "token-3\n");
    expect(tokenOf((await rows())[0])).toBe("token-3");
  });

  test("says everything that is wrong at once, and changes nothing", async () => {
    const { code, stdout, stderr } = await set(["--key", "pay", "--url", "acme", "--label", "a b"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^Jira can't be connected like this. Nothing was changed:\n/);
    expect(stderr).toMatch(/ {2}--url, or JIRA_URL: an address such as https:\/\/acme.atlassian.net\n/);
    expect(stderr).toMatch(/ {2}--username, or JIRA_USERNAME: must be said\n/);
    expect(stderr).toMatch(/ {2}--key: a Jira project's key, such as PAY/);
    expect(stderr).toMatch(/ {2}--label \(0\): a label has no spaces/);
    expect(await rows()).toEqual([]);
  });

  test.each([
    [["--mode", "story"], /Write one of auto, issue, epic, off/],
    [["--type", "bug=Bug"], /Write it as epic=…, step=… or goal=…/],
    [["--field", "Team"], /Write it as name=value/],
    [["--field", "Team={x"], /must be JSON/],
    [["--person", "U02BOB"], /Write it as <accountId>=<Slack id>/],
    [["--person", "5b10a=bob"], /Give a person's id in Slack/],
    [["--inbound", "on"], /Write one of off, webhook, poll/],
    [["--token", "x"], /unknown option '--token'/],
  ])("%j is refused, and says what to write", async (more, why) => {
    const { code, stderr } = await set(["--key", "PAY", ...account, ...more]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(why)]);
    expect(await rows()).toEqual([]);
  });

  test.each([
    ["", /is missing/],
    ["two words\n", /is not usable/],
  ])("a token such as %j is refused", async (piped, why) => {
    const { code, stderr } = await set(["--key", "PAY", ...account], piped);
    expect([code, stderr]).toEqual([1, expect.stringMatching(why)]);
  });

  test("a token that was kept under another secret is asked for again", async () => {
    await set(["--key", "PAY", ...account]);
    const other = { home, env: { ...desk.env, COUNTERSIGN_SECRET: "another secret of them" } };
    const { code, stderr } = await command(other, "jira", "set", "billing", "--mode", "epic");
    expect([code, stderr]).toEqual([1, expect.stringMatching(/another COUNTERSIGN_SECRET.*--token-stdin/)]);
  });
});

describe("countersign confluence set", () => {
  test("connects a space; parent and labels can go again", async () => {
    const env = {
      ...desk.env,
      CONFLUENCE_URL: SITE,
      CONFLUENCE_USERNAME: "b@acme.com",
      CONFLUENCE_API_TOKEN: "t",
    };
    const where = { home, env };
    const said = ["--space", "ENG", "--parent", "12345", "--label", "countersign", "--label", "agents"];
    expect(await commandJson(where, "confluence", "set", "billing", ...said)).toEqual({
      ...{ project: "billing", url: SITE, username: "b@acme.com", space: "ENG", parent: "12345" },
      ...{ labels: ["countersign", "agents"], source: "cli", runs_tried_again: 0 },
    });
    expect(await commandJson(where, "confluence", "set", "billing", "--parent", "none")).toMatchObject({
      ...{ parent: null, labels: ["countersign", "agents"] },
    });
  });
});

describe("countersign project add", () => {
  test("connects at once a project that countersign.yaml names", async () => {
    fileConnects("shop", "SHOP");
    const repository = makeRepository(join(home, "shop"), { "go.mod": "module x\n" });
    const { code, stdout, stderr } = await command(
      { ...desk, env: { ...desk.env, PATH: process.env["PATH"] ?? "" } },
      ...["project", "add", repository, "--name", "shop"],
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/Jira: as countersign.yaml says. Look first: .\/countersign jira check shop\n$/);
    expect(await rows()).toMatchObject([{ source: "settings", settings: { project: "SHOP" } }]);
  });
});

describe("countersign jira unset", () => {
  test("nothing is written any more, and the token is forgotten", async () => {
    await set(["--key", "PAY", ...account]);
    expect(await commandJson(desk, "jira", "unset", "billing")).toEqual({
      ...{ project: "billing", system: "jira", connected: false },
    });
    expect(await rows()).toEqual([]);
    expect(await sql`select token from connections`).toEqual([{ token: "" }]);
    const { code, stderr } = await command(desk, "jira", "unset", "billing");
    expect([code, stderr]).toEqual([1, "billing is not connected to Jira.\n"]);
    const other = await command(desk, "jira", "unset", "bill");
    expect(other.stderr).toBe("There is no project “bill”: there is billing.\n");
  });

  test("what countersign.yaml says holds again; what only that says is removed there", async () => {
    fileConnects("billing", "FILE");
    await set(["--key", "PAY", ...account, "--token-stdin"]);
    expect(await commandJson(desk, "jira", "unset", "billing")).toMatchObject({ connected: true });
    expect(await rows()).toMatchObject([{ source: "settings", settings: { project: "FILE" } }]);
    const { code, stderr } = await command(desk, "jira", "unset", "billing");
    expect([code, stderr]).toEqual([1, expect.stringMatching(/remove projects.billing.jira there/)]);
  });
});
