import { beforeEach, describe, expect, test } from "vitest";
import { outcomeOf } from "#bot/outside/deliveries/deliverer.ts";
import { switchOff } from "#db/endpoints.ts";
import type { Posted } from "#integrations/web/guarded-post.ts";
import { deliveryStage } from "#test/support/delivery-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

const { sql } = await testDatabase();
const stage = deliveryStage(sql);
beforeEach(() => sql`delete from deliveries`);
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const failed = (more: Partial<Posted> = {}): Posted => ({
  ...{ status: 500, error: "It answered 500.", answer: "", retryAfterMs: null, wasSent: true, tookMs: 1 },
  ...more,
});

describe("The schedule", () => {
  test("waits 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h, and then gives up", () => {
    const waits = Array.from({ length: 10 }, (_, attempts) => outcomeOf(failed(), attempts));
    const expected = [
      5 * SECOND,
      5 * MINUTE,
      30 * MINUTE,
      ...[2, 5, 10, 14, 20, 24].map((hours) => hours * HOUR),
    ];
    expect(waits).toEqual([...expected.map((waitMs) => ({ state: "waiting", waitMs })), { state: "failed" }]);
  });

  test("comes later where the far side asks for that, a day at most, and never sooner", () => {
    const wait = (retryAfterMs: number) => outcomeOf(failed({ status: 503, retryAfterMs }), 1);
    expect(wait(HOUR)).toEqual({ state: "waiting", waitMs: HOUR });
    expect(wait(SECOND)).toEqual({ state: "waiting", waitMs: 5 * MINUTE });
    expect(wait(900 * HOUR)).toEqual({ state: "waiting", waitMs: 24 * HOUR });
  });

  test("ends with 2xx, and with 410", () => {
    expect(outcomeOf(failed({ status: 204, error: null }), 3)).toEqual({ state: "delivered" });
    expect(outcomeOf(failed({ status: 410 }), 0)).toEqual({ state: "failed" });
  });
});

describe("A delivery", () => {
  test("is sent at once, and again by the schedule until it is taken, under the same id", async () => {
    const callee = await stage.callee((response, { atMs: _ }) => {
      response.writeHead(callee.got.length < 3 ? 500 : 202).end(`try ${callee.got.length}`);
    });
    await stage.deliverer({ waits: [30, 60, 90] });
    const to = await stage.queue(callee.url);
    await expect.poll(() => stage.row(to)).toMatchObject({ state: "delivered", attempts: 3, inMs: null });
    expect(await stage.tries(to)).toEqual([
      { status: 500, error: "It answered 500.", answer: "try 1" },
      { status: 500, error: "It answered 500.", answer: "try 2" },
      { status: 202, error: null, answer: "try 3" },
    ]);
    const { id } = (await stage.row(to)) ?? {};
    expect(new Set(callee.got.map(({ headers }) => headers["webhook-id"]))).toEqual(new Set([id]));
    const [first, second, third] = callee.got.map(({ atMs }) => atMs);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(29);
    expect((third ?? 0) - (second ?? 0)).toBeGreaterThanOrEqual(59);
  });

  test("has failed when the schedule is over", async () => {
    const callee = await stage.callee((response) => response.writeHead(500).end());
    await stage.deliverer({ waits: [10] });
    const to = await stage.queue(callee.url);
    await expect.poll(() => stage.row(to)).toMatchObject({ state: "failed", attempts: 2, inMs: null });
    expect(callee.got).toHaveLength(2);
  });

  test("of one event is queued once, whoever asks how often", async () => {
    const callee = await stage.callee();
    await stage.deliverer();
    const to = await stage.queue(callee.url, "fact-1");
    await stage.queue(callee.url, "fact-1", to);
    await stage.queue(callee.url, "fact-2", to);
    await expect
      .poll(() => callee.got.map(({ body }) => body).toSorted())
      .toEqual(['{"eventKey":"fact-1"}', '{"eventKey":"fact-2"}']);
  });

  test("to an address that is off is not sent", async () => {
    const callee = await stage.callee();
    await stage.deliverer();
    const to = await stage.endpoint(callee.url);
    await switchOff(sql, "T01LOCAL", to, "Enough.");
    await stage.queue(callee.url, "late", to);
    expect(await stage.row(to)).toMatchObject({ state: "failed", attempts: 0 });
    const other = await stage.queue(callee.url, "seen");
    await expect.poll(() => stage.row(other)).toMatchObject({ state: "delivered" });
    expect(callee.got).toHaveLength(1);
  });

  test("that fails while its address is switched off is not tried again", async () => {
    let answer = (): void => {};
    const callee = await stage.callee((response) => {
      answer = () => void response.writeHead(500).end();
    });
    await stage.deliverer({ limitMs: 5_000, waits: [10, 10] });
    const to = await stage.queue(callee.url);
    await expect.poll(() => callee.got.length).toBe(1);
    await switchOff(sql, "T01LOCAL", to, "Enough.");
    answer();
    await expect.poll(() => stage.row(to)).toMatchObject({ state: "failed", attempts: 1 });
  });

  test("that never reached the far side was not sent; one that got no answer was", async () => {
    const [gone, hanging] = [await stage.callee(), await stage.callee(() => {})];
    const nobody = await stage.queue(gone.url.replace(/\d+$/, "1"));
    const silent = await stage.queue(hanging.url);
    await stage.deliverer({ limitMs: 200 });
    await expect.poll(() => stage.row(nobody)).toMatchObject({ attempts: 1, sentAt: null });
    await expect.poll(() => stage.row(silent)).toMatchObject({ attempts: 1, sentAt: expect.any(Date) });
    expect(await stage.tries(silent)).toMatchObject([
      { status: null, error: "It did not answer within 0.2 seconds." },
    ]);
  });

  test("to a private address is refused, and its attempt says so", async () => {
    const callee = await stage.callee();
    const to = await stage.queue(callee.url.replace("127.0.0.1", "localhost").replace("http:", "https:"));
    await stage.deliverer({ allowPrivate: false });
    await expect
      .poll(() => stage.tries(to))
      .toMatchObject([
        { status: null, error: expect.stringMatching(/^The name localhost leads to \S+, which is private/) },
      ]);
    expect(callee.got).toEqual([]);
  });

  test("whose secret can't be read is not sent unsigned, and its attempt says why", async () => {
    const callee = await stage.callee();
    const to = await stage.endpoint(callee.url);
    await sql`update endpoints set secret = 'v1.abc' where id = ${to}`;
    await stage.queue(callee.url, "unreadable", to);
    await stage.deliverer();
    await expect
      .poll(() => stage.tries(to))
      .toMatchObject([{ error: expect.stringMatching(/COUNTERSIGN_SECRET/) }]);
    expect(callee.got).toEqual([]);
  });

  test("leaves no secret and no address's query in the log", async () => {
    const callee = await stage.callee((response) => response.writeHead(500).end("the answer"));
    await stage.deliverer({ waits: [5] });
    const to = await stage.queue(`${callee.url}/hook?token=geheim`);
    await expect.poll(() => stage.row(to)).toMatchObject({ state: "failed" });
    await expect.poll(() => stage.lines.some((line) => line.includes("failed for good"))).toBe(true);
    expect(stage.lines.join("\n")).not.toMatch(/geheim|whsec_|v1\.|the answer/);
  });
});

