import { randomUUID } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import { purgeCheckpoints } from "#db/checkpoints.ts";
import { useApiStage } from "#test/support/api-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 60_000 });
const { url, sql } = await testDatabase();
const stage = useApiStage({ url, sql });
const ISO = /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const DAY_MS = 24 * 3_600_000;

const at = (workflow: string, checkpoint = "cp-1") => `/api/v1/checkpoints/${workflow}/${checkpoint}`;
let usual: string | undefined;
const usualKey = async () => {
  usual ??= await stage().key();
  return usual;
};
const put = async (path: string, body: unknown, key?: string) =>
  stage().call("PUT", path, { key: key ?? (await usualKey()), body });
const get = async (path: string, key?: string) =>
  stage().call("GET", path, { key: key ?? (await usualKey()) });

describe("A checkpoint", () => {
  test("comes back as it was kept, whatever JSON it is", async () => {
    for (const [i, state] of [{ step: 3, deep: [{ a: null }] }, "text", 0, false, []].entries()) {
      const kept = await put(at("wf-json", `cp ${i}/ü`.replace("/", "%2F")), {
        ...{ state_data: state, event_history: [{ event_type: "code.analysis.needed" }] },
        ...{ agent_id: "code-review-agent", schema_version: 4 },
      });
      expect(kept.status).toBe(201);
      expect(kept.body).toEqual({
        ...{ workflow_id: "wf-json", checkpoint_id: `cp ${i}/ü`, agent_id: "code-review-agent" },
        ...{ state_data: state, event_history: [{ event_type: "code.analysis.needed" }], schema_version: 4 },
        ...{ created_at: expect.stringMatching(ISO), updated_at: kept.body.created_at },
        ...{ consumed_at: null, expires_at: expect.stringMatching(ISO) },
      });
      const life = Date.parse(kept.body.expires_at) - Date.parse(kept.body.created_at);
      expect(life).toBe(30 * DAY_MS);
      expect((await get(at("wf-json", `cp ${i}%2Fü`))).body).toEqual(kept.body);
    }
  });

  test("goes by the key's name where the agent says none, and takes the place of the one before", async () => {
    const first = await put(at("wf-again"), { state_data: { step: 1 } });
    expect(first.body).toMatchObject({ agent_id: "test-agent", event_history: null, schema_version: 1 });
    const second = await put(at("wf-again"), { state_data: { step: 2 } });
    expect(second).toMatchObject({ status: 200, body: { state_data: { step: 2 } } });
    expect(second.body.created_at).toBe(first.body.created_at);
    expect(second.body.updated_at >= first.body.updated_at).toBe(true);
  });

  test("is marked when it is used, once, and stays readable; kept anew it counts as unused", async () => {
    await put(at("wf-used"), { state_data: { step: 1 } });
    const used = await get(`${at("wf-used")}?consume=true`);
    expect(used.body).toMatchObject({ state_data: { step: 1 }, consumed_at: expect.stringMatching(ISO) });
    const done = await stage().call("DELETE", at("wf-used"), { key: await usualKey() });
    expect(done).toMatchObject({ status: 200, body: used.body });
    expect((await get(at("wf-used"))).body).toEqual(used.body);
    expect((await put(at("wf-used"), { state_data: 1 })).body).toMatchObject({ consumed_at: null });
  });

  test("is gone when it expires, and deleted some time after; its ids are free again", async () => {
    const { clock, call, key } = stage();
    const expires_at = new Date(clock.now() + 60_000).toISOString();
    const own = await key({ project: randomUUID() });
    await put(at("wf-old"), { state_data: 1, expires_at }, own);
    await put(at("wf-old", "cp-2"), { state_data: 1, expires_at }, own);
    clock.advance(61_000);
    expect(await get(at("wf-old"))).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect(await call("DELETE", at("wf-old"), { key: own })).toMatchObject({ status: 404 });
    expect(
      await put(at("wf-old", "cp-2"), { state_data: 2 }, await key({ project: randomUUID() })),
    ).toMatchObject({
      body: { state_data: 2, agent_id: "test-agent" },
    });
    expect(await purgeCheckpoints(sql, new Date(clock.now()))).toBe(1);
    expect(await sql`select from checkpoints where workflow_id = 'wf-old'`).toHaveLength(1);
  });
});

