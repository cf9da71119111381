import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { hashApiKey } from "#bot/api-keys.ts";
import { saveInstallation } from "#db/places.ts";
import { countersign, countersignJson } from "#test/support/cli.ts";
import { testDatabase } from "#test/support/postgres.ts";

const { url, sql } = await testDatabase();
const SECRET = "a secret that only this test has";
const home = mkdtempSync(join(tmpdir(), "countersign-keys-"));
const where = { home, env: { DATABASE_URL: url, COUNTERSIGN_SECRET: SECRET } };
const Created = z.object({ id: z.uuid(), key: z.string(), expires_at: z.iso.datetime().nullable() });

beforeAll(() => saveInstallation(sql, { workspaceId: "T01LOCAL", name: "Local", botUserId: "UCSIGN01" }));
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
    expect((await countersign(where, "key", "list")).stdout).toMatch(/an agent +ask +revoked 20/);
  });

  test.each([
    [["--scopes", "respond"], /only people do: name whose word it is with --person/],
    [["--scopes", "ask,,x"], /“” is no scope/],
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
