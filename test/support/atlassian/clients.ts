import { createV1Client, createV2Client } from "confluence.js";
import { createClient as createWikiClient } from "confluence.js/core";
import { createCloudClient } from "jira.js";
import { createClient } from "jira.js/core";
import type { Double } from "./double.ts";

/** The real client of Jira, for a double; an answer of a shape it does not know fails. */
export function jiraClient({ url, credentials }: Double) {
  const auth = { type: "basic", email: credentials.email, apiToken: credentials.token } as const;
  return createCloudClient(createClient({ host: url, auth, onSchemaMismatch: "throw" }));
}

/** The real clients of Confluence, for a double. */
export function wikiClients({ url, credentials }: Double) {
  const auth = { type: "basic", email: credentials.email, apiToken: credentials.token } as const;
  const base = createWikiClient({ host: url, auth });
  return { v1: createV1Client(base), v2: createV2Client(base) };
}

/** How a call was refused: its status and what was said. */
export async function refusalOf(call: Promise<unknown>): Promise<{ status: number; said: string }> {
  try {
    await call;
  } catch (error) {
    const { status, body } = error as { status?: number; body?: unknown };
    if (status === undefined) throw error;
    return { status, said: wordsOf(body).join(" | ") };
  }
  throw new Error("it was not refused");
}

function wordsOf(body: unknown): string[] {
  if (typeof body === "string") return [body];
  const {
    errorMessages = [],
    errors = {},
    message,
  } = body as {
    errorMessages?: string[];
    errors?: Record<string, string> | { title: string }[];
    message?: string;
  };
  const named = Array.isArray(errors)
    ? errors.map(({ title }) => title)
    : Object.entries(errors).map(([field, words]) => `${field}: ${words}`);
  return [...errorMessages, ...named, ...(message === undefined ? [] : [message])];
}

/** An Atlassian document, as the client takes it. */
export type Document = { type: string; version: number; content: Record<string, unknown>[] };

/** A document of one paragraph. */
export function paragraph(text: string): Document {
  return documentOf({ type: "paragraph", content: [{ type: "text", text }] });
}

/** A document of some nodes. */
export function documentOf(...content: Record<string, unknown>[]): Document {
  return { type: "doc", version: 1, content };
}
