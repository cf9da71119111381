import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { useApiStage } from "#test/support/api-stage.ts";
import { BOB } from "#test/support/e2e/room.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 60_000 });
const stage = useApiStage(await testDatabase());

const VERSIONS = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] as const;
const Message = z.looseObject({ id: z.unknown().optional(), method: z.string().optional() });

/** One POST as a client of the handshake protocols makes it, without a client; what came back, message by message. */
async function post(body: unknown, more: Readonly<Record<string, string>> = {}) {
  const response = await fetch(`${stage().app.url}/mcp`, {
    method: "POST",
    headers: {
      ...{ authorization: `Bearer ${await stage().key()}`, "content-type": "application/json" },
      ...{ accept: "application/json, text/event-stream", "mcp-protocol-version": "2025-11-25", ...more },
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const told = [...text.matchAll(/^data: (.+)$/gm)].map(([, data = ""]) => Message.parse(JSON.parse(data)));
  return { status: response.status, headers: response.headers, text, told };
}

const initialize = (protocolVersion: string) => ({
  ...{ jsonrpc: "2.0", id: 1, method: "initialize" },
  params: { protocolVersion, capabilities: {}, clientInfo: { name: "by hand", version: "1" } },
});
const calling = (args: unknown, _meta: object = {}, id: string | number = 7) => ({
  ...{ jsonrpc: "2.0", id, method: "tools/call" },
  params: { name: "ask_human", arguments: args, _meta },
});

describe("the handshake", () => {
  test.each(VERSIONS)("%s is spoken, and no session is begun", async (version) => {
    const { told, headers } = await post(initialize(version), { "mcp-protocol-version": version });
    expect(told).toMatchObject([
      { id: 1, result: { protocolVersion: version, serverInfo: { name: "countersign" } } },
    ]);
    expect(headers.get("mcp-session-id")).toBeNull();
  });

  test("a version that nobody knows gets the newest that begins so; later calls must name one that there is", async () => {
    expect((await post(initialize("1999-01-01"))).told).toMatchObject([
      { result: { protocolVersion: "2025-11-25" } },
    ]);
    const listed = await post(
      { jsonrpc: "2.0", id: 2, method: "tools/list" },
      { "mcp-protocol-version": "1999-01-01" },
    );
    expect(listed.status).toBe(400);
    expect(listed.text).toContain("2025-11-25, 2025-06-18, 2025-03-26");
  });
});

test.each([
  ["initialized", { jsonrpc: "2.0", method: "notifications/initialized" }],
  ["cancelled", { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 3 } }],
  ["one that nobody knows", { jsonrpc: "2.0", method: "notifications/unheard-of" }],
  ["an answer to nothing", { jsonrpc: "2.0", id: 7, result: {} }],
])("a notification is accepted without a word: %s", async (_, message) => {
  const { status, text } = await post(message);
  expect([status, text]).toEqual([202, ""]);
});

test.each(["GET", "DELETE", "PUT"])("there is nothing to %s: 405, and what there is", async (method) => {
  const { status, headers } = await stage().call(method, "/mcp", { key: await stage().key() });
  expect([status, headers.get("allow")]).toEqual([405, "POST"]);
});

test.each([
  ["only JSON", { accept: "application/json" }, 406],
  ["only pages", { accept: "text/html" }, 406],
  ["a body that is declared as text", { "content-type": "text/plain" }, 415],
])("a client that takes or sends %s is told so", async (_, headers, status) => {
  expect((await post(initialize("2025-11-25"), headers)).status).toBe(status);
});

describe("what goes wrong in a call", () => {
  test("in its arguments, is the tool's answer; in its form, the protocol's error; under the same id", async () => {
    const wrong = await post(calling({ question: 7 }, {}, "call-1"));
    expect(wrong.told).toMatchObject([{ id: "call-1", result: { isError: true } }]);
    expect(wrong.text).toMatch(/bad_input: question: /);
    for (const args of ["all", [1]])
      expect((await post(calling(args))).told).toMatchObject([{ id: 7, error: { code: -32602 } }]);
    const other = await post({ jsonrpc: "2.0", id: 8, method: "resources/list" });
    expect(other.told).toMatchObject([{ id: 8, error: { code: -32601 } }]);
  });
});

test("whoever gave a token for it hears of progress, under that token, and nobody else does", async () => {
  const asked = { question: "Progress?", recipients: [BOB], wait_seconds: 0.2 };
  for (const progressToken of ["a token", 0]) {
    const { told } = await post(calling(asked, { progressToken }));
    expect(told.map(({ method }) => method ?? "answer")).toEqual(["notifications/progress", "answer"]);
    expect(told[0]).toMatchObject({ params: { progressToken, progress: 0, total: 0.2 } });
  }
  expect((await post(calling(asked))).told).toMatchObject([
    { id: 7, result: { structuredContent: { status: "pending" } } },
  ]);
});

test("tools say of themselves what a client may do without asking its user", async () => {
  const { told } = await post({ jsonrpc: "2.0", id: 3, method: "tools/list" });
  const Listed = z.object({
    result: z.object({
      tools: z.array(z.object({ name: z.string(), annotations: z.record(z.string(), z.unknown()) })),
    }),
  });
  const { tools } = Listed.parse(told[0]).result;
  const readOnly = tools.filter(({ annotations }) => annotations["readOnlyHint"] === true);
  expect(readOnly.map(({ name }) => name)).toEqual(["get_answer", "get_run"]);
  for (const { annotations } of tools)
    expect(annotations).toMatchObject({ destructiveHint: false, openWorldHint: true });
});
