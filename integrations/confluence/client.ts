import { createV1Client, createV2Client } from "confluence.js";
import { type Client, createClient } from "confluence.js/core";
import type { z } from "zod";
import { guardSite, readAnswerOf } from "../atlassian/site.ts";
import type { ConfluenceSettings } from "./settings.ts";

/** Where a project is written to, and as whom. */
export type Site = {
  readonly v1: ReturnType<typeof createV1Client>;
  readonly v2: ReturnType<typeof createV2Client>;
  readonly settings: ConfluenceSettings;
};

/**
 * confluence.js as we use it: with a time limit, without retries; its failures are ours (integrations/atlassian/failure.ts). It
 * would refuse answers with anything in them that its version does not know: we read them by shapes of our own.
 */
export function openSite({
  settings,
  token,
}: {
  readonly settings: ConfluenceSettings;
  readonly token: string;
}): Site {
  const guarded = guardSite("Confluence", { ...settings, token });
  const base = createClient({
    host: settings.url,
    auth: { type: "basic", email: settings.username, apiToken: token },
  });
  const client: Client = {
    sendRequest: ({ schema: _, ...options }) => guarded(() => base.sendRequest(options)),
  };
  return { v1: createV1Client(client), v2: createV2Client(client), settings };
}

/** What Confluence answered, in the shape that we rely on; another one is Confluence's trouble, not an error of ours. */
export const readAnswer = <Out>(schema: z.ZodType<Out>, answer: unknown): Out =>
  readAnswerOf("Confluence", schema, answer);
