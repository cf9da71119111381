import type { ServerContext } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import { onceIdOf } from "#bot/mcp/call-id.ts";
import type { Asking } from "#bot/outside/requests/asking.ts";

const by = (onceId: string, keyId = "key-1"): Asking => ({
  caller: {
    ...{ workspaceId: "T01LOCAL", keyId, name: "agent", scopes: ["ask"] },
    ...{ personId: null, ownerId: null, projectId: null },
  },
  ...{ onceId, correlationId: "c", traceparent: null },
});
/** What of a call's context counts here. */
const ctx = (id: number, meta: object = {}) => ({ mcpReq: { id, _meta: meta } }) as unknown as ServerContext;
const ask = (
  input: object,
  { onceId = "post-1", id = 1, meta = {}, keyId = "key-1", tool = "ask_human" } = {},
) => onceIdOf(by(onceId, keyId), tool, input, ctx(id, meta));

const meta = { "claudecode/toolUseId": "toolu_1" };

test("a call with an id is the same in another POST, whatever the order of its arguments and however long it waits", () => {
  const first = ask({ question: "?", deep: { a: 1, b: [1, 2] }, wait_seconds: 5 }, { meta });
  expect(ask({ deep: { b: [1, 2], a: 1 }, question: "?" }, { onceId: "post-2", id: 7, meta })).toBe(first);
  expect(ask({ question: "?" }, { meta: { callId: "call_1" } })).toBe(
    ask({ question: "?" }, { onceId: "post-2", meta: { callId: "call_1" } }),
  );
});

test("another key, tool, id or argument is another call; a parameter that is called like a wait is an argument", () => {
  const calls = [
    ask({ question: "?" }, { meta }),
    ask({ question: "?" }, { meta, keyId: "key-2" }),
    ask({ question: "?" }, { meta, tool: "request_approval" }),
    ask({ question: "?" }, { meta: { "claudecode/toolUseId": "toolu_2" } }),
    ask({ question: "!" }, { meta }),
    ask({ question: "?", call_id: "toolu_1" }, { meta }),
    ask({ parameters: { wait_seconds: "1" } }, { meta }),
    ask({ parameters: { wait_seconds: "2" } }, { meta }),
    ask({ list: [1, 2] }, { meta }),
    ask({ list: [2, 1] }, { meta }),
  ];
  expect(new Set(calls).size).toBe(calls.length);
});

test("without an id no two calls are the same, not even two of one POST", () => {
  const calls = [
    ask({ question: "?" }),
    ask({ question: "?" }, { id: 2 }),
    ask({ question: "?" }, { onceId: "post-2" }),
    ask({ question: "?", call_id: "" }, { onceId: "post-3", meta: { callId: 7 } }),
  ];
  expect(new Set(calls).size).toBe(calls.length);
});
