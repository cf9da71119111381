import { readFileSync } from "node:fs";
import type { MiddlewareHandler } from "hono";
import { Hono } from "hono";
import { showDocs } from "./docs/page.ts";
import { writeLlms } from "./llms.ts";
import type { OpenApiDocument } from "./openapi.ts";

const read = (name: string) => readFileSync(new URL(`./docs/${name}`, import.meta.url), "utf8");

/** Nothing but this page's own files: no inline script, nothing from outside, nobody may frame it. */
const POLICY = [
  ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"],
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join("; ");

const HEADERS = { "cache-control": "no-cache", "x-content-type-options": "nosniff" } as const;

/** What the API is, for programs (`/openapi.json`), people (`/docs`) and language models (`/llms.txt`): open to everybody. */
export function documentRoutes(describe: () => OpenApiDocument): Hono {
  let document: OpenApiDocument | undefined;
  const described = (): OpenApiDocument => {
    document ??= describe();
    return document;
  };
  const page = { css: read("page.css"), js: read("page.js") };
  return new Hono()
    .use("/docs", guarded)
    .get("/docs", (c) => c.html(showDocs(described())))
    .get("/docs/page.css", (c) =>
      c.body(page.css, 200, { ...HEADERS, "content-type": "text/css; charset=utf-8" }),
    )
    .get("/docs/page.js", (c) =>
      c.body(page.js, 200, { ...HEADERS, "content-type": "text/javascript; charset=utf-8" }),
    )
    .get("/openapi.json", (c) => c.json(described(), 200, HEADERS))
    .get("/llms.txt", (c) => c.text(writeLlms(described()), 200, HEADERS));
}

const guarded: MiddlewareHandler = async (c, next) => {
  await next();
  c.header("content-security-policy", POLICY);
  c.header("referrer-policy", "no-referrer");
  for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
};
