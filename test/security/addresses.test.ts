import { describe, expect, test } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { plainCall } from "#test/support/plain-call.ts";
import { testDatabase } from "#test/support/postgres.ts";

const database = await testDatabase();
const behindProxy = useApiStage(database, {
  TRUSTED_PROXIES: "127.0.0.1,10.9.0.0/16",
  API_ALLOWED_IPS: "192.0.2.0/24, 2001:db8::/32, 198.51.100.7",
});

const from = async (forwarded: string | readonly string[] | undefined) => {
  const key = await behindProxy().key();
  const headers = { authorization: `Bearer ${key}`, ...(forwarded ? { "x-forwarded-for": forwarded } : {}) };
  return plainCall(`${behindProxy().app.url}/api/v1/requests`, { headers });
};

describe("With API_ALLOWED_IPS", () => {
  test.each([
    "192.0.2.9",
    "2001:db8:1::7",
    "198.51.100.7",
    "198.51.100.7:50312",
    "[2001:db8::1]:443",
    "::ffff:192.0.2.9",
    "203.0.113.5, 192.0.2.9",
    "192.0.2.9, 10.9.3.1",
  ])("who comes as “%s” through a trusted proxy gets in", async (forwarded) => {
    expect((await from(forwarded)).status).toBe(200);
  });

  test.each([
    ["is of another address", "198.51.100.8", /198\.51\.100\.8\) may not/],
    ["writes an allowed address before their own", "192.0.2.9, 203.0.113.5", /203\.0\.113\.5\) may not/],
    [
      "comes through a proxy that is none of ours",
      "192.0.2.9, 203.0.113.5, 10.9.0.1",
      /203\.0\.113\.5\) may not/,
    ],
    ["comes without an address", "unknown", /unknown\) may not/],
    ["writes something else", "192.0.2.9/24", /unknown\) may not/],
    ["sends it twice", ["192.0.2.9", "203.0.113.5"], /203\.0\.113\.5\) may not/],
    ["says nothing (then it is the proxy itself)", undefined, /127\.0\.0\.1\) may not/],
  ])("who %s does not", async (_, forwarded, why) => {
    const { status, text } = await from(forwarded);
    expect({ status, code: JSON.parse(text).code }).toEqual({ status: 403, code: "not_allowed" });
    expect(JSON.parse(text).detail).toMatch(why);
  });

  test("no key is looked at from elsewhere, at no door of the API", async () => {
    for (const path of ["/api/v1/requests", "/mcp", "/humanlayer/v1/function_calls"]) {
      const { status, text } = await plainCall(`${behindProxy().app.url}${path}`);
      expect({ path, status, detail: JSON.parse(text).detail }).toMatchObject({
        status: 403,
        detail: /127\.0\.0\.1/,
      });
    }
    expect((await plainCall(`${behindProxy().app.url}/api/health`)).status).toBe(200);
  });
});

describe("Without TRUSTED_PROXIES", () => {
  const direct = useApiStage(database, { API_ALLOWED_IPS: "192.0.2.0/24" });

  test.each(["x-forwarded-for", "forwarded", "x-real-ip", "x-client-ip", "cf-connecting-ip"])(
    "the header %s opens nothing",
    async (name) => {
      const headers = { [name]: name === "forwarded" ? "for=192.0.2.9" : "192.0.2.9" };
      const { status, text } = await plainCall(`${direct().app.url}/api/v1/requests`, { headers });
      expect(status).toBe(403);
      expect(JSON.parse(text).detail).toMatch(/\(127\.0\.0\.1\)/);
    },
  );
});
