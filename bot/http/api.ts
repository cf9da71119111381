import { OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { methodNotAllowed } from "hono/method-not-allowed";
import type { Asking } from "../outside/requests/asking.ts";
import { documentRoutes } from "./documents.ts";
import { invalid, problem } from "./failure.ts";
import { describeApi } from "./openapi.ts";

/** What every handler of the API finds in its context. */
export type ApiEnv = { Variables: { asking: Asking; correlationId: string } };
export type ApiPart = OpenAPIHono<ApiEnv>;

/** Where a key is needed. */
const BEHIND_DOORS = ["/api/v1/*", "/mcp/*", "/humanlayer/*", "/metrics"] as const;

/** The routes of one subject. What a schema refuses is answered with every field that is wrong. */
export const createPart = (): ApiPart =>
  new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => (result.success ? undefined : invalid(result.error, result.target)),
  });

/** The API for outside agents: the doors first, then the parts, and what describes them. `url`: where others reach it. */
export function createApi(
  doors: readonly MiddlewareHandler<ApiEnv>[],
  parts: readonly ApiPart[],
  url = "/",
): ApiPart {
  const api = createPart();
  for (const path of BEHIND_DOORS)
    for (const door of [
      ...doors,
      methodNotAllowed({ app: api, onMethodNotAllowed: (c, m) => notThat(c.req.method, m) }),
    ])
      api.use(path, door);
  for (const part of parts) api.route("/", part);
  api.route(
    "/",
    documentRoutes(() => describeApi(api, url)),
  );
  return api;
}

const notThat = (method: string, methods: readonly string[]): Response =>
  problem(
    {
      ...{ status: 405, code: "method_not_allowed" },
      detail: `${method} is nothing that this address does: it knows ${methods.join(", ")}.`,
    },
    { allow: methods.join(", ") },
  );
