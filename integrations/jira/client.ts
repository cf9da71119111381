import { createCloudClient } from "jira.js";
import { type Client, createClient } from "jira.js/core";
import type { z } from "zod";
import { guardSite, readAnswerOf } from "../atlassian/site.ts";
import type { JiraSettings } from "./settings.ts";

/** Where a project is written to, and as whom. */
export type Site = {
  readonly api: ReturnType<typeof createCloudClient>;
  readonly settings: JiraSettings;
  /** What our own project is called, for sentences: "billing". */
  readonly owner: string;
};

/** The entity property by which what we made is known again, on issues and on comments. */
export const PROPERTY = "countersign";

/** jira.js as we use it: with a time limit, without retries; its failures are ours (integrations/atlassian/failure.ts). */
export function openSite(needs: {
  readonly settings: JiraSettings;
  readonly token: string;
  readonly project?: string | undefined;
}): Site {
  const { settings, token, project } = needs;
  const guarded = guardSite("Jira", { ...settings, token });
  const base = createClient({
    host: settings.url,
    auth: { type: "basic", email: settings.username, apiToken: token },
    onSchemaMismatch: "silent",
  });
  const client: Client = {
    sendRequest: (options) => guarded(() => base.sendRequest(options)),
  };
  return {
    api: createCloudClient(client),
    settings,
    owner: project ?? `the project that writes to ${settings.project}`,
  };
}

/** Where people read an issue of a site. */
export const urlOf = (url: string, key: string): string => `${url}/browse/${key}`;

/** An issue's id or key as a part of a path: jira.js writes it there as it is. */
export const inPath = (ref: string): string => encodeURIComponent(ref);

/** What Jira answered, in the shape that we rely on; another one is Jira's trouble, not an error of ours. */
export const readAnswer = <Out>(schema: z.ZodType<Out>, answer: unknown): Out =>
  readAnswerOf("Jira", schema, answer);
