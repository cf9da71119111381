import { beforeEach, describe, expect, test } from "vitest";
import { readProjects } from "#bot/config/projects.ts";
import type { Config } from "#bot/config.ts";
import { createSecrets } from "#bot/outside/deliveries/secrets.ts";
import { confluenceOf, jiraOf } from "#bot/sync/connected.ts";
import { settleConnections } from "#bot/sync/settle-connections.ts";
import { connectionOf, connectionsIn, removeConnection } from "#db/connections.ts";
import { claim } from "#db/cursors.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { syncStage, WORKSPACE } from "#test/support/sync-stage.ts";

const { sql } = await testDatabase();
const stage = syncStage(sql);
const { secrets, log, lines } = stage;
const ACCOUNT = {
  JIRA_URL: "https://acme.atlassian.net",
  JIRA_USERNAME: "bot@acme.com",
  JIRA_API_TOKEN: "jira-token",
};
const PAGES = {
  CONFLUENCE_URL: "https://acme.atlassian.net",
  CONFLUENCE_USERNAME: "bot@acme.com",
  CONFLUENCE_API_TOKEN: "page-token",
};
let billing: string;

beforeEach(async () => {
  await stage.clear();
  lines.length = 0;
  billing = await stage.project("billing");
});

/** A start with this section in countersign.yaml. */
async function startWith(
  projects: unknown,
  account: Readonly<Record<string, string>> = { ...ACCOUNT, ...PAGES },
) {
  const problems: unknown[] = [];
  const config = { projects: readProjects(projects, account, problems as never) } as Config;
  expect(problems).toEqual([]);
  await settleConnections({ sql, secrets, config, workspaceId: WORKSPACE, log });
}

const all = async () =>
  (await connectionsIn(sql, WORKSPACE)).map(({ system, source, settings }) => ({ system, source, settings }));
const isFollowed = async (id: string) =>
  (await claim(sql, { name: "jira", reads: "jira" }, "00000000-0000-4000-8000-000000000009", id)) !== null;
const stuck = () => sql`select stream_id from cursors where stuck_at is not null`;

describe("What countersign.yaml says of a project", () => {
  test("connects it at the start, with the token kept encrypted", async () => {
    await startWith({
      billing: { jira: { project: "PAY", goal_label: "agent" }, confluence: { space: "ENG" } },
    });
    expect(await all()).toMatchObject([
      { system: "confluence", source: "settings", settings: { space: "ENG", parent: null } },
      {
        system: "jira",
        source: "settings",
        settings: { project: "PAY", goalLabel: "agent", inbound: "off" },
      },
    ]);
    expect(await jiraOf({ sql, secrets }, WORKSPACE, billing)).toMatchObject({ token: "jira-token" });
    expect(await confluenceOf({ sql, secrets }, WORKSPACE, billing)).toMatchObject({ token: "page-token" });
    expect(JSON.stringify(await sql`select * from connections`)).not.toMatch(/jira-token|page-token/);
  });

  test("changed, holds from the next start; the moment of the connection stays", async () => {
    await startWith({ billing: { jira: { project: "PAY" } } });
    const before = await connectionOf(sql, WORKSPACE, billing, "jira");
    await startWith({ billing: { jira: { project: "SHOP" } } }, { ...ACCOUNT, JIRA_API_TOKEN: "new-token" });
    const after = await connectionOf(sql, WORKSPACE, billing, "jira");
    expect(after).toMatchObject({ settings: { project: "SHOP" }, since: before?.since });
    expect(await jiraOf({ sql, secrets }, WORKSPACE, billing)).toMatchObject({ token: "new-token" });
  });

  test("removed, is not written any more, and its token is forgotten", async () => {
    await startWith({ billing: { jira: { project: "PAY" }, confluence: { space: "ENG" } } });
    await startWith({ billing: { confluence: { space: "ENG" } } });
    expect(await all()).toMatchObject([{ system: "confluence" }]);
    await startWith(undefined);
    expect(await all()).toEqual([]);
    expect(await sql`select distinct token from connections`).toEqual([{ token: "" }]);
  });

  test("gives way to the command line, which a start does not undo", async () => {
    await stage.connect(billing, "jira", "cli");
    await startWith({ billing: { jira: { project: "FILE" } } });
    expect(await all()).toMatchObject([{ source: "cli", settings: { project: "PAY" } }]);
    expect(lines.join("")).toMatch(/the command line has set how a project is connected/);
    await startWith(undefined);
    expect(await all()).toMatchObject([{ source: "cli" }]);
    await removeConnection(sql, { workspaceId: WORKSPACE, projectId: billing, system: "jira" });
    await startWith({ billing: { jira: { project: "FILE" } } });
    expect(await all()).toMatchObject([{ source: "settings", settings: { project: "FILE" } }]);
  });

  test("of a project that is not there yet is warned of, and keeps nobody from starting", async () => {
    await startWith({ shop: { jira: { project: "SHOP" } }, billing: { jira: { project: "PAY" } } });
    expect(lines.join("")).toMatch(
      /the settings name a project that is not there: .\/countersign project add.*shop/,
    );
    expect(await all()).toHaveLength(1);
  });

  test("stays as it was in another workspace", async () => {
    await startWith({ billing: { jira: { project: "PAY" } } });
    await sql`update connections set workspace_id = 'T02THEIRS'`;
    await startWith(undefined);
    expect(await connectionsIn(sql, "T02THEIRS")).toHaveLength(1);
  });
});

describe("Which runs are written", () => {
  test("those that were asked for since their project is connected, never older ones", async () => {
    const before = await stage.run(billing, 10);
    await startWith({ billing: { jira: { project: "PAY" } } });
    await sql`update connections set since = now() - interval '5 min'`;
    const after = await stage.run(billing, 1);
    expect([await isFollowed(before.id), await isFollowed(after.id)]).toEqual([false, true]);
  });

  test("none of those that were asked for while it was removed", async () => {
    await startWith({ billing: { jira: { project: "PAY" } } });
    await startWith(undefined);
    const meanwhile = await stage.run(billing);
    expect(await isFollowed(meanwhile.id)).toBe(false);
    await new Promise((resolve) => setImmediate(resolve));
    await startWith({ billing: { jira: { project: "PAY" } } });
    expect(await isFollowed(meanwhile.id)).toBe(false);
  });
});

describe("A start after somebody has mended countersign.yaml", () => {
  const stick = async () => {
    const { id } = await stage.run(billing);
    await stage.cursor("jira", id, { stuck: "field 'Team' is required" });
  };

  test("tries again what was stuck; one that changes nothing does not", async () => {
    await startWith({ billing: { jira: { project: "PAY" } } });
    await stick();
    await startWith({ billing: { jira: { project: "PAY" } } });
    expect(await stuck()).toHaveLength(1);
    await startWith({ billing: { jira: { project: "PAY", fields: { Team: "Payments" } } } });
    expect(await stuck()).toEqual([]);
  });

  test("takes a new token, also where the kept one can't be read any more", async () => {
    await startWith({ billing: { jira: { project: "PAY" } } });
    await stick();
    await sql`update connections set token = ${createSecrets("quite another secret").encrypt("x", "y")}`;
    await startWith({ billing: { jira: { project: "PAY" } } });
    expect(await stuck()).toEqual([]);
    expect(await jiraOf({ sql, secrets }, WORKSPACE, billing)).toMatchObject({ token: "jira-token" });
  });
});
