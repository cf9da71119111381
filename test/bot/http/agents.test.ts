import { randomUUID } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { makeHand } from "#test/support/e2e/outside-hand.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 60_000 });
const { sql, url } = await testDatabase();
const stage = useApiStage({ sql, url }, { CALLBACK_ALLOW_PRIVATE: "1" });
const AGENTS = "/api/v1/agents";

const register = async (body: unknown, key?: string) =>
  stage().call("POST", AGENTS, { key: key ?? (await stage().key({ scopes: ["work"] })), body });
const fresh = () => `scanner ${randomUUID().slice(0, 8)}`;

describe("an agent registers", () => {
  test.each(["ѕcout of hers", "Scout-of-Hers", "sc0ut of hers"])(
    "not as “%s” beside another key's scout",
    async (name) => {
      await register({ name: "scout of hers" });
      expect(await register({ name })).toMatchObject({
        ...{ status: 409, body: { code: "conflict", errors: [{ field: "name" }] } },
      });
    },
  );

  test("with a name alone, and is healthy", async () => {
    const name = fresh();
    const { status, body, headers } = await register({ name });
    expect(status).toBe(201);
    expect(headers.get("location")).toBe(`${AGENTS}/${body.id}`);
    expect(body).toMatchObject({
      ...{ name, description: "", capabilities: [], max_concurrent: 1, lease_seconds: 60, card: null },
      ...{ push: false, status: "healthy", status_reason: null, tasks: 0 },
    });
    expect(body).not.toHaveProperty("secret");
  });

  test("with all that it can say, and again with the same key: then that holds", async () => {
    const key = await stage().key({ scopes: ["work"] });
    const name = fresh();
    const card = { name: "Scanner", skills: [{ id: "scan" }] };
    const first = await register(
      { name, capabilities: ["Scan", "scan", "code:review"], max_concurrent: 3, card },
      key,
    );
    expect(first.body).toMatchObject({ capabilities: ["scan", "code:review"], max_concurrent: 3, card });
    const second = await register(
      { name: name.toUpperCase(), description: "Finds leaks", lease_seconds: 120 },
      key,
    );
    expect(second).toMatchObject({
      status: 200,
      body: {
        id: first.body.id,
        description: "Finds leaks",
        capabilities: [],
        max_concurrent: 1,
        lease_seconds: 120,
      },
    });
  });

  test("not under the name that another key's agent has, until that key holds no more", async () => {
    const theirs = await stage().key({ scopes: ["work"], name: "theirs" });
    const name = fresh();
    await register({ name }, theirs);
    const mine = await stage().key({ scopes: ["work"], name: "mine" });
    expect(await register({ name: name.toUpperCase() }, mine)).toMatchObject({
      status: 409,
      body: { code: "conflict", errors: [{ field: "name" }] },
    });
    await sql`update api_keys set revoked_at = now() where name = 'theirs'`;
    expect((await register({ name }, mine)).status).toBe(200);
  });

  test.each([
    ["a member's", "Bob"],
    ["a member's, written otherwise", "b.o.b"],
    ["one of our own", "Planner"],
  ])("not under %s name", async (_, name) => {
    expect(await register({ name })).toMatchObject({
      status: 422,
      body: { code: "bad_input", errors: [{ field: "name" }] },
    });
  });

  test.each([
    ["name", { name: "x" }],
    ["name", { name: "Bob · approved" }],
    ["name", {}],
    ["description", { description: "x".repeat(501) }],
    ["capabilities", { capabilities: "scan" }],
    ["capabilities.0", { capabilities: ["two words"] }],
    ["capabilities", { capabilities: Array.from({ length: 31 }, (_, i) => `c${i}`) }],
    ["max_concurrent", { max_concurrent: 0 }],
    ["lease_seconds", { lease_seconds: 5 }],
    ["lease_seconds", { lease_seconds: 601 }],
    ["card", { card: [] }],
    ["card", { card: { text: "x".repeat(70_000) } }],
    ["endpoint.url", { endpoint: {} }],
    ["endpoint.url", { endpoint: { url: "ftp://x" } }],
    ["endpoint.secret", { endpoint: { url: "https://agent.example.com/", secret: "short" } }],
    ["colour", { colour: "red" }],
  ])("not with a wrong %s", async (field, wrong) => {
    const body = "name" in wrong || Object.keys(wrong).length === 0 ? wrong : { name: fresh(), ...wrong };
    const answer = await register(body);
    expect(answer).toMatchObject({ status: 422, body: { code: "bad_input" } });
    expect(answer.body.errors.map((each: { field: string }) => each.field)).toContain(field);
  });

  test("not with a key that lacks the scope, nor without one", async () => {
    const key = await stage().key({ scopes: ["ask"] });
    expect(await register({ name: fresh() }, key)).toMatchObject({
      status: 403,
      body: { code: "not_allowed" },
    });
    expect((await stage().call("POST", AGENTS, { body: { name: fresh() } })).status).toBe(401);
  });

  test("with an address: its secret is told once; another address or secret begins anew", async () => {
    const key = await stage().key({ scopes: ["work"] });
    const name = fresh();
    const endpoint = { url: "http://127.0.0.1:9/tasks" };
    const first = await register({ name, endpoint }, key);
    expect(first.body).toMatchObject({ push: true, secret: expect.stringMatching(/^whsec_/) });
    expect((await register({ name, endpoint }, key)).body).not.toHaveProperty("secret");
    const other = await register({ name, endpoint: { url: "http://127.0.0.1:9/other" } }, key);
    expect(other.body.secret).toMatch(/^whsec_/);
    expect(other.body.secret).not.toBe(first.body.secret);
    const own = { ...endpoint, secret: "a secret of our own" };
    expect((await register({ name, endpoint: own }, key)).body).not.toHaveProperty("secret");
    expect((await register({ name }, key)).body).toMatchObject({ push: false });
    const rows = await sql`select disabled_at is null as on from endpoints where kind = 'agent'`;
    expect(rows.filter((row) => row["on"])).toHaveLength(0);
  });
});

