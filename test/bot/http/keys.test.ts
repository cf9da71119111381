import { beforeAll, describe, expect, test } from "vitest";
import { listKeys, revokeKey } from "#db/keys.ts";
import { saveProject } from "#db/places.ts";
import { useApiStage } from "#test/support/api-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

const database = await testDatabase();
const stage = useApiStage(database);
const PROJECTS = ["00000000-0000-8000-8000-00000000000a", "00000000-0000-8000-8000-00000000000b"] as const;
const [OURS, THEIRS] = PROJECTS;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

beforeAll(async () => {
  for (const id of PROJECTS)
    await saveProject(database.sql, {
      ...{
        id,
        workspaceId: "T01LOCAL",
        name: `project-${id.at(-1)}`,
        repository: `/srv/${id}`,
        branch: null,
      },
      ...{ channelId: "C01GENERAL", testCommand: null, commands: {}, reviewers: [] },
      ...{ fourEyes: "when_possible", planApproval: "risky" },
    });
});

const list = (key?: string) => stage().call("GET", "/api/v1/requests", key === undefined ? {} : { key });
const ask = (key: string, title: string) =>
  stage().call("POST", "/api/v1/requests", { key, body: { title } });

describe("Who has no key that holds", () => {
  test("is told how to make one", async () => {
    const { status, body, headers } = await list();
    expect(status).toBe(401);
    expect(body).toMatchObject({ code: "unauthorized", status: 401 });
    expect(body.detail).toMatch(/Authorization: Bearer cs_…\. .*key create/);
    expect(headers.get("www-authenticate")).toBe('Bearer realm="Countersign"');
  });

  test("does not get in with one that was made up", async () => {
    const { status, body } = await list("cs_0123456789012345678901234567890123456789012");
    expect({ status, detail: body.detail }).toMatchObject({ status: 401, detail: /no such key/ });
  });

  test.each([
    "Basic dXNlcjpwYXNz",
    "Bearer",
    "cs_0123456789012345678901234567890123456789012",
    "Bearer ' or 1=1 --",
  ])("nor with “%s”", async (authorization) => {
    const { status } = await stage().call("GET", "/api/v1/requests", { headers: { authorization } });
    expect(status).toBe(401);
  });

  test("does not get in with a key in the address: addresses are logged", async () => {
    const key = await stage().key();
    expect((await stage().call("GET", `/api/v1/requests?key=${key}&access_token=${key}`)).status).toBe(401);
  });

  test("learns nothing of what there is: also an address that does not exist is refused first", async () => {
    expect((await stage().call("GET", "/api/v1/nothing-here")).status).toBe(401);
    const key = await stage().key();
    expect((await stage().call("GET", "/api/v1/nothing-here", { key })).status).toBe(404);
  });
});

describe("A key ends", () => {
  test("in the moment in which it is revoked, though it was just used", async () => {
    const key = await stage().key({ name: "soon revoked" });
    expect((await list(key)).status).toBe(200);
    const row = (await listKeys(database.sql, "T01LOCAL")).find(({ name }) => name === "soon revoked");
    await revokeKey(database.sql, "T01LOCAL", row?.id ?? "");
    await expect.poll(async () => (await list(key)).status, { interval: 5, timeout: 1_000 }).toBe(401);
    expect((await list(key)).body.detail).toMatch(/was revoked/);
  });

  test("when it expires, though it was just used", async () => {
    const key = await stage().key({ expiresAt: new Date(stage().clock.now() + HOUR_MS) });
    expect((await list(key)).status).toBe(200);
    stage().clock.advance(DAY_MS);
    const { status, body } = await list(key);
    expect({ status, detail: body.detail }).toMatchObject({ status: 401, detail: /has expired/ });
  });
});

describe("A key does what it was made for", () => {
  test.each([
    ["events", "POST", "/api/v1/requests", { title: "May I?" }, "ask"],
    ["goals", "GET", "/api/v1/requests", undefined, "ask"],
    ["ask", "POST", "/api/v1/goals", { goal: "Say hello" }, "goals"],
    ["ask", "GET", "/api/v1/goals", undefined, "goals"],
  ] as const)("with the scope %s alone %s %s is refused", async (scope, method, path, body, needed) => {
    const key = await stage().key({ scopes: [scope] });
    const answered = await stage().call(method, path, body === undefined ? { key } : { key, body });
    expect(answered.status).toBe(403);
    expect(answered.body).toMatchObject({ code: "not_allowed" });
    expect(answered.body.detail).toMatch(new RegExp(`${needed}.*key create --scopes`));
  });

  test("a key of one project neither sees nor takes back what another's asked", async () => {
    const [ours, theirs] = [await stage().key({ project: OURS }), await stage().key({ project: THEIRS })];
    const asked = await ask(ours, "Ours");
    expect(asked.status).toBe(201);
    const path = `/api/v1/requests/${asked.body.id}`;
    expect((await stage().call("GET", path, { key: ours })).status).toBe(200);
    expect((await stage().call("GET", path, { key: theirs })).body).toMatchObject({ code: "not_found" });
    expect((await stage().call("POST", `${path}/cancel`, { key: theirs })).status).toBe(404);
    expect((await list(theirs)).body.items).toEqual([]);
  });
});
