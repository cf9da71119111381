import { beforeAll, describe, expect, test } from "vitest";
import { saveInstallation } from "#db/places.ts";
import { useApiStage } from "#test/support/api-stage.ts";
import { plainCall } from "#test/support/plain-call.ts";
import { testDatabase } from "#test/support/postgres.ts";

const database = await testDatabase();
const stage = useApiStage(database, {
  AUTH_MODE: "none",
  PUBLIC_URL: "https://bot.example.com",
  API_CORS_ORIGINS: "https://tools.example.com",
});

let at = "";
beforeAll(() => {
  at = stage().app.url;
});

const ask = (headers: Readonly<Record<string, string>> = {}, body = '{"title":"May I?"}') =>
  plainCall(`${at}/api/v1/requests`, {
    ...{ method: "POST", body },
    headers: { "content-type": "application/json", ...headers },
  });

describe("With AUTH_MODE=none on this machine", () => {
  test("an agent needs no key: it may do all but answer", async () => {
    const asked = await stage().call("POST", "/api/v1/requests", { body: { title: "May I?" } });
    expect(asked.status).toBe(201);
    const path = `/api/v1/requests/${asked.body.id}`;
    expect((await stage().call("GET", path)).body).toMatchObject({ title: "May I?" });
    const answered = await stage().call("POST", `${path}/respond`, { body: { decision: "approve" } });
    expect(answered.status).toBe(403);
    expect(answered.body.code).toBeOneOf(["person_required", "not_allowed"]);
    expect((await stage().call("GET", path)).body.response).toBeNull();
  });

  test("a person's key still speaks their word, and a wrong one is still wrong", async () => {
    const key = await stage().key({ scopes: ["respond"], person: "U02BOB" });
    const asked = await stage().call("POST", "/api/v1/requests", { body: { title: "May I?" } });
    const path = `/api/v1/requests/${asked.body.id}`;
    const answered = await stage().call("POST", `${path}/respond`, { key, body: { decision: "approve" } });
    expect({ status: answered.status, state: answered.body.response?.responder_id }).toEqual({
      ...{ status: 200, state: "U02BOB" },
    });
    const wrong = { key: "cs_0123456789012345678901234567890123456789012" };
    expect((await stage().call("GET", path, wrong)).status).toBe(401);
  });

  test("a client that can't do without a key may send any word", async () => {
    const headers = { authorization: "Bearer none" };
    expect((await stage().call("GET", "/api/v1/requests", { headers })).status).toBe(200);
  });

  test.each(["localhost:3000", "127.0.0.1", "[::1]:80", "bot.example.com", "LOCALHOST"])(
    "it answers under the name %s",
    async (host) => expect((await ask({ host })).status).toBe(201),
  );

  test.each([
    "evil.example",
    "evil.example:3000",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "0.0.0.0",
    "x@127.0.0.1",
  ])("it does not answer under the name “%s”, which a page may have made to lead here", async (host) => {
    const { status, text } = await ask({ host });
    expect({ status, text }).toMatchObject({ status: expect.toBeOneOf([400, 403]) });
  });

  test.each([
    ["a page of another site", { origin: "https://evil.example" }],
    ["a page without an origin, such as a file", { origin: "null" }],
    ["a page at another port of this machine", { origin: "http://127.0.0.1:1" }],
    ["a page of the same name at another port", { origin: "https://localhost:444", host: "localhost:3000" }],
    ["a page whose browser hides its origin", { "sec-fetch-site": "cross-site" }],
    ["a page of a neighbour", { "sec-fetch-site": "same-site" }],
  ])("%s can't use it", async (_, headers) => {
    const { status, text } = await ask(headers);
    expect({ status, code: JSON.parse(text).code }).toEqual({ status: 403, code: "not_allowed" });
    expect(JSON.parse(text).detail).toMatch(/web page|API_CORS_ORIGINS/);
  });

  test("our own page can, and one whose origin was named", async () => {
    expect((await ask({ origin: at, "sec-fetch-site": "same-origin" })).status).toBe(201);
    const named = await ask({ origin: "https://tools.example.com", "sec-fetch-site": "cross-site" });
    expect(named).toMatchObject({
      status: 201,
      headers: { "access-control-allow-origin": "https://tools.example.com" },
    });
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", ""])(
    "a form's body (“%s”), which a page may send without asking, is refused",
    async (type) => expect((await ask({ "content-type": type })).status).toBe(415),
  );

  test("the same goes for MCP", async () => {
    const body = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
    const headers = { "content-type": "application/json", host: "evil.example" };
    expect((await plainCall(`${at}/mcp`, { method: "POST", headers, body })).status).toBe(403);
  });

  test("where two workspaces are connected, nobody is taken for one of them", async () => {
    await saveInstallation(database.sql, { workspaceId: "T02OTHER", name: "Other", botUserId: "UOTHER" });
    await database.sql`update installations set connected = true`;
    const { status, body } = await stage().call("GET", "/api/v1/requests");
    expect({ status, detail: body.detail }).toMatchObject({
      status: 401,
      detail: /which workspace you mean/,
    });
    await database.sql`update installations set connected = workspace_id = 'T01LOCAL'`;
  });
});
