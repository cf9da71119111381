import { describe, expect, test } from "vitest";
import { createLimits } from "#bot/http/limits.ts";
import { useApiStage } from "#test/support/api-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

const stage = useApiStage(await testDatabase(), { API_RATE_LIMIT: "5" });

const list = (key: string) => stage().call("GET", "/api/v1/requests", { key });
const limitOf = ({ headers }: { readonly headers: Headers }) => ({
  limit: headers.get("ratelimit-limit"),
  remaining: headers.get("ratelimit-remaining"),
  policy: headers.get("ratelimit-policy"),
});

describe("What a key may do in a minute", () => {
  test("is told with every answer, also with a refusal; beyond it 429 says when to come back", async () => {
    const key = await stage().key();
    expect(limitOf(await list(key))).toEqual({ limit: "5", remaining: "4", policy: "5;w=60" });
    expect(limitOf(await stage().call("GET", "/api/v1/nowhere", { key }))).toMatchObject({ remaining: "3" });
    expect(
      limitOf(await stage().call("POST", "/api/v1/requests", { key, body: { title: 7 } })),
    ).toMatchObject({ remaining: "2" });
    await list(key);
    await list(key);
    const { status, body, headers } = await list(key);
    expect({ status, code: body.code }).toEqual({ status: 429, code: "too_many" });
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    expect(Number(headers.get("retry-after"))).toBeLessThanOrEqual(12);
    expect(Number(headers.get("ratelimit-reset"))).toBeGreaterThan(50);
    expect(limitOf({ headers })).toMatchObject({ limit: "5", remaining: "0" });
  });

  test("is each key's own", async () => {
    const busy = await stage().key();
    for (let calls = 0; calls < 6; calls += 1) await list(busy);
    expect((await list(busy)).status).toBe(429);
    expect((await list(await stage().key())).status).toBe(200);
  });

  test("counts who waits once, however long", async () => {
    const key = await stage().key();
    const { body } = await stage().call("POST", "/api/v1/requests", { key, body: { title: "May I?" } });
    const waited = await stage().call("GET", `/api/v1/requests/${body.id}?wait=1`, { key });
    expect(limitOf(waited)).toMatchObject({ remaining: "3" });
  });
});

describe("A bucket", () => {
  test("grows back evenly, and never beyond its limit", () => {
    let nowMs = 0;
    const limits = createLimits({ perMinute: 60, now: () => nowMs });
    for (let calls = 0; calls < 60; calls += 1) expect(limits.take("a").isAllowed).toBe(true);
    expect(limits.take("a")).toMatchObject({
      isAllowed: false,
      remaining: 0,
      retrySeconds: 1,
      resetSeconds: 60,
    });
    nowMs += 2_500;
    expect(limits.take("a")).toMatchObject({ isAllowed: true, remaining: 1 });
    nowMs += 3_600_000;
    expect(limits.look("a")).toMatchObject({ remaining: 60, resetSeconds: 0 });
  });

  test("of ten thousand callers who are done is forgotten, of one who is busy is not", () => {
    let nowMs = 0;
    const limits = createLimits({ perMinute: 60, now: () => nowMs });
    for (let caller = 0; caller < 10_000; caller += 1) limits.take(`caller ${caller}`);
    nowMs += 60_000;
    for (let calls = 0; calls < 60; calls += 1) limits.take("busy");
    limits.take("another");
    expect(limits.take("busy").isAllowed).toBe(false);
  });
});
