import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { createGuardedPost } from "#integrations/web/guarded-post.ts";
import { deliveryStage } from "#test/support/delivery-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

const { sql } = await testDatabase();
const stage = deliveryStage(sql);
beforeEach(() => sql`delete from deliveries`);

describe("A far side that hangs", () => {
  test("under as many names as it likes leaves half of all places to those with another key", async () => {
    const [hanging, fine] = [await stage.callee(() => {}), await stage.callee()];
    const names = [
      "127.0.0.1",
      "127.1",
      "127.0.1",
      "0x7f.1",
      "0177.1",
      "2130706433",
      "0x7f000001",
      "0x7f.0.1",
    ];
    const urls = [...names, "0177.0.1", "017700000001"].flatMap((name) =>
      Array.from({ length: 16 }, (_, i) => `http://${name}:${hanging.port}/${i}`),
    );
    for (const url of urls) await stage.queue(url);
    await stage.deliverer({ limitMs: 5_000 });
    await expect.poll(() => hanging.got.length).toBeGreaterThanOrEqual(64);
    const to = await stage.queue("", "fact-of-another", await stage.endpoint(fine.url, randomUUID()));
    await expect.poll(() => stage.row(to), { timeout: 3_000 }).toMatchObject({ state: "delivered" });
    expect(hanging.got).toHaveLength(64);
  });

  test.each(["constructor", "__proto__"])("may be called “%s”, and delays nobody else", async (name) => {
    const fine = await stage.callee();
    const [began, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const post = createGuardedPost({ allowPrivate: true, limitMs: 3_000 });
    await stage.deliverer({
      async post(url, sent) {
        if (url === fine.url) return post(url, sent);
        began.resolve();
        await over.promise;
        return { status: 204, error: null, answer: "", retryAfterMs: null, wasSent: true, tookMs: 1 };
      },
    });
    const first = await stage.queue(`https://${name}/`);
    await began.promise;
    const second = await stage.queue(`https://${name}/`);
    const to = await stage.queue(fine.url);
    await expect.poll(() => stage.row(to)).toMatchObject({ state: "delivered" });
    over.resolve();
    for (const odd of [first, second])
      await expect.poll(() => stage.row(odd)).toMatchObject({ state: "delivered" });
  });
});
