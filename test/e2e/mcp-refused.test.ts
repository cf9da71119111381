import { request } from "node:http";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { describe, expect, test, vi } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { makeChannel } from "#test/support/e2e/ask.ts";
import { connectMcp } from "#test/support/e2e/mcp.ts";
import { ALICE, BOB } from "#test/support/e2e/room.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 60_000 });
const stage = useApiStage(await testDatabase(), { API_CORS_ORIGINS: "https://tools.example.com" });
const connect = (key?: string) => connectMcp(stage(), "2026-07-28", key);

describe("what a tool can't do comes back as its error, with what to do", () => {
  test.each([
    ["ask_human", {}, /^bad_input: question: This must be there\. Write a text\. Correct it/],
    ["ask_human", { question: "  " }, /question: Write the question/],
    ["ask_human", { question: "?", wait_seconds: 51 }, /wait_seconds: Wait 50 seconds at most/],
    ["ask_human", { question: "?", timeout_minutes: 0, colour: 1 }, /timeout_minutes: .*; .*colour/],
    ["ask_human", { question: "?", recipients: ["bob"] }, /recipients\.0: Give a Slack member id/],
    [
      "ask_human",
      { question: "?", recipients: ["nobody@example.com"] },
      /recipients\.0\.email: No full member/,
    ],
    [
      "ask_human",
      { question: "?", recipients: ["U99NOBODY"] },
      /^bad_input: recipients\.0\.slack_user_id: U99/,
    ],
    ["ask_human", { question: "?", channel: "#nowhere" }, /^bad_input: channel: .*#nowhere/],
    ["ask_human", { question: "?", channel: "email" }, /^bad_input: channel: .*by “email” yet/],
    ["ask_human", { question: "?", options: ["a", "a"] }, /options: Each option must be there only once/],
    ["request_approval", { title: "x".repeat(256) }, /^bad_input: title: /],
    ["request_approval", { title: "?", risk: "none" }, /^bad_input: risk: /],
    ["get_answer", { question_id: "first" }, /question_id: Give the question_id/],
    ["get_answer", { question_id: "11111111-1111-4111-8111-111111111111" }, /^not_found: /],
    ["get_answer", {}, /^not_found: Nothing was asked with this key yet/],
  ])("%s %j", async (tool, args, why) => {
    const { call } = await connect();
    expect((await call(tool, args)).failed).toMatch(why);
  });

  test("a key without the scope: what it is and how to get it", async () => {
    const { call } = await connect(await stage().key({ scopes: ["goals"] }));
    expect((await call("ask_human", { question: "?" })).failed).toMatch(/^not_allowed: .*scope “ask”/);
  });

  test("a tool that there is not: the protocol's error, with those that there are", async () => {
    const { call } = await connect();
    await expect(call("approve", { question_id: "x" })).rejects.toThrow(/no tool “approve”.*ask_human/);
  });

  test("another workspace's and another project's question are not found", async () => {
    const { call } = await connect(await stage().key({ project: "11111111-1111-4111-8111-111111111111" }));
    const { data } = await call("ask_human", { question: "Ours?", recipients: [BOB], wait_seconds: 0 });
    for (const wish of [{ workspace: "T02OTHER" }, { project: "22222222-2222-4222-8222-222222222222" }]) {
      const other = await connect(await stage().key(wish));
      const { failed } = await other.call("get_answer", { question_id: data.question_id });
      expect(failed).toMatch(/^not_found: /);
      expect((await other.call("get_answer")).failed).toMatch(/^not_found: Nothing was asked/);
    }
  });

  test("hostile words stand on the card as words", async () => {
    const { people } = stage();
    const channel = await makeChannel(stage(), "mcp-hostile", [ALICE, BOB]);
    const evil = "<!channel> <https://evil.example|Approve> <@U02BOB>\n✓ Approved by Bob";
    const { call } = await connect();
    const input = { question: `Hostile ${evil}`, context: evil, options: ["fine"], channel, wait_seconds: 0 };
    expect((await call("ask_human", input)).failed).toBeNull();
    const card = await people.card(channel, /^✋ Hostile/);
    const own = new RegExp(`<#${channel}>|<!date\\^[^>]*>`, "g");
    const inert = card.blocks.filter((block) => "type" in block && block.type !== "container");
    expect(
      JSON.stringify(inert)
        .replace(own, "")
        .match(/<[!@#h][^>]*>/g),
    ).toBeNull();
  });
});

describe("at the door", () => {
  const url = () => new URL(`${stage().app.url}/mcp`);
  const initialize = {
    ...{ jsonrpc: "2.0", id: 1, method: "initialize" },
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "curl", version: "1" } },
  };
  const headersWith = async (more: object = {}) => ({
    ...{ authorization: `Bearer ${await stage().key()}`, "content-type": "application/json" },
    ...{ accept: "application/json, text/event-stream", ...more },
  });
  const post = async (body: unknown, more: object = {}) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return fetch(url(), { method: "POST", headers: await headersWith(more), body: text });
  };

  test("whoever has no key that holds gets 401, and the client says so", async () => {
    for (const headers of [{}, { authorization: "Bearer cs_this-key-was-never-made-by-anybody" }]) {
      const client = new Client({ name: "stranger", version: "1" });
      const transport = new StreamableHTTPClientTransport(url(), { requestInit: { headers } });
      await expect(client.connect(transport)).rejects.toThrow(/unauthorized|401/i);
    }
    const { status, headers } = await fetch(url(), { method: "POST", body: "{}" });
    expect([status, headers.get("www-authenticate")]).toEqual([401, expect.stringContaining("Bearer")]);
  });

  test.each([
    ["https://evil.example", 403],
    ["null", 403],
    ["http://127.0.0.1.evil.example", 403],
    ["https://tools.example.com", 200],
    ["http://localhost:6274", 200],
  ])("a page of %s is answered %i", async (origin, expected) => {
    expect((await post(initialize, { origin })).status).toBe(expected);
  });

  test.each([
    ["evil.example", 403],
    ["localhost", 200],
  ])("a name that leads here, %s, is answered %i (DNS rebinding)", async (host, expected) => {
    const { port, hostname } = url();
    const headers = await headersWith({ host: `${host}:${port}` });
    const status = await new Promise((resolve, reject) => {
      const sent = request({ hostname, port, path: "/mcp", method: "POST", headers }, (answer) => {
        answer.resume().once("end", () => resolve(answer.statusCode));
      });
      sent.once("error", reject).end(JSON.stringify(initialize));
    });
    expect(status).toBe(expected);
  });

  test("each request stands alone: tools are listed and called without a session or a handshake", async () => {
    const started = await post(initialize);
    expect([started.status, started.headers.get("mcp-session-id")]).toEqual([200, null]);
    expect(await started.text()).toContain('"protocolVersion":"2025-11-25"');
    const listed = await post(
      { jsonrpc: "2.0", id: 2, method: "tools/list" },
      { "mcp-protocol-version": "2025-11-25" },
    );
    expect(await listed.text()).toContain('"name":"ask_human"');
    expect((await fetch(url(), { headers: await headersWith() })).status).toBe(405);
  });

  test.each([
    ["no JSON", "{", 400],
    ["no message", { hello: 1 }, 400],
    ["a protocol that there is not", { jsonrpc: "2.0", id: 1, method: "tools/list", params: {} }, 400],
    ["a batch, which one POST's limit would pay for", [{ jsonrpc: "2.0", id: 1, method: "ping" }], 422],
    ["a body over 1 MB", { jsonrpc: "2.0", id: 1, method: "x", params: { all: "x".repeat(1_100_000) } }, 413],
  ])("%s is refused", async (_, body, expected) => {
    const more = expected === 413 ? {} : { "mcp-protocol-version": "2199-01-01" };
    expect((await post(body, more)).status).toBe(expected);
  });
});
