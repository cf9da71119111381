import { randomUUID } from "node:crypto";
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Asking } from "../outside/asking.ts";
import { invalid } from "./failure.ts";
import type { FindCaller } from "./keys.ts";

/** What every handler of the API finds in its context. */
export type ApiEnv = { Variables: { asking: Asking } };
export type ApiPart = OpenAPIHono<ApiEnv>;

/** The routes of one subject. What a schema refuses is answered with every field that is wrong. */
export const createPart = (): ApiPart =>
  new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => (result.success ? undefined : invalid(result.error, result.target)),
  });

/** The API for outside agents: the doors first, then the parts. */
export function createApi(
  { findCaller }: { readonly findCaller: FindCaller },
  parts: readonly ApiPart[],
): ApiPart {
  const api = createPart();
  api.use("/api/v1/*", async (c, next) => {
    c.set("asking", await askingOf(c, findCaller));
    return next();
  });
  for (const part of parts) api.route("/", part);
  return api;
}

async function askingOf(c: Context, findCaller: FindCaller): Promise<Asking> {
  const caller = await findCaller(c.req.raw);
  return {
    caller,
    onceId: randomUUID(),
    correlationId: c.req.header("x-correlation-id") ?? randomUUID(),
    traceparent: c.req.header("traceparent") ?? null,
  };
}