describe("A far side that hangs", () => {
  test("delays nobody else, not even another address of its own host", async () => {
    const hanging = await stage.callee((response, { path }) => {
      if (path === "/fine") response.end("ok");
    });
    const fine = await stage.callee();
    await stage.deliverer({ limitMs: 3_000 });
    for (let i = 0; i < 60; i += 1) await stage.queue(`${hanging.url}/hang`);
    const begun = performance.now();
    const others = [await stage.queue(`${hanging.url}/fine`), await stage.queue(fine.url)];
    for (const to of others) await expect.poll(() => stage.row(to)).toMatchObject({ state: "delivered" });
    expect(performance.now() - begun).toBeLessThan(1_000);
    expect(hanging.got.filter(({ path }) => path === "/hang")).toHaveLength(4);
  });

  test("with an address for each request holds its own places, not those of other hosts", async () => {
    const [hanging, fine] = [await stage.callee(() => {}), await stage.callee()];
    await stage.deliverer({ limitMs: 3_000 });
    for (let i = 0; i < 40; i += 1) await stage.queue(`${hanging.url}/request-${i}`);
    const to = await stage.queue(fine.url);
    await expect.poll(() => stage.row(to)).toMatchObject({ state: "delivered" });
    expect(hanging.got).toHaveLength(16);
  });

  test("has all of its posts in the end, a few at a time", async () => {
    const callee = await stage.callee((response) => void setTimeout(() => response.end(), 20));
    const tos: string[] = [];
    for (let i = 0; i < 20; i += 1) tos.push(await stage.queue(callee.url));
    await stage.deliverer();
    for (const to of tos) await expect.poll(() => stage.row(to)).toMatchObject({ state: "delivered" });
    expect(callee.got).toHaveLength(20);
  });
});

describe("Several deliverers", () => {
  test("send each delivery once", async () => {
    const callee = await stage.callee();
    const all = await Promise.all([stage.deliverer(), stage.deliverer(), stage.deliverer()]);
    expect(all).toHaveLength(3);
    const tos = await Promise.all(Array.from({ length: 60 }, () => stage.queue(callee.url)));
    for (const to of tos)
      await expect.poll(() => stage.row(to), { timeout: 5_000 }).toMatchObject({ state: "delivered" });
    expect(callee.got).toHaveLength(60);
    expect(new Set(callee.got.map(({ headers }) => headers["webhook-id"])).size).toBe(60);
  });

  test("take over what one had claimed that died", async () => {
    const callee = await stage.callee();
    const to = await stage.queue(callee.url);
    await sql`update deliveries set held_by = ${to}, held_until = now() + interval '300 ms' where endpoint_id = ${to}`;
    await stage.deliverer();
    await expect.poll(() => stage.row(to)).toMatchObject({ state: "delivered" });
  });
});

describe("A stop", () => {
  test("ends within its limit though a far side hangs; who starts next sends that again, under the same id", async () => {
    const callee = await stage.callee(() => {});
    const deliverer = await stage.deliverer({ limitMs: 10_000 });
    const to = await stage.queue(callee.url);
    await expect.poll(() => callee.got.length).toBe(1);
    const begun = performance.now();
    await deliverer.close();
    expect(performance.now() - begun).toBeLessThan(2_500);
    expect(await stage.row(to)).toMatchObject({ state: "waiting", attempts: 0 });
    callee.answer((response) => response.end());
    await stage.deliverer();
    await expect.poll(() => stage.row(to)).toMatchObject({ state: "delivered" });
    expect(callee.got[1]?.headers["webhook-id"]).toBe(callee.got[0]?.headers["webhook-id"]);
  });

  test("waits for what is about to end", async () => {
    const callee = await stage.callee((response) => void setTimeout(() => response.end(), 300));
    const deliverer = await stage.deliverer({ limitMs: 5_000 });
    const to = await stage.queue(callee.url);
    await expect.poll(() => callee.got.length).toBe(1);
    await deliverer.close();
    expect(await stage.row(to)).toMatchObject({ state: "delivered", attempts: 1 });
  });
});
