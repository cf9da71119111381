import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { saveInstallation, saveProject } from "#db/places.ts";
import { type Confluence, startConfluence } from "#test/support/atlassian/confluence.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { type Jira, startJira } from "#test/support/atlassian/jira.ts";
import { command } from "#test/support/operator.ts";
import { testDatabase } from "#test/support/postgres.ts";

const { url, sql } = await testDatabase();
const home = mkdtempSync(join(tmpdir(), "countersign-check-"));
const fresh = mkdtempSync(join(tmpdir(), "countersign-fresh-"));
const desk = { home, env: { DATABASE_URL: url, COUNTERSIGN_SECRET: "a secret of these tests" } };

withContracts("jira check and confluence check", () => {
  let jira: Jira;
  let wiki: Confluence;
  let account: readonly string[];

  beforeAll(async () => {
    [jira, wiki] = await Promise.all([startJira({ limits: "none" }), startConfluence({ limits: "none" })]);
    account = ["--url", jira.url, "--username", jira.credentials.email];
    await saveInstallation(sql, { workspaceId: "T01LOCAL", name: "Local", botUserId: "UCSIGN01" });
    await saveProject(sql, {
      ...{ id: "0199a0e0-0000-7000-8000-000000000001", workspaceId: "T01LOCAL", name: "billing" },
      ...{ repository: "/srv/billing", branch: null, channelId: null, testCommand: null, commands: {} },
      ...{ reviewers: [], fourEyes: "when_possible", planApproval: "risky" },
    });
  });
  afterAll(async () => {
    await Promise.all([jira.close(), wiki.close()]);
    for (const dir of [home, fresh]) rmSync(dir, { recursive: true });
  });

  it("say what would work before anything is kept, and keep and write nothing", async () => {
    const piped = `${jira.credentials.token}\n`;
    const { code, stdout, stderr } = await command(
      { ...desk, piped },
      ...["jira", "check", "billing", "--key", "PAY", ...account],
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^✓ http:\S+ answers.*\n✓ Project PAY is “Zahlungen”/);
    expect(stdout).toMatch(/\nIt works.*Nothing was written\.\n$/);
    expect(await sql`select from connections`).toHaveLength(0);
    expect(jira.issues()).toEqual([]);
  });

  it("end with 1 where something does not work, with what to do and where settings stand", async () => {
    const piped = jira.credentials.token;
    const said = ["jira", "check", "billing", "--key", "TEAM", ...account];
    const { code, stdout } = await command({ ...desk, piped }, ...said);
    expect(code).toBe(1);
    expect(stdout).toMatch(/\n✕ .*field 'Team' is required\n {4}Set `jira\.fields\.team` for billing/);
    expect(stdout).toMatch(
      /Settings are options \(\.\/countersign jira set billing --field team=…\), or stand in countersign\.yaml/,
    );
    expect(stdout).toMatch(/\nIt does not work yet: 1 to mend\. Nothing was written\.\n$/);
    expect((await command({ ...desk, piped }, ...said, "--field", "Team=Red")).code).toBe(0);
    const json = await command({ ...desk, piped }, ...said, "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({
      ...{ project: "billing", system: "jira", works: false },
      findings: expect.arrayContaining([
        {
          level: "problem",
          what: expect.stringContaining("Team"),
          todo: expect.stringContaining("jira.fields"),
        },
        { level: "ok", what: expect.stringContaining("Project TEAM"), todo: null },
      ]),
    });
    expect(stdout + json.stdout).not.toContain(piped);
  });

  it("say where no project is called so, for that may be a slip", async () => {
    const piped = jira.credentials.token;
    const { code, stdout } = await command(
      { ...desk, piped },
      ...["jira", "check", "biling", "--key", "PAY", ...account],
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n! Countersign has no project “biling” yet\n {4}\.\/countersign project list/);
  });

  it("work by countersign.yaml alone, before Countersign was ever started", async () => {
    writeFileSync(
      join(fresh, "countersign.yaml"),
      `projects:\n  billing:\n    CONFLUENCE_URL: ${wiki.url}\n    confluence: {space: ENG}\n`,
    );
    const { email, token } = wiki.credentials;
    const env = { CONFLUENCE_USERNAME: email, CONFLUENCE_API_TOKEN: token };
    const { code, stdout, stderr } = await command({ home: fresh, env }, "confluence", "check", "billing");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/✓ Space ENG is “Engineering”/);
    const other = await command({ home: fresh, env }, "confluence", "check", "shop");
    expect([other.code, other.stderr]).toEqual([1, expect.stringMatching(/has not been started/)]);
  });

  it("read what is kept, and what is said instead of it", async () => {
    const env = { ...desk.env, CONFLUENCE_URL: wiki.url, CONFLUENCE_USERNAME: wiki.credentials.email };
    const piped = wiki.credentials.token;
    await command({ home, env, piped }, "confluence", "set", "billing", "--space", "ENG");
    expect((await command({ home, env }, "confluence", "check", "billing")).code).toBe(0);
    const other = await command({ home, env }, "confluence", "check", "billing", "--space", "NOPE");
    expect([other.code, other.stdout]).toEqual([1, expect.stringMatching(/✕ There is no space NOPE/)]);
    expect(await sql`select settings ->> 'space' as space from connections`).toEqual([{ space: "ENG" }]);
  });
});
