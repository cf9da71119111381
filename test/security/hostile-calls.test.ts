import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { toCursor } from "#bot/outside/pages.ts";
import { useApiStage } from "#test/support/api-stage.ts";
import { plainCall } from "#test/support/plain-call.ts";
import { testDatabase } from "#test/support/postgres.ts";

const stage = useApiStage(await testDatabase());
let key = "";

beforeAll(async () => {
  key = await stage().key();
  for (const title of ["One", "Two", "Three"])
    await stage().call("POST", "/api/v1/requests", { key, body: { title } });
});

const list = (cursor: string) =>
  stage().call("GET", `/api/v1/requests?limit=1&cursor=${encodeURIComponent(cursor)}`, { key });
const raw = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  plainCall(`${stage().app.url}${path}`, { headers });

describe("No spelling of an address leads around the doors", () => {
  test.each([
    ...[
      "/api/v1//requests",
      "//api/v1/requests",
      "/api/v1/requests/",
      "/api/v1/./requests",
      "/api/v1;x/requests",
    ],
    ...[
      "/api/%76%31/requests",
      "/api%2Fv1%2Frequests",
      "/API/V1/REQUESTS",
      "/api/v1/requests%00",
      "/api/v1/%2e",
    ],
    ...[
      "/docs/../api/v1/requests",
      "/docs/..%2fapi/v1/requests",
      "/llms.txt/../api/v1/goals",
      "/humanlayer//v1",
    ],
  ])("%s without a key", async (path) => {
    expect((await raw(path)).status).toBeOneOf([400, 401, 404]);
  });

  test.each(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "TRACE"])(
    "nor does %s",
    async (method) => {
      const { status } = await plainCall(`${stage().app.url}/api/v1/requests`, { method });
      expect(status).toBeOneOf([400, 401, 405]);
    },
  );

  test("nor a header that names another address or method", async () => {
    const headers = {
      ...{ "x-original-url": "/docs", "x-rewrite-url": "/docs", "x-http-method-override": "OPTIONS" },
      ...{ "x-forwarded-prefix": "/docs", host: "127.0.0.1/docs?" },
    };
    expect((await raw("/api/v1/requests", headers)).status).toBeOneOf([400, 401]);
  });
});

describe("Cursors", () => {
  const cursorOf = async () => {
    const { body } = await stage().call("GET", "/api/v1/requests?limit=1", { key });
    return z.string().parse(body.next_cursor);
  };

  test("lead through the whole list, each entry once", async () => {
    const titles: string[] = [];
    let cursor: string | null = await cursorOf();
    titles.push((await stage().call("GET", "/api/v1/requests?limit=1", { key })).body.items[0].title);
    while (cursor !== null) {
      const { body } = await list(cursor);
      titles.push(...body.items.map(({ title }: { title: string }) => title));
      cursor = body.next_cursor;
    }
    expect(titles).toEqual(["Three", "Two", "One"]);
  });

  test("that were changed, cut off, made longer or made up are refused", async () => {
    const cursor = await cursorOf();
    const changed = [...cursor]
      .map((letter, at) => (at === 20 ? (letter === "A" ? "B" : "A") : letter))
      .join("");
    const madeUp = [
      ...[
        changed,
        cursor.slice(0, -3),
        `${cursor}AA`,
        `${cursor}=`,
        `${cursor} `,
        "x",
        "null",
        "[]",
        "%",
        "../..",
      ],
      ...[
        "' or 1=1 --",
        "\u{1f600}",
        "x".repeat(501),
        toCursor("goals", [1]),
        toCursor("requests", ["now()", 1]),
      ],
      ...[
        toCursor("requests", ["2026-11-21 10:00:00+00", "'; drop table runs; --"]),
        toCursor("requests", []),
      ],
    ];
    for (const one of madeUp) {
      const { status, body } = await list(one);
      expect({ one, status, errors: body.errors }).toMatchObject({
        status: 422,
        errors: [{ field: "cursor" }],
      });
    }
  });

  test("of another workspace show nothing of it: a cursor is a place, no permission", async () => {
    const theirs = await stage().key({ workspace: "T99OTHER" });
    const path = `/api/v1/requests?cursor=${encodeURIComponent(await cursorOf())}`;
    expect((await stage().call("GET", path, { key: theirs })).body).toEqual({ items: [], next_cursor: null });
  });
});

describe("Headers", () => {
  test.each([
    ["authorization", `Bearer ${"cs_".repeat(2_000)}`, 401],
    ["traceparent", "00-zz", 200],
    ["traceparent", "x".repeat(8_000), 200],
    ["x-correlation-id", "$(reboot)", 200],
    ["if-none-match", '"x", W/"y", *', 200],
    ["accept", "application/xml;q=1, \\", 200],
    ["content-length", "0", 200],
    ["cookie", "a=b; __proto__=c", 200],
  ] as const)("%s: %s breaks nothing", async (name, value, status) => {
    const headers = { authorization: `Bearer ${key}`, [name]: value };
    expect((await raw("/api/v1/requests?limit=1", headers)).status).toBe(status);
  });

  test("cut in two by a line's end never reach an answer", async () => {
    const { port, hostname } = new URL(stage().app.url);
    const socket = connect(Number(port), hostname);
    socket.end(
      `GET /api/v1/requests HTTP/1.1\r\nHost: x\r\nX-Correlation-Id: a%0d%0aSet-Cookie: b=c\r\nConnection: close\r\n\r\n`,
    );
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer.toLowerCase()).not.toContain("set-cookie");
  });
});

test("What a stranger sends is never said back in a way that a browser would run", async () => {
  const {
    status,
    text: said,
    headers,
  } = await raw("/api/v1/<script>alert(1)</script>", {
    authorization: `Bearer ${key}`,
  });
  expect(status).toBe(404);
  expect(headers["content-type"]).toBe("application/problem+json");
  expect(headers["x-content-type-options"]).toBe("nosniff");
  expect(said).toContain("There is nothing at");
});
