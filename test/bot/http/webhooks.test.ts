import { randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { type Callee, startCallee } from "#test/support/callee.ts";
import { testDatabase } from "#test/support/postgres.ts";

const stage = useApiStage(await testDatabase(), { CALLBACK_ALLOW_PRIVATE: "1" });
const HOOKS = "/api/v1/webhooks";
const PROJECT = randomUUID();

let callee: Callee;
let key: string;

beforeEach(async () => {
  callee = await startCallee();
  key = await stage().key({ scopes: ["events"] });
});
afterEach(async () => {
  await stage().sql`delete from deliveries`;
  await stage().sql`delete from endpoints`;
  await callee.close();
});

const subscribe = (body: object = {}, mine = key) =>
  stage().call("POST", HOOKS, {
    ...{ key: mine, body: { url: `${callee.url}/events`, events: ["code.approved"], ...body } },
  });
const publish = (body: object = {}, mine = key) =>
  stage().call("POST", "/api/v1/events", { key: mine, body: { event_type: "code.approved", ...body } });

async function expectUnknown(id: string, mine: string): Promise<void> {
  for (const [method, path] of [
    ["GET", `${HOOKS}/${id}`],
    ["DELETE", `${HOOKS}/${id}`],
    ["POST", `${HOOKS}/${id}/rotate-secret`],
    ["GET", `${HOOKS}/${id}/deliveries`],
  ] as const)
    expect((await stage().call(method, path, { key: mine })).status, `${method} ${path}`).toBe(404);
}

describe("A subscription", () => {
  test("is made with a secret that is told once, and stands in the list", async () => {
    const { status, body, headers } = await subscribe();
    expect([status, headers.get("location")]).toEqual([201, `${HOOKS}/${body.id}`]);
    expect(body).toEqual({
      ...{ id: expect.any(String), url: `${callee.url}/events`, events: ["code.approved"] },
      ...{ created_at: expect.any(String), disabled_at: null, disabled_reason: null },
      secret: expect.stringMatching(/^whsec_/),
    });
    const { secret: _, ...shown } = body;
    expect((await stage().call("GET", HOOKS, { key })).body).toEqual({ items: [shown], next_cursor: null });
    expect((await stage().call("GET", `${HOOKS}/${body.id}`, { key })).body).toEqual(shown);
  });

  test("made with a secret of one's own does not tell it back", async () => {
    const { body } = await subscribe({ secret: "my-own-secret-of-16" });
    expect(body).not.toHaveProperty("secret");
    await publish();
    await expect.poll(() => callee.got.length).toBe(1);
    const [got] = callee.got;
    const verifier = new Webhook("my-own-secret-of-16", { format: "raw" });
    expect(verifier.verify(got?.body ?? "", got?.headers ?? {})).toBeTruthy();
  });

  test("is made once under one Idempotency-Key, and its repeat tells the same secret", async () => {
    const asked = { url: callee.url, events: ["*"] };
    const headers = { "idempotency-key": randomUUID() };
    const first = await stage().call("POST", HOOKS, { key, body: asked, headers });
    const second = await stage().call("POST", HOOKS, { key, body: asked, headers });
    expect(second.body).toEqual(first.body);
    expect((await stage().call("GET", HOOKS, { key })).body.items).toHaveLength(1);
  });

  test.each([
    [{ url: "http://example.com/" }, "url", /must begin with https/],
    [{ url: "agents" }, "url", /web address/],
    [{ url: "https://bob:geheim@example.com/" }, "url", /no user and no password/],
    [{ url: "ftp://example.com/" }, "url", /https:\/\//],
    [{ url: "http://169.254.169.254/latest" }, "url", /metadata/],
    [{ url: `https://example.com/${"x".repeat(2_048)}` }, "url", /2048/],
    [{ events: [] }, "events", /at least/],
    [{ events: ["workflow.complete"] }, "events.0", /There is no such event: .*workflow\.completed/],
    [{ events: ["code.approved", "CODE"] }, "events.1", /event's name/],
    [{ secret: "short" }, "secret", /16/],
    [{ colour: "red" }, "colour", /no such field/],
  ])("is refused with every wrong field named: %j", async (wrong, field, detail) => {
    const { status, body } = await subscribe(wrong);
    expect([status, body.code]).toEqual([422, "bad_input"]);
    expect(body.errors).toEqual([{ field, detail: expect.stringMatching(detail) }]);
    expect(JSON.stringify(body)).not.toContain("geheim");
  });

  test("needs the scope events", async () => {
    const other = await stage().key({ scopes: ["ask", "goals"] });
    for (const [method, path] of [
      ["POST", HOOKS],
      ["GET", HOOKS],
      ["GET", `${HOOKS}/${randomUUID()}`],
    ] as const) {
      const body = method === "POST" ? { url: "https://example.com", events: ["*"] } : undefined;
      const answer = await stage().call(method, path, { key: other, body });
      expect([answer.status, answer.body.code]).toEqual([403, "not_allowed"]);
    }
  });

  test("of another workspace, of another project, or of nobody is not found", async () => {
    const { body } = await subscribe();
    const outsiders = [await stage().key({ workspace: "T02OTHER" }), await stage().key({ project: PROJECT })];
    for (const mine of outsiders) await expectUnknown(body.id, mine);
    for (const id of [randomUUID(), "no-id"]) await expectUnknown(id, key);
    for (const mine of outsiders)
      expect((await stage().call("GET", HOOKS, { key: mine })).body.items).toEqual([]);
  });

  test("is seen by another key of the workspace, and not changed by it", async () => {
    const { body } = await subscribe();
    const other = await stage().key({ name: "other" });
    expect((await stage().call("GET", `${HOOKS}/${body.id}`, { key: other })).status).toBe(200);
    for (const [method, path] of [
      ["DELETE", ""],
      ["POST", "/rotate-secret"],
    ] as const)
      expect((await stage().call(method, `${HOOKS}/${body.id}${path}`, { key: other })).status).toBe(403);
  });

  test("hears nothing any more once it is deleted, not even what waited", async () => {
    callee.answer((response) => response.writeHead(500).end());
    const { body } = await subscribe();
    await publish();
    await expect.poll(() => callee.got.length).toBe(1);
    expect((await stage().call("DELETE", `${HOOKS}/${body.id}`, { key })).status).toBe(204);
    expect((await stage().call("GET", `${HOOKS}/${body.id}`, { key })).status).toBe(404);
    expect((await stage().call("GET", HOOKS, { key })).body.items).toEqual([]);
    await publish();
    await expect
      .poll(() => stage().sql`select state, next_at from deliveries`)
      .toEqual([{ state: "failed", next_at: null }]);
  });

  test("signs with both secrets while its secret is changed", async () => {
    const { body } = await subscribe();
    const rotated = await stage().call("POST", `${HOOKS}/${body.id}/rotate-secret`, { key });
    expect(rotated.status).toBe(200);
    await publish();
    await expect.poll(() => callee.got.length).toBe(1);
    const [got] = callee.got;
    for (const secret of [body.secret, rotated.body.secret])
      expect(new Webhook(secret).verify(got?.body ?? "", got?.headers ?? {})).toBeTruthy();
    // The old one signs no more when the day is over.
    await stage().sql`update endpoints set previous_until = now() where id = ${body.id}`;
    await publish();
    await expect.poll(() => callee.got.length).toBe(2);
    expect(callee.got[1]?.headers["webhook-signature"]?.split(" ")).toHaveLength(1);
  });

  test("changes its secret to one's own", async () => {
    const { body } = await subscribe();
    const own = { secret: "another-secret-of-mine" };
    const path = `${HOOKS}/${body.id}/rotate-secret`;
    expect((await stage().call("POST", path, { key, body: own })).body).toEqual(own);
    const wrong = await stage().call("POST", path, { key, body: { secret: "whsec_nothing good" } });
    expect([wrong.status, wrong.body.errors[0].field]).toEqual([422, "secret"]);
  });

  test("shows what was sent to it, and what came of it", async () => {
    const { body } = await subscribe();
    await publish();
    await expect.poll(() => callee.got.length).toBe(1);
    callee.answer((response) => response.writeHead(500).end());
    await publish();
    await expect.poll(() => callee.got.length).toBe(2);
    const path = `${HOOKS}/${body.id}/deliveries`;
    const look = async () => (await stage().call("GET", path, { key })).body.items;
    await expect.poll(async () => (await look())[0]?.attempts).toBe(1);
    expect(await look()).toMatchObject([
      {
        ...{ event: "code.approved", state: "waiting", attempts: 1 },
        last_status: 500,
        last_error: "It answered 500.",
      },
      {
        ...{ event: "code.approved", state: "delivered", attempts: 1 },
        last_status: 200,
        next_attempt_at: null,
      },
    ]);
    expect((await look())[0].id).toBe(callee.got[1]?.headers["webhook-id"]);
    const page = await stage().call("GET", `${path}?limit=1`, { key });
    expect(page.body.items).toHaveLength(1);
    const next = await stage().call("GET", `${path}?limit=1&cursor=${page.body.next_cursor}`, { key });
    expect(next.body).toMatchObject({ items: [{ state: "delivered" }], next_cursor: null });
  });

  test("lists come in pages", async () => {
    for (const name of ["a.b", "a.c", "a.d"]) await subscribe({ events: [name] });
    const first = await stage().call("GET", `${HOOKS}?limit=2`, { key });
    const second = await stage().call("GET", `${HOOKS}?limit=2&cursor=${first.body.next_cursor}`, { key });
    const seen = [...first.body.items, ...second.body.items].map(({ events }) => events[0]);
    expect(seen).toEqual(["a.d", "a.c", "a.b"]);
    const wrong = await stage().call("GET", `${HOOKS}?cursor=abc`, { key });
    expect([wrong.status, wrong.body.errors[0].field]).toEqual([422, "cursor"]);
  });
});

describe("410 (gone)", () => {
  test("switches the address off for its key, and says why; nothing is sent there again", async () => {
    const [mine, other] = [await subscribe(), await subscribe({ events: ["*"] })];
    const bystander = await subscribe({ events: ["x.y"] }, await stage().key({ name: "another key" }));
    callee.answer((response) => response.writeHead(410).end("never again"));
    await publish({ event_type: "deployment.started" });
    const shown = async (id: string) => (await stage().call("GET", `${HOOKS}/${id}`, { key })).body;
    await expect
      .poll(async () => (await shown(other.body.id)).disabled_reason)
      .toBe("It answered 410 (gone).");
    expect(await shown(mine.body.id)).toMatchObject({ disabled_reason: "It answered 410 (gone)." });
    expect(await shown(bystander.body.id)).toMatchObject({ disabled_at: null });
    await publish();
    expect(callee.got).toHaveLength(1);
    await expect
      .poll(() => stage().sql`select state, attempts from deliveries`)
      .toEqual([{ state: "failed", attempts: 1 }]);
  });
});
