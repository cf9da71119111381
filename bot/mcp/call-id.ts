import { createHash } from "node:crypto";
import type { ServerContext } from "@modelcontextprotocol/server";
import { idFrom } from "../ids.ts";
import type { Asking } from "../outside/requests/asking.ts";

/** Where clients say which call of their model this is (Claude Code, Codex); the protocol itself has no word for it. */
const CALL_IDS = ["claudecode/toolUseId", "callId"] as const;

/**
 * The same for a call that a client makes again: the same key, tool, arguments, and call id (the client's own, or the
 * argument `call_id`). Without a call id each call is one of its own: asking the same twice may well be meant.
 */
export function onceIdOf(
  { caller, onceId }: Asking,
  tool: string,
  input: unknown,
  { mcpReq }: ServerContext,
): string {
  const callId = callIdOf(input, mcpReq._meta);
  if (callId === null) return idFrom(onceId, `mcp ${tool} ${JSON.stringify(mcpReq.id)}`); // one POST may carry several calls
  const hash = createHash("sha256")
    .update(inOrder(asked(input)))
    .digest("hex");
  return idFrom(JSON.stringify([caller.workspaceId, caller.keyId, callId, hash]), `mcp ${tool}`);
}

function callIdOf(input: unknown, meta: Readonly<Record<string, unknown>> = {}): string | null {
  const said = typeof input === "object" && input !== null && "call_id" in input ? input.call_id : null;
  const ids = [said, ...CALL_IDS.map((name) => meta[name])];
  return ids.find((id): id is string => typeof id === "string" && id !== "") ?? null;
}

/** How long to wait changes nothing of what is asked. */
function asked(input: unknown): unknown {
  if (typeof input !== "object" || input === null) return input ?? {};
  const { wait_seconds: _, wait_for_plan: __, ...rest } = input as Readonly<Record<string, unknown>>;
  return rest;
}

/** JSON that does not depend on the order in which things were written. */
const inOrder = (input: unknown): string =>
  JSON.stringify(input, (_, value: unknown) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