describe("a registered agent", () => {
  test("is found by id or name, and listed by name in pages", async () => {
    const workspaceKey = await stage().key({ scopes: ["work"] });
    const names = ["aaa one", "AAA two", "aaa Three"];
    for (const name of names) await register({ name }, workspaceKey);
    const byName = await stage().call("GET", `${AGENTS}/${encodeURIComponent("aaa ONE")}`, {
      key: workspaceKey,
    });
    const byId = await stage().call("GET", `${AGENTS}/${byName.body.id}`, { key: workspaceKey });
    expect(byId.body).toEqual(byName.body);
    const listed: string[] = [];
    let cursor: string | null = "";
    do {
      const page = await stage().call("GET", `${AGENTS}?limit=2${cursor ? `&cursor=${cursor}` : ""}`, {
        key: workspaceKey,
      });
      expect(page.status).toBe(200);
      listed.push(...page.body.items.map((item: { name: string }) => item.name));
      cursor = page.body.next_cursor;
    } while (cursor !== null);
    expect(listed.slice(0, 3)).toEqual(["aaa one", "aaa Three", "AAA two"]);
    expect(new Set(listed).size).toBe(listed.length);
    expect((await stage().call("GET", `${AGENTS}?cursor=made-up`, { key: workspaceKey })).status).toBe(422);
    expect((await stage().call("GET", `${AGENTS}/nobody`, { key: workspaceKey })).status).toBe(404);
  });

  test("says that it lives, and hears which tasks it holds", async () => {
    const hand = await makeHand(stage(), { name: fresh() });
    await sql`update outside_agents set heartbeat_at = now() - interval '2 min', silent_since = now() where id = ${hand.id}`;
    expect((await hand.call("GET", `${AGENTS}/${hand.id}`)).body.status).toBe("silent");
    const beat = await hand.call("POST", `${AGENTS}/${hand.id}/heartbeat`, {});
    expect(beat).toMatchObject({ status: 200, body: { id: hand.id, status: "healthy", tasks: [] } });
    expect((await hand.call("POST", `${AGENTS}/${hand.id}/heartbeat`)).status).toBe(200);
    expect((await hand.call("GET", `${AGENTS}/${hand.id}`)).body.status).toBe("healthy");
  });

  test("is spoken for by its own key only, and gone once it has signed off", async () => {
    const hand = await makeHand(stage(), { name: fresh() });
    const other = await stage().key({ scopes: ["work"] });
    for (const [method, path] of [
      ["POST", `${AGENTS}/${hand.id}/heartbeat`],
      ["DELETE", `${AGENTS}/${hand.id}`],
    ] as const)
      expect(await stage().call(method, path, { key: other })).toMatchObject({
        status: 403,
        body: { code: "not_allowed" },
      });
    expect((await hand.call("DELETE", `${AGENTS}/${hand.id}`)).status).toBe(204);
    expect((await hand.call("GET", `${AGENTS}/${hand.id}`)).status).toBe(404);
  });

  test("is not seen from another project or another workspace", async () => {
    const [projectId, otherProject] = [randomUUID(), randomUUID()];
    const hand = await makeHand(stage(), { name: fresh() }, { project: projectId });
    for (const wish of [{ project: otherProject }, { workspace: "T02THEIRS" }]) {
      const key = await stage().key({ scopes: ["work"], ...wish });
      expect((await stage().call("GET", `${AGENTS}/${hand.id}`, { key })).status).toBe(404);
      expect((await stage().call("GET", AGENTS, { key })).body.items).toEqual([]);
      expect((await stage().call("DELETE", `${AGENTS}/${hand.id}`, { key })).status).toBe(404);
    }
    const same = await stage().key({ scopes: ["work"], project: projectId });
    expect((await stage().call("GET", AGENTS, { key: same })).body.items).toHaveLength(1);
  });
});
