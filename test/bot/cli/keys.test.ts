import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { hashApiKey } from "#bot/api-keys.ts";
import { saveInstallation, saveProject } from "#db/places.ts";
import { countersign, countersignJson } from "#test/support/cli.ts";
import { peopleOf } from "#test/support/e2e/people.ts";
import { startLocalSlack } from "#test/support/local-slack.ts";
import { testDatabase } from "#test/support/postgres.ts";

const { url, sql } = await testDatabase();
const SECRET = "a secret that only this test has";
const home = mkdtempSync(join(tmpdir(), "countersign-keys-"));
const where = { home, env: { DATABASE_URL: url, COUNTERSIGN_SECRET: SECRET } };
const Created = z.object({ id: z.uuid(), key: z.string(), expires_at: z.iso.datetime().nullable() });

const BILLING = "00000000-0000-8000-8000-000000000001";

beforeAll(async () => {
  await saveInstallation(sql, { workspaceId: "T01LOCAL", name: "Local", botUserId: "UCSIGN01" });
  await saveProject(sql, {
    ...{ id: BILLING, workspaceId: "T01LOCAL", name: "billing", repository: "/srv/billing", branch: null },
    ...{ channelId: null, testCommand: null, commands: {}, reviewers: [] },
    ...{ fourEyes: "when_possible", planApproval: "risky" },
  });
});
afterAll(() => rmSync(home, { recursive: true }));