describe("Whoever may not reach it", () => {
  test("finds none: another workspace's key, another project's; whose ids are taken is told", async () => {
    const { key, call } = stage();
    const own = await key({ project: randomUUID() });
    await put(at("wf-mine"), { state_data: "mine" }, own);
    const [foreign, other] = [await key({ workspace: "T02OTHER" }), await key({ project: randomUUID() })];
    for (const stranger of [foreign, other])
      for (const method of ["GET", "DELETE"])
        expect(await call(method, at("wf-mine"), { key: stranger })).toMatchObject({ status: 404 });
    expect(await put(at("wf-mine"), { state_data: "theirs" }, other)).toMatchObject({
      ...{ status: 409, body: { code: "conflict" } },
    });
    expect(await put(at("wf-mine"), { state_data: "elsewhere" }, foreign)).toMatchObject({ status: 201 });
    expect((await get(at("wf-mine"), own)).body).toMatchObject({ state_data: "mine", consumed_at: null });
  });

  test("puts nothing of theirs in its place: who goes on from it does what people approved", async () => {
    const { key, call } = stage();
    const [own, sister, other] = [
      await key({ owner: "U01ALICE" }),
      await key({ owner: "U01ALICE" }),
      await key({ owner: "U02BOB" }),
    ];
    await put(at("wf-held"), { state_data: "ship 1.2.3" }, own);
    for (const stranger of [other, await key()]) {
      expect(await put(at("wf-held"), { state_data: "ship evil" }, stranger)).toMatchObject({
        ...{ status: 409, body: { code: "conflict" } },
      });
      for (const [method, more] of [
        ["DELETE", ""],
        ["GET", "?consume=true"],
      ] as const)
        expect(await call(method, `${at("wf-held")}${more}`, { key: stranger })).toMatchObject({
          ...{ status: 403, body: { code: "not_allowed" } },
        });
    }
    expect((await get(at("wf-held"), own)).body).toMatchObject({
      ...{ state_data: "ship 1.2.3", consumed_at: null },
    });
    expect(await put(at("wf-held"), { state_data: "ship 1.2.4" }, sister)).toMatchObject({ status: 200 });
  });

  test("may go on where the key that kept it holds no more: keys are changed now and then", async () => {
    const { key, call } = stage();
    const old = await key({ name: "changed now and then" });
    await put(at("wf-old"), { state_data: 1 }, old);
    await sql`update api_keys set revoked_at = now() where name = 'changed now and then'`;
    const next = await key();
    expect(await put(at("wf-old"), { state_data: 2 }, next)).toMatchObject({ status: 200 });
    expect(await call("DELETE", at("wf-old"), { key: next })).toMatchObject({ status: 200 });
  });

  test("is refused: a key without the scope", async () => {
    const key = await stage().key({ scopes: ["events"] });
    for (const answer of [await get(at("wf-x"), key), await put(at("wf-x"), { state_data: 1 }, key)])
      expect(answer).toMatchObject({ status: 403, body: { code: "not_allowed" } });
  });
});

test.each<[object, string]>([
  [{}, "state_data"],
  [{ state_data: null }, "state_data"],
  [{ state_data: "x".repeat(256 * 1024) }, "state_data"],
  [{ state_data: 1, event_history: ["x".repeat(256 * 1024)] }, "state_data"],
  [{ state_data: 1, agent_id: "" }, "agent_id"],
  [{ state_data: 1, schema_version: 0 }, "schema_version"],
  [{ state_data: 1, schema_version: 1.5 }, "schema_version"],
  [{ state_data: 1, expires_at: "tomorrow" }, "expires_at"],
  [{ state_data: 1, expires_at: "2020-01-01T00:00:00Z" }, "expires_at"],
  [{ state_data: 1, expires_at: "2099-01-01T00:00:00Z" }, "expires_at"],
  [{ state_data: 1, state: 2 }, "state"],
])("A field that is wrong is named: %#", async (body, field) => {
  const { status, body: answer } = await put(at("wf-wrong"), body);
  expect(status).toBe(422);
  expect(answer.errors.map((error: { field: string }) => error.field)).toEqual([field]);
});

test("An id may have 255 characters", async () => {
  expect(await put(at("w".repeat(256)), { state_data: 1 })).toMatchObject({
    ...{ status: 422, body: { errors: [{ field: "workflow_id" }] } },
  });
  expect(await put(at("w".repeat(255)), { state_data: 1 })).toMatchObject({ status: 201 });
});
