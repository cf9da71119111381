import { beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { useApiStage } from "#test/support/api-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

const stage = useApiStage(await testDatabase(), { API_RATE_LIMIT: "9999999" });

const Document = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });
let operations: readonly { readonly method: string; readonly path: string }[] = [];
let key = "";

beforeAll(async () => {
  const response = await fetch(`${stage().app.url}/openapi.json`);
  const { paths } = Document.parse(await response.json());
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
  );
  key = await stage().key({ owner: "U01ALICE" });
});

const IDS = [
  "nope",
  "00000000-0000-4000-8000-000000000000",
  "%F0%9F%98%80",
  "a".repeat(300),
  "'--",
  "%00",
  "__proto__",
];
const QUERIES = [
  "?limit=abc&cursor=zz&wait=-1",
  "?limit=1e9&wait=1e9&state=x&status=x&type=x&project=%ff",
  "?project=%00",
];
const BODIES = [
  ...["{}", "[]", "null", "7", '"x"', "{", '{"__proto__":{"title":"x"}}', '{"constructor":{"prototype":1}}'],
  '{"title":{"a":1},"goal":[],"url":7,"name":null,"agent":{},"event_type":1,"spec":3,"run_id":{},"call_id":[]}',
  '{"title":"x","goal":"","url":"x","events":"x","name":"","agent":"x","event_type":"x y","decision":"x","options":[{}]}',
];

const at = (path: string, id: string) => path.replaceAll(/\{[^}]+\}/g, id);

type Call = { readonly method: string; readonly path: string; readonly raw?: string };

function senselessCalls({ method, path }: (typeof operations)[number]): readonly Call[] {
  const bodies = method === "POST" || method === "PUT" ? BODIES : [];
  const ids = path.includes("{") ? IDS : ["-"];
  return [
    ...ids.map((id) => ({ method, path: at(path, id) })),
    ...ids.flatMap((id) => bodies.slice(0, 1).map((raw) => ({ method, path: at(path, id), raw }))),
    ...QUERIES.map((query) => ({ method, path: `${at(path, "nope")}${query}` })),
    ...bodies.map((raw) => ({ method, path: at(path, "nope"), raw })),
  ];
}

// Each answer is also held against the document, by the stage.
test("Every operation refuses senseless ids, queries and bodies in the documented way, and breaks over none", async () => {
  expect(operations.length).toBeGreaterThan(10);
  for (const { method, path, ...more } of operations.flatMap(senselessCalls)) {
    const { status } = await stage().call(method, path, { key, ...more });
    expect({ method, path, ...more, status: status < 500 ? "fine" : status }).toMatchObject({
      status: "fine",
    });
  }
}, 60_000);

test("Every operation behind a door is closed to who has no key", async () => {
  for (const { method, path } of operations) {
    const { status } = await stage().call(method, at(path, "00000000-0000-4000-8000-000000000000"));
    expect({ method, path, status }).toEqual({ method, path, status: 401 });
  }
});

test("Every operation is closed to a key without any scope", async () => {
  const powerless = await stage().key({ scopes: [] });
  for (const { method, path } of operations) {
    const asked = method === "GET" || method === "DELETE" ? { key: powerless } : { key: powerless, body: {} };
    const { status } = await stage().call(method, at(path, "00000000-0000-4000-8000-000000000000"), asked);
    expect({ method, path, status }).toMatchObject({ method, path, status: expect.toBeOneOf([403, 422]) });
  }
});
