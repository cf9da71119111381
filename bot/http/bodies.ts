import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { NOT_JSON, problem } from "./failure.ts";

const MOST_BYTES = 1024 * 1024;
const MOST_DEPTH = 100;
const MOST_ERRORS = 50;

/** Bodies over 1 MB are answered 413. */
export const limitBodies: MiddlewareHandler = bodyLimit({
  maxSize: MOST_BYTES,
  // The rest of it is not read: the connection can't be used for another call.
  onError: () =>
    problem(
      { status: 413, code: "too_large", detail: "The body may hold 1 MB at most." },
      { connection: "close" },
    ),
});

/** Bodies that are not declared as JSON are answered 415; texts that no database can hold 422, by their fields. */
export const checkBodies: MiddlewareHandler = async (c, next) => {
  if (/%00/.test(c.req.url))
    return wrongFields([{ field: "url", detail: "An address can't hold the character NUL." }]);
  if (c.req.raw.body === null) return next();
  const text = await readText(c);
  if (text === "") {
    c.req.raw = withoutType(c.req.raw);
    return next();
  }
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(c.req.header("content-type") ?? ""))
    return problem({ status: 415, code: "not_json", detail: NOT_JSON });
  if (isDeep(text))
    return wrongFields([{ field: "json", detail: `It may be nested ${MOST_DEPTH} deep at most.` }]);
  const errors = /\\u(?:0000|d[89a-f])/i.test(text) ? unfitTexts(parsed(text), "").slice(0, MOST_ERRORS) : [];
  return errors.length > 0 ? wrongFields(errors) : next();
};

/** Many clients declare JSON with every call, also where they send none: nobody is to read nothing as JSON. */
function withoutType({ url, method, headers, signal }: Request): Request {
  const others = new Headers(headers);
  others.delete("content-type");
  return new Request(url, { method, headers: others, signal });
}

/** Hono remembers what was read; who takes the request as it came (MCP) finds the body in it again. */
async function readText(c: Context): Promise<string> {
  const text = await c.req.text();
  if (c.req.path.startsWith("/mcp")) c.req.raw = new Request(c.req.raw, { body: text });
  return text;
}

type Wrong = { readonly field: string; readonly detail: string };

const wrongFields = (errors: readonly Wrong[]): Response =>
  problem({
    ...{ status: 422, code: "bad_input", errors },
    detail: `${errors[0]?.field}: ${errors[0]?.detail}`,
  });

/** Null where it is no JSON: who reads it in earnest says so. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Postgres holds neither NUL nor half a character. */
function unfitTexts(value: unknown, path: string): readonly Wrong[] {
  if (typeof value === "string") return isFit(value) ? [] : [unfit(path)];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const field = path === "" ? key : `${path}.${key}`;
    return isFit(key) ? unfitTexts(inner, field) : [unfit(path)];
  });
}

const isFit = (text: string): boolean => !text.includes("\0") && text.isWellFormed();

const unfit = (path: string): Wrong => ({
  field: path || "json",
  detail: "Text can't hold the character NUL or half a character (a lone surrogate).",
});

/** What is nested deeper than anybody means it would cost us our stack. */
function isDeep(text: string): boolean {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === '"') isText = !isText;
    else if (isText && letter === "\\") at += 1;
    else if (!isText) depth += DEEPER[letter ?? ""] ?? 0;
    if (depth > MOST_DEPTH) return true;
  }
  return false;
}

const DEEPER: Readonly<Record<string, number>> = { "[": 1, "{": 1, "]": -1, "}": -1 };
