import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { purgeOnce } from "#db/idempotency.ts";
import { useApiStage } from "#test/support/api-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

const database = await testDatabase();
const { sql } = database;
const stage = useApiStage(database, { CALLBACK_ALLOW_PRIVATE: "1" });

let key = "";
let once = "";

beforeEach(async () => {
  key = await stage().key({ name: `agent-${randomUUID().slice(0, 8)}` });
  once = randomUUID();
});

const post = (path: string, body: unknown, more: { key?: string; once?: string } = {}) =>
  stage().call("POST", path, {
    ...{ key: more.key ?? key, body },
    headers: { "idempotency-key": more.once ?? once },
  });
const ask = (body: unknown = { title: "May I?" }, more = {}) => post("/api/v1/requests", body, more);
const countAsked = async () => (await stage().call("GET", "/api/v1/requests", { key })).body.items.length;

describe("The same POST under the same Idempotency-Key", () => {
  test("is done once and answered the same, even with what is shown once", async () => {
    const body = { title: "May I tag v1.2.0?", callback_webhook: "http://127.0.0.1:9/callback" };
    const before = await countAsked();
    const first = await ask(body);
    expect(first.status).toBe(201);
    expect(first.body.callback_secret).toMatch(/^whsec_/);
    expect(first.headers.get("idempotency-replayed")).toBeNull();
    const again = await ask(body);
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(again.headers.get("content-type")).toBe(first.headers.get("content-type"));
    expect(await countAsked()).toBe(before + 1);
  });

  test("is kept so that a copy of the database tells nobody the answer", async () => {
    const { body } = await ask({ title: "Secret", callback_webhook: "http://127.0.0.1:9/callback" });
    const [row] = await sql`select * from idempotency where idempotency_key = ${once}`;
    expect(row).toMatchObject({ workspace_id: "T01LOCAL", status: 201 });
    for (const hidden of [body.callback_secret, body.id]) expect(JSON.stringify(row)).not.toContain(hidden);
  });

  test("of which many come at once is done once: the others wait for their answer or get it", async () => {
    const before = await countAsked();
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask()));
    const made = answers.filter(({ status }) => status === 201);
    const early = answers.filter(({ status }) => status === 409);
    expect(made.length + early.length).toBe(12);
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
    for (const { body, headers } of early)
      expect({ code: body.code, after: headers.get("retry-after") }).toEqual({
        code: "conflict",
        after: "1",
      });
    expect(await countAsked()).toBe(before + 1);
    expect((await ask()).status).toBe(201);
  });

  test("whose answer was lost in a crash is not done twice: what was made is found again", async () => {
    const { body } = await ask();
    const before = await countAsked();
    await sql`update idempotency set status = null, response = null, held_until = now() where idempotency_key = ${once}`;
    const again = await ask();
    expect({ status: again.status, id: again.body.id }).toEqual({ status: 201, id: body.id });
    expect(again.headers.get("idempotency-replayed")).toBeNull();
    expect(await countAsked()).toBe(before);
    expect((await ask()).headers.get("idempotency-replayed")).toBe("true");
  });

  test("is new again after a day, and what is older is thrown away", async () => {
    const { body } = await ask();
    await sql`update idempotency set created_at = created_at - interval '25 hours' where idempotency_key = ${once}`;
    const next = await ask();
    expect(next.status).toBe(201);
    expect(next.body.id).not.toBe(body.id);
    await sql`update idempotency set created_at = created_at - interval '25 hours' where idempotency_key = ${once}`;
    const [kept, other] = [await ask(undefined, { once: "kept" }), once];
    await purgeOnce(sql);
    const rows =
      await sql`select idempotency_key from idempotency where idempotency_key in ('kept', ${other})`;
    expect({ status: kept.status, rows }).toMatchObject({ status: 201, rows: [{ idempotency_key: "kept" }] });
  });
});

describe("Another request under the same Idempotency-Key", () => {
  test("with another body, or to another address, is refused and not done", async () => {
    await ask({ title: "One" });
    const before = await countAsked();
    for (const other of [ask({ title: "Two" }), post("/api/v1/requests?x=1", { title: "One" })]) {
      const { status, body } = await other;
      expect({ status, code: body.code }).toEqual({ status: 422, code: "idempotency_key_reused" });
      expect(body.errors).toMatchObject([{ field: "idempotency-key" }]);
    }
    expect(await countAsked()).toBe(before);
  });

  test("of somebody else's key is theirs: two callers may choose the same word", async () => {
    const [mine, theirs] = [await ask(), await ask({ title: "Theirs" }, { key: await stage().key() })];
    expect([mine.status, theirs.status]).toEqual([201, 201]);
    expect(mine.body.id).not.toBe(theirs.body.id);
  });

  test("is welcome after one that was refused: nothing was done under it, and what was wrong can be mended", async () => {
    const refused = await ask({ title: "" });
    expect(refused.status).toBe(422);
    expect((await ask({ title: "Mended" })).status).toBe(201);
  });
});

test.each(["", " ", "two words", "x".repeat(256), "tür"])("“%s” is no Idempotency-Key", async (word) => {
  const headers = { "idempotency-key": word };
  const { status, body } = await stage().call("POST", "/api/v1/requests", {
    key,
    body: { title: "x" },
    headers,
  });
  expect(status).toBe(422);
  expect(body.errors).toMatchObject([{ field: "idempotency-key" }]);
});