describe("countersign key", () => {
  test("create shows the key once, and keeps only its hash under COUNTERSIGN_SECRET", async () => {
    const { code, stdout } = await countersign(
      where,
      ...["key", "create", "--person", "U02BOB", "--scopes", "ask,respond", "--name", "Bob's phone"],
    );
    expect(code).toBe(0);
    const [key = ""] = stdout.split("\n");
    expect(key).toMatch(/^cs_[\w-]{43}$/);
    const rows = await sql`select * from api_keys where name = 'Bob''s phone'`;
    expect(rows).toMatchObject([
      {
        ...{ workspace_id: "T01LOCAL", person_id: "U02BOB", scopes: ["ask", "respond"], expires_at: null },
        ...{ prefix: key.slice(0, 10), hash: hashApiKey(SECRET, key) },
      },
    ]);
    expect(JSON.stringify(rows)).not.toContain(key);
    expect(hashApiKey("another secret", key)).not.toBe(hashApiKey(SECRET, key));
    const lists = [
      await countersign(where, "key", "list"),
      await countersign(where, "key", "list", "--json"),
    ];
    for (const list of lists) {
      expect(list.stdout).toContain(key.slice(0, 10));
      expect(list.stdout).not.toContain(key);
    }
  });

  test("create --expires counts from now; revoke takes it back by its id or its first letters, once", async () => {
    const create = ["key", "create", "--scopes", "ask", "--expires", "30d"];
    const before = Date.now();
    const first = Created.parse(await countersignJson(where, ...create));
    const holds = new Date(first.expires_at ?? 0).getTime() - 30 * 24 * 3_600_000;
    expect(holds).toBeGreaterThanOrEqual(before);
    expect(holds).toBeLessThanOrEqual(Date.now());
    const second = Created.parse(await countersignJson(where, ...create));
    expect(await countersignJson(where, "key", "revoke", first.id)).toEqual({ id: first.id, revoked: true });
    expect(await countersignJson(where, "key", "revoke", second.key.slice(0, 10))).toMatchObject({
      id: second.id,
    });
    const { code, stderr } = await countersign(where, "key", "revoke", first.id);
    expect(code).toBe(1);
    expect(stderr).toMatch(/There is no such key that still holds/);
    expect((await countersign(where, "key", "list")).stdout).toMatch(/an agent +ask +all +revoked 20/);
  });

  test("an agent's key may have an owner and one project, and key list shows both", async () => {
    const args = ["--scopes", "ask,goals", "--owner", "U01ALICE", "--project", "billing"];
    const made = await countersignJson(where, "key", "create", ...args, "--name", "release-bot");
    expect(made).toMatchObject({ owner: "U01ALICE", person: null, project: "billing", name: "release-bot" });
    const rows = await sql`select owner_id, project_id, person_id from api_keys where name = 'release-bot'`;
    expect(rows).toEqual([{ owner_id: "U01ALICE", project_id: BILLING, person_id: null }]);
    expect((await countersign(where, "key", "list")).stdout).toMatch(
      /release-bot +an agent of U01ALICE +ask,goals +billing +until revoked/,
    );
  });

  test("an agent's key for goals without an owner says that it can submit none", async () => {
    const { stdout } = await countersign(where, "key", "create", "--scopes", "goals");
    expect(stdout).toMatch(/Without --owner it can read goals but submit none/);
  });

  test("whose word it is, is looked up where there is a Slack: a slip, a bot and a guest are refused", async () => {
    const slack = await startLocalSlack();
    try {
      const { botToken, appToken } = slack.slack.credentials;
      const tokens = { SLACK_API_URL: slack.apiUrl, SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken };
      const withSlack = { home, env: { ...where.env, ...tokens } };
      const create = (person: string) =>
        countersign(withSlack, "key", "create", "--scopes", "respond", "--person", person);
      expect(await create("U02BOB")).toMatchObject({ code: 0, stderr: "" });
      const nobody = await create("U09NOBODY");
      expect(nobody.code).toBe(1);
      expect(nobody.stderr).toMatch(/U09NOBODY is no full member .*Slack knows nobody of that id/);
      expect((await create("UCSIGN01")).stderr).toMatch(/is a bot/);
      await peopleOf(slack.url).act("people", { id: "U10GUEST", name: "Gus", is_restricted: true });
      expect((await create("U10GUEST")).stderr).toMatch(/is a guest/);
    } finally {
      await slack.close();
    }
  });

  test.each([
    [["--scopes", "respond"], /only people do: name whose word it is with --person/],
    [["--scopes", "ask,,x"], /“” is no scope\. What there is, .*ask, respond, goals, work, events/],
    [["--scopes", "admin"], /“admin” is no scope/],
    [["--scopes", "ask,work", "--person", "U02BOB"], /“work” .*no person's key does/],
    [["--scopes", "ask", "--person", "U02BOB", "--owner", "U01ALICE"], /A person's key needs no owner/],
    [["--scopes", "ask", "--owner", "alice"], /Give a person's id/],
    [["--scopes", "ask", "--project", "nowhere"], /no project “nowhere”: there is billing/],
    [["--scopes", "ask", "--expires", "soon"], /Write a time such as 12h, 30d/],
    [["--scopes", "ask", "--person", "bob"], /Give a person's id/],
    [[], /required option '--scopes <a,b>' not specified/],
  ])("create %j is refused, and keeps nothing", async (args, why) => {
    const count = () => sql`select count(*) from api_keys`;
    const before = await count();
    const { code, stdout, stderr } = await countersign(where, "key", "create", ...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(why);
    expect(await count()).toEqual(before);
  });
});

describe("Every command", () => {
  const commands = [
    ...["start", "migrate", "connect", "manifest", "goal", "goal run", "project add", "project list"],
    ...[
      "workflow add",
      "workflow list",
      "run list",
      "run show",
      "run cancel",
      "key create",
      "key list",
      "key revoke",
    ],
  ];
  test.each(commands)("%s explains itself with --help, and has --json", async (command) => {
    const { code, stdout, stderr } = await countersign(where, ...command.split(" "), "--help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`^Usage: countersign ${command}`));
    expect(stdout).toContain("--json");
  });

  test("that there is not is refused with a suggestion", async () => {
    const { code, stderr } = await countersign(where, "runs", "list");
    expect(code).toBe(1);
    expect(stderr).toMatch(/unknown command 'runs'\n\(Did you mean run\?\)/);
  });
});
