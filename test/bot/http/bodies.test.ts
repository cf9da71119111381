import { beforeAll, describe, expect, test } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

const stage = useApiStage(await testDatabase());
let key = "";
beforeAll(async () => {
  key = await stage().key();
});

const post = (raw: string, headers: Record<string, string> = {}) =>
  stage().call("POST", "/api/v1/requests", { key, raw, headers });

describe("A body", () => {
  test("that is no JSON is 400", async () => {
    const { status, body } = await post('{"title": ');
    expect({ status, code: body.code, detail: body.detail }).toEqual({
      ...{ status: 400, code: "bad_request", detail: "The body is not valid JSON." },
    });
  });

  test.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/json",
  ])("declared as %s is 415", async (type) => {
    const { status, body } = await post('{"title":"x"}', { "content-type": type });
    expect({ status, code: body.code }).toEqual({ status: 415, code: "not_json" });
  });

  test.each(["application/json; charset=utf-8", "application/vnd.api+json", "APPLICATION/JSON"])(
    "declared as %s is read",
    async (type) => {
      expect((await post('{"title":"x"}', { "content-type": type })).status).toBe(201);
    },
  );

  test("that is missing is 422 with the field that is needed", async () => {
    const { status, body } = await stage().call("POST", "/api/v1/requests", { key });
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ field: "title" }]);
  });

  test("may be missing where none is needed, also when JSON was declared", async () => {
    const { id } = (await post('{"title":"x"}')).body;
    const headers = { "content-type": "application/json" };
    const { status, body } = await stage().call("POST", `/api/v1/requests/${id}/cancel`, { key, headers });
    expect({ status, state: body.state }).toEqual({ status: 200, state: "cancelled" });
  });

  test("that is empty where one is needed is 422 with the field that is needed", async () => {
    const { status, body } = await post("");
    expect({ status, errors: body.errors }).toMatchObject({ status: 422, errors: [{ field: "title" }] });
  });

  test("names every field that is wrong", async () => {
    const { body } = await post(
      '{"title":"","type":"poll","timeout_minutes":0,"routing":{"recipients":[{}]}}',
    );
    expect(body).toMatchObject({ status: 422, code: "bad_input" });
    const fields: readonly string[] = body.errors.map(({ field }: { field: string }) => field);
    expect(fields).toEqual(expect.arrayContaining(["title", "type", "timeout_minutes"]));
    expect(fields.some((field) => field.startsWith("routing.recipients.0"))).toBe(true);
    expect(body.detail).toMatch(/\(and \d more\)$/);
  });

  test("over 1 MB is 413, whether its length is said or not", async () => {
    const large = JSON.stringify({ title: "x", description: "x".repeat(1024 * 1024) });
    expect((await post(large)).body).toMatchObject({ status: 413, code: "too_large" });
    const stream = new Blob([large]).stream();
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const streamed = { method: "POST", headers, body: stream, duplex: "half" as const };
    expect((await fetch(`${stage().app.url}/api/v1/requests`, streamed)).status).toBe(413);
  });

  test("nested without end is refused, and costs nobody their stack", async () => {
    const { status, body } = await post(`{"title":"x","context":${"[".repeat(50_000)}${"]".repeat(50_000)}}`);
    expect({ status, detail: body.detail }).toEqual({
      ...{ status: 422, detail: "json: It may be nested 100 deep at most." },
    });
    expect((await post(`{"title":"${"[".repeat(200)}"}`)).status).toBe(201);
  });

  test.each([
    ['{"title":"a\\u0000b"}', "title"],
    ['{"title":"x","context":{"a":["\\ud800"]}}', "context.a.0"],
    ['{"title":"x","context":{"a\\u0000":1}}', "context"],
  ])("%s, which no database holds, is 422 by its field", async (raw, field) => {
    expect((await post(raw)).body).toMatchObject({ status: 422, errors: [{ field }] });
  });

  test("may write about such characters, and hold any other", async () => {
    const title = "\\u0000 is NUL, 👩‍💻 and ‮ are not";
    const { body } = await post(JSON.stringify({ title }).replace("👩", "\\ud83d\\udc69"));
    expect((await stage().call("GET", `/api/v1/requests/${body.id}`, { key })).body.title).toBe(title);
  });
});

describe("An address", () => {
  test("that knows another method says which: 405", async () => {
    const { status, headers, body } = await stage().call("DELETE", "/api/v1/requests", { key });
    expect({ status, code: body.code }).toEqual({ status: 405, code: "method_not_allowed" });
    expect(headers.get("allow")?.split(", ").toSorted()).toEqual(["GET", "HEAD", "POST"]);
    expect(headers.get("ratelimit-limit")).toBe("600");
  });

  test("answers HEAD as GET, without the body", async () => {
    const { status, body } = await stage().call("HEAD", "/api/v1/requests", { key });
    expect({ status, body }).toEqual({ status: 200, body: "" });
  });

  test("that is none of ours is a problem like any other", async () => {
    const { status, headers, body } = await stage().call("GET", "/api/v1/nothing", { key });
    expect({ status, code: body.code }).toEqual({ status: 404, code: "not_found" });
    expect(headers.get("content-type")).toBe("application/problem+json");
  });

  test.each(["/api/v1/requests/%00", "/api/v1/requests?workflow_id=%00", "/api/v1/requests/%E0%A4%A"])(
    "%s breaks nothing",
    async (path) => {
      expect((await stage().call("GET", path, { key })).status).toBeOneOf([404, 422]);
    },
  );
});

describe("Every answer", () => {
  test("is kept by nobody, taken for what it says it is, and has a name", async () => {
    for (const [path, asked] of [
      ["/api/v1/requests", { key }],
      ["/api/v1/requests", {}],
      ["/api/v1/nothing", { key }],
    ] as const) {
      const { headers } = await stage().call("GET", path, asked);
      expect(Object.fromEntries(headers)).toMatchObject({
        ...{ "cache-control": "no-store", "x-content-type-options": "nosniff" },
        "x-correlation-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
    }
  });

  test("bears the correlation id that the caller gave it, where it is fit to be passed on", async () => {
    const nameOf = async (id: string) => {
      const { headers } = await stage().call("GET", "/api/v1/requests", {
        key,
        headers: { "x-correlation-id": id },
      });
      return headers.get("x-correlation-id");
    };
    expect(await nameOf("job:42/step-3@ci")).toBe("job:42/step-3@ci");
    for (const odd of ["two words", "x".repeat(129), "<script>", "tür", '"; drop'])
      expect(await nameOf(odd)).toMatch(/^[0-9a-f-]{36}$/);
  });
});
