import { createHash } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import type { Sql } from "postgres";
import { z } from "zod";
import {
  answerOnce,
  claimOnce,
  forgetOnce,
  holdOnce,
  type OnceKey,
  purgeOnce,
  releaseOnce,
} from "#db/idempotency.ts";
import { Refusal } from "#engine/errors.ts";
import { idFrom } from "../ids.ts";
import type { Logger } from "../logger.ts";
import type { Secrets } from "../outside/deliveries/secrets.ts";
import type { Asking } from "../outside/requests/asking.ts";
import type { ApiEnv } from "./api.ts";

/** Whoever dies while it answers holds its key no longer than this. */
const HOLD_MS = 15_000;
const HOLD_AGAIN_MS = 5_000;
const PURGE_MS = 10 * 60_000;
const OVERLOADED = 429;

type Needs = { readonly sql: Sql; readonly secrets: Secrets; readonly log: Logger };

/**
 * A POST with an `Idempotency-Key` is done once a day, and answered the same each time: `asking.onceId` comes from the
 * caller, the key and what is asked, so that what a crash cut off is not done twice either. What was refused changed
 * nothing: its key is free again, so that who mends what was wrong may send it once more. `close` ends the tidying.
 */
export function createIdempotency({ sql, secrets, log }: Needs): {
  readonly door: MiddlewareHandler<ApiEnv>;
  close(): void;
} {
  const purge = () =>
    purgeOnce(sql).catch((error: unknown) => log.warn("old answers are still to be thrown away", { error }));
  const purging = setInterval(purge, PURGE_MS).unref();

  const door: MiddlewareHandler<ApiEnv> = async (c, next) => {
    const header = c.req.method === "POST" ? c.req.header("idempotency-key") : undefined;
    if (header === undefined) return next();
    const asking = c.get("asking");
    const once = await onceOf(c, asking, header);
    const claimed = await claimOnce(sql, once, HOLD_MS);
    if (claimed.kind !== "ours" && claimed.requestHash !== once.requestHash) throw reused();
    if (claimed.kind === "held") throw underWay();
    if (claimed.kind === "answered")
      return replayed(claimed.status, secrets.decrypt(claimed.response, aboutOnce(once)));
    c.set("asking", { ...asking, onceId: idFrom(`${aboutOnce(once)}:${claimed.bornAt}`, "once") });
    const holding = setInterval(() => holdOnce(sql, once, HOLD_MS).catch(() => undefined), HOLD_AGAIN_MS); // the next one may
    try {
      await next();
    } finally {
      clearInterval(holding);
    }
    await keep(c, once);
    return undefined;
  };

  async function keep(c: Context, once: OnceKey): Promise<void> {
    const { status } = c.res;
    if (status >= 500 || status === OVERLOADED) await releaseOnce(sql, once);
    else if (status >= 400) await forgetOnce(sql, once);
    else
      await answerOnce(sql, once, {
        status,
        response: secrets.encrypt(JSON.stringify(await toKept(c.res)), aboutOnce(once)),
      });
  }

  return { door, close: () => clearInterval(purging) };
}

async function onceOf(c: Context, { caller }: Asking, key: string): Promise<OnceKey> {
  if (!/^[\x21-\x7e]{1,255}$/.test(key))
    throw new Refusal("bad_input", "An Idempotency-Key has 1 to 255 letters, digits and signs, no spaces.", {
      field: "idempotency-key",
    });
  const { pathname, search } = new URL(c.req.url);
  const asked = JSON.stringify([c.req.method, pathname, search, await c.req.text()]);
  return {
    ...{ workspaceId: caller.workspaceId, caller: caller.keyId ?? "-", key },
    requestHash: createHash("sha256").update(asked).digest("base64url"),
  };
}

const aboutOnce = ({ workspaceId, caller, key, requestHash }: OnceKey): string =>
  `idempotency:${JSON.stringify([workspaceId, caller, key, requestHash])}`;

const Kept = z.object({ body: z.string().nullable(), headers: z.record(z.string(), z.string()) });
/** What belongs to an answer, beside its body. */
const KEPT_HEADERS = ["content-type", "location", "etag"] as const;

async function toKept(response: Response): Promise<z.infer<typeof Kept>> {
  const headers: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = response.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  return { body: response.body === null ? null : await response.clone().text(), headers };
}

function replayed(status: number, kept: string): Response {
  const { body, headers } = Kept.parse(JSON.parse(kept));
  return new Response(body, { status, headers: { ...headers, "idempotency-replayed": "true" } });
}

const reused = (): Refusal =>
  new Refusal(
    "idempotency_key_reused",
    "Another request was made under this Idempotency-Key in the last 24 hours: take a new key for a new request.",
    { field: "idempotency-key" },
  );

const underWay = (): Refusal =>
  new Refusal("conflict", "The same request is still being answered: ask again in a moment.", {
    retryAfterSeconds: 1,
  });
