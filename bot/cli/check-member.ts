import { Refusal } from "#engine/errors.ts";
import type { Config } from "../config.ts";
import { createSlackClient } from "../slack/clients.ts";
import { isUnknown, readPerson } from "../slack/read-people.ts";

/**
 * Refuses who is no full member of the workspace, as Slack knows them: a slip in an id would give somebody else's word
 * away. Without Slack tokens there is nobody to ask (local-slack lives inside the running app), so any id is taken.
 */
export async function checkMember(
  { slack, slackApiUrl }: Pick<Config, "slack" | "slackApiUrl">,
  workspaceId: string,
  id: string,
): Promise<void> {
  if (!("botToken" in slack)) return;
  const client = createSlackClient(slack.botToken, { apiUrl: slackApiUrl ?? undefined });
  const person = await readPerson(client, workspaceId, id).catch((error: unknown) => {
    if (isUnknown(error)) throw notOurs(id, "Slack knows nobody of that id here");
    throw error;
  });
  const { name, isBot, isGuest, isStranger, isDeleted } = person;
  if (isDeleted) throw notOurs(id, `${name} has left`);
  if (isBot) throw notOurs(id, `${name} is a bot`);
  if (isGuest || isStranger) throw notOurs(id, `${name} is a guest`);
}

const notOurs = (id: string, why: string): Refusal =>
  new Refusal(
    "bad_input",
    `${id} is no full member of this workspace: ${why}. Give the id of somebody who is.`,
  );
