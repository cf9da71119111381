import { type AuthInfo, createMcpHandler } from "@modelcontextprotocol/server";
import { Refusal } from "#engine/errors.ts";
import type { Config } from "../config.ts";
import { type ApiPart, createPart } from "../http/api.ts";
import type { Logger } from "../logger.ts";
import type { OutsideGoals } from "../outside/goals/goal.ts";
import type { Asking } from "../outside/requests/asking.ts";
import type { Requests } from "../outside/requests/request.ts";
import { askTools } from "./ask-tools.ts";
import { goalTools } from "./goal-tools.ts";
import { refuseStrangers } from "./origins.ts";
import { createMcpServer } from "./server.ts";

/** What a call may weigh: a question's context and a diff fit well. */
const LARGEST_BODY = 1024 * 1024;

/**
 * The Model Context Protocol at `/mcp`: Streamable HTTP, of 2026-07-28 and of 2025-11-25. Each request stands alone:
 * nothing is kept between two of them but what the engine keeps. The doors before it have found out who calls.
 */
export function mcpRoutes({
  requests,
  goals,
  log,
  config,
}: {
  readonly requests: Requests;
  readonly goals: OutsideGoals;
  readonly log: Logger;
  readonly config: Pick<Config, "host" | "publicUrl" | "api">;
}): ApiPart {
  const { host, publicUrl } = config;
  const hosts = { host, publicUrl, corsOrigins: config.api.corsOrigins };
  const tools = [...askTools(requests), ...goalTools(goals)];
  const callers = new WeakMap<AuthInfo, Asking>();
  const handler = createMcpHandler(
    ({ authInfo }) => {
      const by = authInfo && callers.get(authInfo);
      if (!by) throw new Error("An MCP request came without a caller.");
      return createMcpServer({ tools, by, log });
    },
    { maxRequestBodySize: LARGEST_BODY, onerror: (error) => log.debug("an MCP request", { error }) },
  );
  const part = createPart();
  part.all("/mcp", async (c) => {
    refuseStrangers(c.req.raw, hosts);
    if (/^\s*\[/.test(await c.req.text())) throw noBatches();
    const by = c.get("asking");
    const authInfo: AuthInfo = { token: "", clientId: by.caller.name, scopes: [...by.caller.scopes] };
    callers.set(authInfo, by);
    return handler.fetch(c.req.raw, { authInfo });
  });
  return part;
}

/** One POST counts once against a key's limit, so it does one thing. */
const noBatches = (): Refusal =>
  new Refusal("bad_input", "Send each message by itself: MCP has no batches since 2025-06-18.");
