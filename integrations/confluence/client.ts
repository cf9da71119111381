import { createV1Client, createV2Client } from "confluence.js";
import { type Client, createClient } from "confluence.js/core";
import { z } from "zod";
import { OutsideFailure, OutsideRefusal } from "#engine/errors.ts";
import { toFailure } from "../atlassian/failure.ts";
import { secretsOf } from "../atlassian/tamed.ts";
import { limitTime } from "../atlassian/time-limits.ts";
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
  if (!z.email().safeParse(settings.username).success || token === "")
    throw new OutsideRefusal(
      "Confluence",
      "bad_account",
      "Confluence can't be asked: CONFLUENCE_USERNAME must be the account's e-mail address, and CONFLUENCE_API_TOKEN a token of that account.",
    );
  limitTime(settings.url);
  const secrets = secretsOf({ username: settings.username, token });
  const base = createClient({
    host: settings.url,
    auth: { type: "basic", email: settings.username, apiToken: token },
  });
  const client: Client = {
    async sendRequest({ schema: _, ...options }) {
      try {
        return await base.sendRequest(options);
      } catch (error) {
        throw toFailure("Confluence", error, secrets);
      }
    },
  };
  return { v1: createV1Client(client), v2: createV2Client(client), settings };
}

/** What Confluence answered, in the shape that we rely on; another one is Confluence's trouble, not an error of ours. */
export function readAnswer<Out>(schema: z.ZodType<Out>, answer: unknown): Out {
  const read = schema.safeParse(answer);
  if (read.success) return read.data;
  throw new OutsideFailure("Confluence", "Confluence gives an answer that can't be read", {
    cause: read.error,
  });
}
