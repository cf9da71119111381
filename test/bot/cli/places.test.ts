import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { saveInstallation } from "#db/places.ts";
import { countersign, countersignJson } from "#test/support/cli.ts";
import { makeRepository } from "#test/support/e2e/repository.ts";
import { testDatabase } from "#test/support/postgres.ts";

const { url, sql } = await testDatabase();
const dir = realpathSync(mkdtempSync(join(tmpdir(), "countersign-places-")));
const home = join(dir, "home");
const where = { home, env: { DATABASE_URL: url } };

beforeAll(async () => {
  mkdirSync(home);
  await saveInstallation(sql, { workspaceId: "T01LOCAL", name: "Local", botUserId: "UCSIGN01" });
});
afterAll(() => rmSync(dir, { recursive: true, force: true, maxRetries: 3 }));

const repository = (name: string, files: Readonly<Record<string, string>> = { "go.mod": "module x\n" }) =>
  makeRepository(join(dir, name), files);

describe("countersign project", () => {
  test("add . finds name, branch and test command of the repository where the operator stands", async () => {
    const path = repository("shop");
    expect(await countersignJson({ ...where, dir: path }, "project", "add", ".")).toEqual({
      ...{ name: "shop", repository: path, branch: null, channel: null, test_command: "go test ./..." },
      ...{ commands: {}, reviewers: [], owner: null, four_eyes: "when_possible", plan_approval: "risky" },
    });
    const { stdout } = await countersign(where, "project", "list");
    expect(stdout).toMatch(
      /^NAME +CHANNEL +TESTS +REVIEWERS +OWNER +REPOSITORY\nshop +- +go test \.\/\.\.\. +- +- +\//,
    );
  });

  test("add of one that is there changes only what is said", async () => {
    const path = repository("api");
    const said = [
      "--channel",
      "C0123456789",
      "--reviewer",
      "U01ALICE",
      "--reviewer",
      "U02BOB",
      "--four-eyes",
      "always",
      "--owner",
      "U03CAROL",
    ];
    const commands = ["--command", "lint=npm run lint -- --max=1", "--command", "build=make"];
    await countersignJson(where, "project", "add", path, ...said, ...commands);
    const changed = { test_command: "make check", plan_approval: "always", branch: "main" };
    expect(
      await countersignJson(
        where,
        ...["project", "add", path, "--test", "make check", "--plan-approval", "always", "--branch", "main"],
      ),
    ).toMatchObject({
      ...{
        channel: "C0123456789",
        reviewers: ["U01ALICE", "U02BOB"],
        four_eyes: "always",
        owner: "U03CAROL",
        ...changed,
      },
      commands: { lint: "npm run lint -- --max=1", build: "make" },
    });
    expect(
      await countersignJson(
        where,
        ...[
          "project",
          "add",
          path,
          "--channel",
          "none",
          "--reviewer",
          "none",
          "--test",
          "none",
          "--owner",
          "none",
        ],
      ),
    ).toMatchObject({ channel: null, reviewers: [], owner: null, test_command: null, branch: "main" });
  });

  test("add does not give a name to another repository unless it is asked to", async () => {
    const [first, second] = [repository("a/web"), repository("b/web")];
    await countersignJson(where, "project", "add", first);
    const { code, stderr } = await countersign(where, "project", "add", second);
    expect(code).toBe(1);
    expect(stderr).toContain(`There is a project “web” already, for ${first}`);
    expect(await countersignJson(where, "project", "add", second, "--name", "web2")).toMatchObject({
      ...{ name: "web2", repository: second },
    });
    expect(await countersignJson(where, "project", "add", second, "--name", "web")).toMatchObject({
      repository: second,
    });
  });

  test.each([
    [["/nowhere"], /can't be opened \(ENOENT\)/],
    [["ext::sh -c id"], /is not a repository that can be used/],
    [[".", "--channel", "#general"], /Give a channel's id in Slack, such as C0123456789/],
    [[".", "--reviewer", "@bob"], /Give a person's id in Slack, such as U0123456789/],
    [[".", "--owner", "carol"], /Give a person's id in Slack, such as U0123456789/],
    [[".", "--command", "npm test"], /Write it as name=line/],
    [[".", "--command", "test=npm test"], /is set by --test/],
    [[".", "--four-eyes", "sometimes"], /Write one of always, when_possible, never/],
    [[".", "--name", "a b"], /is no project name/],
    [
      [
        ...".,--reviewer,U11,--reviewer,U12,--reviewer,U13,--reviewer,U14,--reviewer,U15,--reviewer,U16".split(
          ",",
        ),
      ],
      /at most 5 reviewers/,
    ],
    [[], /missing required argument 'repository'/],
  ])("add %j is refused, and says what to write", async (args, why) => {
    const { code, stdout, stderr } = await countersign(where, "project", "add", ...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(why);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

describe("countersign workflow", () => {
  const file = (text: string) => {
    writeFileSync(join(home, "ship.yml"), text);
    return "ship.yml";
  };
  const ship = (title: string) =>
    `name: ship\ntitle: ${title} {version}\nparameters:\n  version: {description: the version, pattern: semver}\nsteps:\n  - {key: go, title: Go, agent: {kind: command, run: "true"}}\n`;

  test("add saves it, changes it, and keeps its project until another is named", async () => {
    await countersignJson(where, "project", "add", repository("cart"));
    const added = await countersignJson(where, "workflow", "add", file(ship("Ship")), "--project", "cart");
    expect(added).toMatchObject({ name: "ship", project: "cart", title: "Ship {version}", steps: 1 });
    const { stdout } = await countersign(where, "workflow", "add", file(ship("Send")));
    expect(stdout).toBe("Changed ship. In Slack: /goal run ship version=1.2.3\n");
    expect(await countersignJson(where, "workflow", "list")).toMatchObject([
      { name: "ship", project: "cart", title: "Send {version}" },
    ]);
    await countersignJson(where, "workflow", "add", file(ship("Send")), "--project", "none");
    expect((await countersign(where, "workflow", "list")).stdout).toMatch(
      /ship +- +version +Send \{version\}/,
    );
  });

  test.each([
    [["none.yml"], /none\.yml can't be read \(ENOENT\)/],
    [["ship.yml", "--project", "nowhere"], /There is no project “nowhere”/],
  ])("add %j is refused", async (args, why) => {
    file(ship("Ship"));
    const { code, stderr } = await countersign(where, "workflow", "add", ...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(why);
  });

  test("add names the line of every mistake in the file", async () => {
    const { code, stderr } = await countersign(
      where,
      "workflow",
      "add",
      file("name: Ship It\ntitle: x\nsteps: []\n"),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/line 1: name: .*\nline 3: steps: /);
  });
});

describe("Which workspace", () => {
  const theirs = "T99OTHER";
  afterAll(() => sql`delete from installations where workspace_id <> 'T01LOCAL'`);

  test("is the connected one; with several, or none, it must be named", async () => {
    await sql`insert into installations (workspace_id, name, bot_user_id, connected) values (${theirs}, 'Other', 'U9', false)`;
    expect(await countersignJson(where, "project", "list")).not.toEqual([]);
    expect(await countersignJson(where, "project", "list", "--workspace", theirs)).toEqual([]);
    await sql`update installations set connected = true`;
    expect((await countersign(where, "project", "list")).stderr).toMatch(
      /^Several workspaces are connected: name one with --workspace: T01LOCAL \(Local\), T99OTHER \(Other\)/,
    );
    await sql`update installations set connected = false`;
    expect((await countersign(where, "project", "list")).stderr).toMatch(/^No workspace is connected now/);
    expect((await countersign(where, "project", "list", "--workspace", "T0")).stderr).toMatch(
      /^There is no workspace T0 here/,
    );
    await sql`update installations set connected = workspace_id = 'T01LOCAL'`;
  });
});
