import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Context, MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { Sql } from "postgres";
import type { Clock } from "#engine/ports.ts";
import type { Config } from "../config.ts";
import type { Logger } from "../logger.ts";
import type { Secrets } from "../outside/deliveries/secrets.ts";
import { type Addresses, createAddresses } from "./addresses.ts";
import type { ApiEnv } from "./api.ts";
import { checkBodies, limitBodies } from "./bodies.ts";
import { problem } from "./failure.ts";
import { createIdempotency } from "./idempotency.ts";
import { type FindCaller, openKeys } from "./keys.ts";
import { type Allowance, createLimits, type Limits } from "./limits.ts";
import { NO_KEY, type OpenCalls } from "./open-calls.ts";
import { openCaller, refusesPages } from "./open-door.ts";
import { correlationIdOf, traceparentOf } from "./trace.ts";

type Door = MiddlewareHandler<ApiEnv>;

/** What every call passes before it is handled, in this order. */
export type Doors = { readonly inOrder: readonly Door[]; close(): Promise<void> };

/** Makes the doors of the API: who may come in, how often, with what, and that a repeat is done once. */
export async function openDoors({
  config,
  sql,
  secrets,
  clock,
  log,
}: {
  readonly config: Pick<Config, "api" | "secret" | "publicUrl">;
  readonly sql: Sql;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly log: Logger;
}): Promise<Doors> {
  const { api, secret, publicUrl } = config;
  const keys = await openKeys({ sql, secret, now: clock.now });
  const limits = createLimits({ perMinute: api.rateLimit, now: () => performance.now() });
  const idempotency = createIdempotency({ sql, secrets, log });
  // Clients that can't do without a key may send any word: only what looks like one of ours is looked up.
  const findCaller: FindCaller = async (authorization, address) =>
    api.authMode === "none" && !/^Bearer +cs_/i.test(authorization ?? "")
      ? openCaller(sql)
      : keys.findCaller(authorization, address);
  const addresses = createAddresses(api);
  return {
    inOrder: [
      plainAnswers,
      checkAddress(addresses),
      ...(api.authMode === "none" ? [refusesPages({ publicUrl, corsOrigins: api.corsOrigins })] : []),
      ...(api.corsOrigins.length > 0 ? [allowPages(api.corsOrigins)] : []),
      letIn({ findCaller, addresses, limits, openCalls: keys.openCalls }),
      limitBodies, // a body without a length is read here: not for strangers
      checkBodies,
      once(idempotency.door),
    ],
    async close() {
      idempotency.close();
      await keys.close();
    },
  };
}

/** Who reads an answer takes it for what it says it is, keeps no copy, and can name it. */
const plainAnswers: Door = async (c, next) => {
  const correlationId = correlationIdOf(c.req.header("x-correlation-id"));
  c.set("correlationId", correlationId);
  await next();
  c.res.headers.set("x-correlation-id", correlationId);
  c.res.headers.set("x-content-type-options", "nosniff");
  if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", "no-store");
};

const checkAddress =
  (addresses: Addresses): Door =>
  async (c, next) => {
    const address = addresses.of(c);
    if (addresses.isAllowed(address)) return next();
    return problem({
      ...{ status: 403, code: "not_allowed" },
      detail: `Your address (${address}) may not use this API: whoever runs it allows addresses in API_ALLOWED_IPS.`,
    });
  };

/** What a page in a browser may send and read (CORS). */
const allowPages = (origins: readonly string[]): Door =>
  cors({
    origin: [...origins],
    allowMethods: ["GET", "HEAD", "POST", "PUT", "DELETE"],
    allowHeaders: [
      ...["Authorization", "Content-Type", "Idempotency-Key", "If-None-Match", "Last-Event-ID"],
      ...["X-Correlation-Id", "Traceparent", "Mcp-Session-Id", "Mcp-Protocol-Version"],
      ...["Mcp-Method", "Mcp-Name"],
    ],
    exposeHeaders: [
      ...["ETag", "Location", "Retry-After", "X-Correlation-Id", "Idempotency-Replayed", "Mcp-Session-Id"],
      ...["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "RateLimit-Policy"],
    ],
    maxAge: 600,
  });

/** Says who calls, and how much more they may. A long-poll counts once, however long it waits. */
function letIn({
  findCaller,
  addresses,
  limits,
  openCalls,
}: {
  readonly findCaller: FindCaller;
  readonly addresses: Addresses;
  readonly limits: Limits;
  readonly openCalls: Pick<OpenCalls, "enter">;
}): Door {
  return async (c, next) => {
    const caller = await findCaller(c.req.header("authorization"), addresses.of(c));
    const keyId = caller.keyId ?? NO_KEY;
    const allowance = limits.take(keyId);
    if (allowance.isAllowed && !isHeldOpen(c, openCalls, keyId)) c.res = tooManyOpen();
    else if (allowance.isAllowed) {
      c.set("asking", {
        caller,
        onceId: randomUUID(),
        correlationId: c.get("correlationId"),
        traceparent: traceparentOf(c.req.header("traceparent")),
      });
      await next();
    } else c.res = tooMany(allowance);
    for (const [name, value] of Object.entries(headersOf(allowance))) c.res.headers.set(name, value);
  };
}

/** Until it is over, its key may end it. False where this key has too many calls open already. */
function isHeldOpen(c: Context, openCalls: Pick<OpenCalls, "enter">, keyId: string): boolean {
  const { outgoing } = c.env as { readonly outgoing: ServerResponse };
  const leave = openCalls.enter(keyId, () => outgoing.destroy());
  if (leave) outgoing.once("close", leave);
  return leave !== null;
}

const tooManyOpen = (): Response =>
  problem(
    { status: 429, code: "too_many", detail: "This key has too many calls open: end some of them first." },
    { "retry-after": "1" },
  );

const tooMany = ({ limit, retrySeconds }: Allowance): Response =>
  problem(
    {
      ...{ status: 429, code: "too_many" },
      detail: `This key may make ${limit} requests a minute: try again in ${retrySeconds} s.`,
    },
    { "retry-after": String(retrySeconds) },
  );

const headersOf = ({ limit, remaining, resetSeconds }: Allowance): Readonly<Record<string, string>> => ({
  "ratelimit-limit": String(limit),
  "ratelimit-remaining": String(remaining),
  "ratelimit-reset": String(resetSeconds),
  "ratelimit-policy": `${limit};w=60`,
});

/** MCP has its own way to tell a repeat: its messages carry ids, and its tools take none of our headers. */
const once =
  (door: Door): Door =>
  (c, next) =>
    c.req.path.startsWith("/mcp") ? next() : door(c, next);
