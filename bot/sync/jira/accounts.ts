import type { Jira } from "#integrations/jira/jira.ts";
import type { JiraSettings } from "#integrations/jira/settings.ts";
import { createMemory } from "../../slack/memory.ts";
import type { Connection } from "../connected.ts";

const EMAILS_TTL_MS = 10 * 60_000;

/** Finds the Jira accounts of people in Slack: as the settings name them, else by e-mail address. Null where neither tells. */
export function createAccounts(emailOf: (personId: string) => Promise<string | null>) {
  const emails = createMemory<string | null>(EMAILS_TTL_MS, () => performance.now());
  return async (
    { workspaceId, settings }: Connection<JiraSettings>,
    jira: Pick<Jira, "accountOf">,
    personId: string,
  ): Promise<string | null> => {
    const [named] = Object.entries(settings.people).find(([, slackId]) => slackId === personId) ?? [];
    if (named !== undefined) return named;
    const email = await emails.get(`${workspaceId} ${personId}`, () => emailOf(personId));
    return email === null ? null : await jira.accountOf(email);
  };
}
