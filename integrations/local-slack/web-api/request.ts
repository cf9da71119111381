import type { Context } from "hono";
import { z } from "zod";

const STRUCTURED = ["attachments", "blocks", "files", "metadata", "view"];
const Body = z.record(z.string(), z.unknown());

/** A call's arguments and token. Structured arguments of a form are parsed; a broken one stays the text that it was. */
export async function readCall(
  c: Context,
): Promise<{ readonly args: Record<string, unknown>; readonly token: string | undefined } | undefined> {
  const body = await readBody(c);
  if (body === undefined) return undefined;
  const { token, ...args } = { ...c.req.query(), ...body };
  for (const name of STRUCTURED) args[name] = toStructure(args[name]);
  const header = /^Bearer (.+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  const known = Object.entries(args).filter(([, value]) => value !== undefined);
  return {
    args: Object.fromEntries(known),
    token: header ?? (typeof token === "string" ? token : undefined),
  };
}

async function readBody(c: Context): Promise<Record<string, unknown> | undefined> {
  const type = c.req.header("content-type") ?? "";
  if (!type.includes("json")) return await c.req.parseBody();
  const text = await c.req.text();
  const read = Body.safeParse(text === "" ? {} : parse(text));
  return read.success ? read.data : undefined;
}

function toStructure(value: unknown): unknown {
  return typeof value === "string" && /^\s*[[{]/.test(value) ? parse(value) : value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (problem) {
    if (problem instanceof SyntaxError) return text;
    throw problem;
  }
}
