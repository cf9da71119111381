import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

const stage = useApiStage(await testDatabase(), { TRUSTED_PROXIES: "127.0.0.1" });

const call = (key: string, from: string) =>
  stage().call("GET", "/api/v1/requests", { key, headers: { "x-forwarded-for": from } });
const guess = (from: string) => call(`cs_${randomBytes(32).toString("base64url")}`, from);

async function guessUntilRefused(from: string | (() => string)) {
  const statuses: number[] = [];
  for (let tries = 0; tries < 40; tries += 1)
    statuses.push((await guess(typeof from === "string" ? from : from())).status);
  return { wrong: statuses.filter((status) => status === 401).length, last: statuses.at(-1) };
}

describe("Who guesses keys", () => {
  test("is stopped after some thirty a minute, and told to wait", async () => {
    const { wrong, last } = await guessUntilRefused("203.0.113.1");
    expect(wrong).toBeLessThan(35);
    expect(last).toBe(429);
    const { body, headers } = await guess("203.0.113.1");
    expect(body).toMatchObject({ code: "too_many", detail: expect.stringMatching(/wrong keys/) });
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  });

  test("stops nobody elsewhere, and nobody behind the same address whose key is known", async () => {
    const [known, fresh] = [await stage().key(), await stage().key()];
    expect((await call(known, "203.0.113.2")).status).toBe(200);
    expect((await guessUntilRefused("203.0.113.2")).last).toBe(429);
    expect((await call(known, "203.0.113.2")).status).toBe(200);
    expect((await call(fresh, "203.0.113.3")).status).toBe(200);
  });

  test("gains nothing by the many addresses of one IPv6 network", async () => {
    let host = 0;
    const { last } = await guessUntilRefused(() => {
      host += 1;
      return `2001:db8:7:7::${host.toString(16)}`;
    });
    expect(last).toBe(429);
    expect((await guess("2001:db8:7:8::1")).status).toBe(401);
  });

  test("learns nothing from how it is refused: too long, too short and unknown look the same", async () => {
    const answers = await Promise.all(
      ["cs_short", `cs_${"x".repeat(5_000)}`, "cs_0123456789012345678901234567890123456789012"].map((key) =>
        call(key, "203.0.113.4"),
      ),
    );
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.detail}`)).size).toBe(1);
  });
});
