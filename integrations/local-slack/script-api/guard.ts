import type { Context } from "hono";

const LOCAL = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * Refuses whoever does not address this machine by a local name: a page elsewhere could else make a browser act here
 * (DNS rebinding). A browser's request must come from this very page: whatever else runs on this machine has an
 * address with a local name too. Every port is fine, so that a tunnel may end at any.
 */
export async function refuseForeign(c: Context, next: () => Promise<void>): Promise<Response | undefined> {
  const host = c.req.header("host");
  const origin = c.req.header("origin");
  const isLocal = host !== undefined && isLocalUrl(`http://${host}`);
  if (isLocal && (origin === undefined || isSame(origin, host))) {
    await next();
    return undefined;
  }
  const port = new URL(c.req.url).port || "3000";
  const message = `This page is only for its own machine. From another one: ssh -L ${port}:127.0.0.1:${port} <that machine>, then open http://127.0.0.1:${port}/local`;
  return c.json({ error: "foreign_host", message }, 403);
}

const isSame = (origin: string, host: string): boolean =>
  URL.canParse(origin) && new URL(origin).host === new URL(`http://${host}`).host;

function isLocalUrl(url: string): boolean {
  return URL.canParse(url) && LOCAL.has(new URL(url).hostname);
}
