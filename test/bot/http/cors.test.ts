import { describe, expect, test } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

const database = await testDatabase();
const TOOLS = "https://tools.example.com";
const EVIL = "https://evil.example.com";

const preflight = (url: string, origin: string) =>
  fetch(`${url}/api/v1/requests`, {
    method: "OPTIONS",
    headers: {
      ...{ origin, "access-control-request-method": "POST" },
      "access-control-request-headers": "authorization,content-type,idempotency-key",
    },
  });

describe("With API_CORS_ORIGINS", () => {
  const stage = useApiStage(database, { API_CORS_ORIGINS: `${TOOLS}, http://localhost:5173` });

  test("a page of a named origin may ask first, without a key, and then call and read", async () => {
    const asked = await preflight(stage().app.url, TOOLS);
    expect(asked.status).toBe(204);
    expect(asked.headers.get("access-control-allow-origin")).toBe(TOOLS);
    expect(asked.headers.get("access-control-allow-headers")).toMatch(/Authorization.*Idempotency-Key/);
    const key = await stage().key();
    const { status, headers } = await stage().call("GET", "/api/v1/requests", {
      key,
      headers: { origin: TOOLS },
    });
    expect(status).toBe(200);
    expect(headers.get("access-control-allow-origin")).toBe(TOOLS);
    expect(headers.get("access-control-expose-headers")).toMatch(/ETag.*RateLimit-Remaining/);
    expect(headers.get("access-control-allow-credentials")).toBeNull();
  });

  test("it may read refusals too", async () => {
    const { status, headers } = await stage().call("GET", "/api/v1/requests", { headers: { origin: TOOLS } });
    expect({ status, allowed: headers.get("access-control-allow-origin") }).toEqual({
      status: 401,
      allowed: TOOLS,
    });
  });

  test("a page of another origin may read nothing", async () => {
    const asked = await preflight(stage().app.url, EVIL);
    expect(asked.headers.get("access-control-allow-origin")).toBeNull();
    const key = await stage().key();
    const { headers } = await stage().call("GET", "/api/v1/requests", { key, headers: { origin: EVIL } });
    expect(headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("Without it", () => {
  const stage = useApiStage(database);

  test("no page may read anything", async () => {
    expect((await preflight(stage().app.url, TOOLS)).headers.get("access-control-allow-origin")).toBeNull();
    const key = await stage().key();
    const { headers } = await stage().call("GET", "/api/v1/requests", { key, headers: { origin: TOOLS } });
    expect(headers.get("access-control-allow-origin")).toBeNull();
  });
});
