import { type Context, Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { z } from "zod";
import type { Slack } from "../slack.ts";
import { Address } from "./address.ts";
import { assetRoutes } from "./assets.ts";
import { showApp, showDocument } from "./document.ts";
import { lookAt, type Settings } from "./look.ts";

const COOKIE = "countersign_page";
const YEAR_S = 31_536_000;

/** Nothing but this page's own files: no inline script, nothing from outside, nobody may frame it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const StoredSettings = z.object({
  zone: z.string().max(64).refine(isTimeZone, "This is no time zone.").optional(),
  hint: z.literal("off").optional(),
});

/**
 * The page for people: `/local`, the part of it that changes (`/local/part`), what the browser wants kept
 * (`/local/settings`), its stylesheet and script; `/` leads there. It shows the state and changes nothing: every act goes to `/local/api`.
 */
export function pageRoutes(slack: Pick<Slack, "state" | "clock">): Hono {
  const routes = new Hono();
  const screenFor = (c: Context) =>
    lookAt(slack.state, readAddress(c), readSettings(c), Math.floor(slack.clock.nowMs() / 1000));
  routes.get("/", (c) => c.redirect("/local"));
  routes.use("/local", withPolicy);
  routes.use("/local/part", withPolicy);
  routes.get("/local", (c) => c.html(showDocument(screenFor(c))));
  routes.get("/local/part", (c) => c.html(showApp(screenFor(c))));
  routes.post("/local/settings", async (c) => {
    const wanted = StoredSettings.safeParse(await c.req.json().catch(() => undefined));
    if (!wanted.success) return c.json({ error: "bad_input", message: z.prettifyError(wanted.error) }, 400);
    const settings = JSON.stringify({ ...readSettings(c), ...wanted.data });
    setCookie(c, COOKIE, settings, { path: "/local", httpOnly: true, sameSite: "Strict", maxAge: YEAR_S });
    return c.body(null, 204);
  });
  routes.route("/", assetRoutes());
  return routes;
}

async function withPolicy(c: Context, next: () => Promise<void>): Promise<void> {
  await next();
  c.header("content-security-policy", POLICY);
  c.header("cache-control", "no-store");
  c.header("referrer-policy", "no-referrer");
  c.header("x-content-type-options", "nosniff");
}

/** An address with a part that makes no sense shows the first view, as Slack does. */
function readAddress(c: Context): Address {
  const read = Address.safeParse(c.req.query());
  return read.success ? read.data : {};
}

function readSettings(c: Context): Settings {
  const text = getCookie(c, COOKIE);
  if (text === undefined) return {};
  const read = z
    .string()
    .transform((stored, context) => {
      try {
        return JSON.parse(stored) as unknown;
      } catch {
        context.addIssue("This cookie is no JSON.");
        return z.NEVER;
      }
    })
    .pipe(StoredSettings)
    .safeParse(text);
  return read.success ? read.data : {};
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    // Intl has no other way to say that it does not know the zone.
    return false;
  }
}
