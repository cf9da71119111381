import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readConfig } from "#bot/config.ts";
import { StartFailure } from "#engine/errors.ts";

const dir = mkdtempSync(join(tmpdir(), "countersign-config-api-"));
afterAll(() => rmSync(dir, { recursive: true }));

const read = (env: Record<string, string>) => readConfig({ env, dir });

const SECRET = "0123456789abcdef0123456789abcdef";

describe("The doors of the API", () => {
  test("take lists with commas, however they are spaced, without what is said twice", () => {
    const { api } = read({
      ...{ API_RATE_LIMIT: "6000", API_ALLOWED_IPS: " 10.0.0.0/8,192.0.2.7 , 2001:db8::/32,192.0.2.7," },
      ...{ TRUSTED_PROXIES: "::1", API_CORS_ORIGINS: "https://a.example, http://localhost:5173/" },
    });
    expect(api).toEqual({
      ...{ authMode: "keys", rateLimit: 6_000, trustedProxies: ["::1"] },
      allowedIps: ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"],
      corsOrigins: ["https://a.example", "http://localhost:5173"],
    });
  });

  test("stand open without keys on this machine alone, and say so at the start", () => {
    const { api, warnings } = read({ AUTH_MODE: "none" });
    expect(api.authMode).toBe("none");
    expect(warnings).toEqual([expect.stringMatching(/^AUTH_MODE is none: every program on this machine/)]);
    expect(read({ AUTH_MODE: "none", HOST: "::1" }).api.authMode).toBe("none");
    expect(read({ AUTH_MODE: "keys", HOST: "0.0.0.0" }).api.authMode).toBe("keys");
  });
});

describe("What would leave them open, or can't be read, is said with what to do", () => {
  const refused: readonly (readonly [Record<string, string>, RegExp])[] = [
    [
      { NODE_ENV: "production", COUNTERSIGN_SECRET: SECRET, CALLBACK_ALLOW_PRIVATE: "1" },
      /CALLBACK_ALLOW_PRIVATE must not be 1 in production/,
    ],
    [{ AUTH_MODE: "off" }, /AUTH_MODE .* is "off": it must be "keys", or "none"/],
    [
      { AUTH_MODE: "none", HOST: "0.0.0.0" },
      /AUTH_MODE is none, but HOST is 0\.0\.0\.0, which other machines reach: set HOST=127\.0\.0\.1, or unset/,
    ],
    [{ AUTH_MODE: "none", HOST: "bot.example.com" }, /AUTH_MODE is none, but HOST is bot/],
    [
      { AUTH_MODE: "none", NODE_ENV: "production", COUNTERSIGN_SECRET: SECRET },
      /AUTH_MODE must not be none in production .*key create/,
    ],
    [
      { API_RATE_LIMIT: "0" },
      /API_RATE_LIMIT .* is "0": it must be how many requests each key may make a minute/,
    ],
    [{ API_ALLOWED_IPS: "10.0.0.0/33" }, /API_ALLOWED_IPS .* it must be addresses and networks/],
    [{ API_ALLOWED_IPS: "10.0.0.1,office" }, /API_ALLOWED_IPS .* is "10\.0\.0\.1,office"/],
    [{ API_ALLOWED_IPS: "," }, /API_ALLOWED_IPS/],
    [{ TRUSTED_PROXIES: "2001:db8::/129" }, /TRUSTED_PROXIES .* of your reverse proxies/],
    [{ API_CORS_ORIGINS: "*" }, /API_CORS_ORIGINS .* is "\*": .*no \*: name each/],
    [{ API_CORS_ORIGINS: "https://a.example/app" }, /API_CORS_ORIGINS .*no path/],
    [{ CALLBACK_ALLOW_PRIVATE: "yes" }, /CALLBACK_ALLOW_PRIVATE .* is "yes": it must be 1 to let callbacks/],
  ];

  test.each(refused)("%j", (env, sentence) => {
    expect(() => read(env)).toThrow(StartFailure);
    expect(() => read(env)).toThrow(sentence);
  });
});
