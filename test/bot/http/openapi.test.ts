import { Validator } from "@seriousme/openapi-schema-validator";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { useApiStage } from "#test/support/api-stage.ts";
import { createConformance, FORMATS } from "#test/support/conformance.ts";
import { testDatabase } from "#test/support/postgres.ts";

const stage = useApiStage(await testDatabase());

const Operation = z.looseObject({
  operationId: z.string(),
  summary: z.string().min(3),
  tags: z.array(z.string()).length(1),
  responses: z.record(z.string(), z.looseObject({})),
  parameters: z.array(z.looseObject({ name: z.string() })).default([]),
});
const Document = z.looseObject({
  openapi: z.literal("3.1.0"),
  security: z.tuple([z.object({ key: z.tuple([]) })]),
  tags: z.array(z.object({ name: z.string(), description: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), Operation)),
});
type Document = z.infer<typeof Document>;

let text = "";
let document: Document;
let operations: readonly z.infer<typeof Operation>[];

beforeAll(async () => {
  text = await (await fetch(`${stage().app.url}/openapi.json`)).text();
  document = Document.parse(JSON.parse(text));
  operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
});

describe("/openapi.json", () => {
  test("is valid OpenAPI 3.1, and needs no key to be read", async () => {
    const validator = new Validator();
    expect(await validator.validate(JSON.parse(text))).toEqual({ valid: true });
    expect(validator.version).toBe("3.1");
    expect(document.paths["/api/v1/requests"]?.["post"]).toBeDefined();
  });

  test("names each operation once, in one subject that it tells of", () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const subjects = document.tags.map(({ name }) => name);
    expect(new Set(operations.flatMap(({ tags }) => tags))).toEqual(new Set(subjects));
  });

  test("tells of the doors' refusals at each operation, and of Idempotency-Key at each POST", () => {
    for (const { responses } of operations)
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(["401", "403", "429", "500", "503"]));
    const posts = Object.values(document.paths).flatMap(({ post }) => post ?? []);
    for (const { parameters } of posts)
      expect(parameters).toContainEqual(expect.objectContaining({ name: "Idempotency-Key", in: "header" }));
  });

  test("uses only formats that somebody checks", () => {
    const used = [...text.matchAll(/"format":"([^"]+)"/g)].map(([, format]) => format);
    expect(Object.keys(FORMATS)).toEqual(expect.arrayContaining([...new Set(used)]));
  });
});

describe("Answers that the document does not tell of fail a test", () => {
  const answer = {
    ...{ method: "GET", path: "/api/v1/things/7?wait=1", status: 200 },
    ...{ headers: new Headers({ "content-type": "application/json; charset=utf-8" }) },
    text: '{"id":"7"}',
  };
  const schema = { type: "object", properties: { id: { type: "string" } }, required: ["id"] };
  const thing = { get: { responses: { 200: { content: { "application/json": { schema } } } } } };
  const { check } = createConformance({ paths: { "/api/v1/things/{id}": thing } });

  test("as told they pass", () => expect(() => check(answer)).not.toThrow());

  test.each([
    [
      "another status",
      { status: 201 },
      /GET \/api\/v1\/things\/{id} answered 201, which \/openapi.json does not tell/,
    ],
    ["another type", { headers: new Headers({ "content-type": "text/html" }) }, /as “text\/html”/],
    ["a field of another kind", { text: '{"id":7}' }, /\/id must be string/],
    ["a field too many", { text: '{"id":"7","more":1}' }, /must NOT have unevaluated properties .*more/],
    ["a field too few", { text: "{}" }, /must have required property 'id'/],
    ["another method", { method: "POST" }, /no document tells of that address/],
    ["another address", { path: "/api/v1/thing" }, /no document tells of that address/],
  ])("%s", (_, more, why) => expect(() => check({ ...answer, ...more })).toThrow(why));
});

describe("/docs and /llms.txt", () => {
  test("the page shows every operation, and loads nothing from elsewhere", async () => {
    const response = await fetch(`${stage().app.url}/docs`);
    const page = await response.text();
    expect(response.headers.get("content-security-policy")).toMatch(/^default-src 'none'; script-src 'self'/);
    for (const { operationId } of operations) expect(page).toContain(`id="${operationId}"`);
    const loaded = [...page.matchAll(/<(?:script|link|img|iframe)[^>]+(?:src|href)="([^"]+)"/g)].map(
      ([, at]) => at,
    );
    expect(loaded).toEqual(["/docs/page.css", "/docs/page.js"]);
    for (const path of loaded) expect((await fetch(`${stage().app.url}${path}`)).status).toBe(200);
  });

  test("/llms.txt is a short text that names every operation", async () => {
    const response = await fetch(`${stage().app.url}/llms.txt`);
    const llms = await response.text();
    expect(response.headers.get("content-type")).toMatch(/^text\/plain/);
    for (const [path, methods] of Object.entries(document.paths))
      for (const method of Object.keys(methods))
        expect(llms).toContain(`- ${method.toUpperCase()} ${path}: `);
    expect(llms.length).toBeLessThan(10_000);
  });
});
