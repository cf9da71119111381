import type { MiddlewareHandler } from "hono";
import type { Sql } from "postgres";
import { installations } from "#db/places.ts";
import { Refusal } from "#engine/errors.ts";
import { isLoopback } from "../config/api.ts";
import { type Caller, SCOPES } from "../outside/requests/asking.ts";

/**
 * With AUTH_MODE=none the door stands open to programs of this machine, and a web page that is open in a browser on it is
 * none of them: neither one of another origin, nor one whose name was made to lead here (DNS rebinding). Throws `Refusal`.
 */
export function refusesPages({
  publicUrl,
  corsOrigins,
}: {
  readonly publicUrl: string | null;
  readonly corsOrigins: readonly string[];
}): MiddlewareHandler {
  const ourHost = publicUrl === null ? null : new URL(publicUrl).host;
  return async (c, next) => {
    const host = (c.req.header("host") ?? "").toLowerCase();
    if (host !== ourHost && !isLoopback(nameOf(host)))
      throw new Refusal(
        "not_allowed",
        "Without keys (AUTH_MODE=none) the API answers only at 127.0.0.1, localhost or PUBLIC_URL.",
      );
    const origin = c.req.header("origin");
    const isOurs = origin === undefined ? isNoPage(c.req.header("sec-fetch-site")) : hostOf(origin) === host;
    if (!isOurs && !(origin !== undefined && corsOrigins.includes(origin)))
      throw new Refusal(
        "not_allowed",
        "Without keys (AUTH_MODE=none) no web page may use the API: name its origin in API_CORS_ORIGINS, or make a key.",
      );
    return next();
  };
}

/** Who calls without a key: an agent that may do all but answer, in the only workspace that there is. */
export async function openCaller(sql: Sql): Promise<Caller> {
  const [only, another] = (await installations(sql)).filter(({ connected }) => connected);
  if (!only || another)
    throw new Refusal(
      "unauthorized",
      "Without a key nobody knows which workspace you mean: send one. ./countersign key create makes one.",
    );
  return {
    ...{ workspaceId: only.workspaceId, keyId: null, name: "agent" },
    scopes: SCOPES.filter((scope) => scope !== "respond"),
    ...{ personId: null, ownerId: null, projectId: null },
  };
}

/** "localhost" of "localhost:3000", "::1" of "[::1]:3000". */
const nameOf = (host: string): string => host.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");

const hostOf = (origin: string): string | null => (URL.canParse(origin) ? new URL(origin).host : null);

/** What a browser says of a call that no page of another origin made; other programs say nothing. */
const isNoPage = (site: string | undefined): boolean =>
  site === undefined || site === "same-origin" || site === "none";
