import { z } from "zod";
import { PersonError } from "../failure.ts";
import { actingPerson, appIsIn, channelOf } from "../people.ts";
import { join } from "../posting.ts";
import type { Slack } from "../slack.ts";
import type { Channel, Person } from "../state/records.ts";
import { APP } from "../state/seed.ts";
import { obey, sendOnce } from "./interaction.ts";
import { Reply, showReply } from "./reply.ts";
import { newResponseUrl } from "./response-url.ts";

/** A slash command as somebody types it. */
export const Slash = z.strictObject({
  user: z.string(),
  channel: z.string(),
  text: z.string().max(40_000).default(""),
  command: z
    .string()
    .regex(/^\/[a-z0-9_-]{1,31}$/i)
    .default("/goal"),
});

/** What came of it: `response` is what the app acknowledged with, or null. */
export type SlashAnswer = { readonly ack_ms: number; readonly response: unknown };

/** Runs a command of the app, or `/invite`, which is Slack's own. Throws PersonError. */
export async function runSlash(slack: Slack, slash: z.infer<typeof Slash>): Promise<SlashAnswer> {
  const person = actingPerson(slack, slash.user);
  const channel = channelOf(slack, person, slash.channel);
  if (slash.command === "/invite") return invite(slack, person, channel, slash.text);
  if (slack.grants.commands?.has(slash.command) === false)
    throw new PersonError(404, "unknown_command", `${slash.command} is not a valid command.`);
  const payload = toPayload(slack, person, channel, slash);
  const { ackMs, body } = await sendOnce(
    slack,
    { type: "slash_commands", payload },
    (code) => `${slash.command} failed with the error "${code}"`,
  );
  const reply = Reply.safeParse(body ?? {});
  if (!reply.success)
    throw new PersonError(
      409,
      "invalid_response",
      `The app answered ${slash.command} with something else than a message.`,
    );
  const { text, blocks } = reply.data;
  if ((text ?? "") !== "" || blocks !== undefined)
    obey(slack, () => showReply(slack, { user: person.id, channel }, reply.data));
  return { ack_ms: ackMs, response: isNothing(body) ? null : body };
}

function toPayload(
  slack: Slack,
  person: Person,
  channel: Channel,
  slash: z.infer<typeof Slash>,
): Record<string, string> {
  return {
    token: "local-slack",
    team_id: APP.teamId,
    team_domain: APP.teamDomain,
    channel_id: channel.id,
    channel_name: channel.kind === "direct" ? "directmessage" : channel.name,
    user_id: person.id,
    user_name: person.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "."),
    command: slash.command,
    text: slash.text,
    api_app_id: APP.appId,
    is_enterprise_install: "false",
    response_url: newResponseUrl(slack, { user: person.id, channel }),
    trigger_id: slack.triggers.create(person.id),
  };
}

function invite(slack: Slack, person: Person, channel: Channel, text: string): SlashAnswer {
  const wanted = text
    .trim()
    .replace(/^<@([A-Z0-9]+)(\|[^>]*)?>$/, "$1")
    .replace(/^@/, "")
    .toLowerCase();
  const invited = slack.state.people
    .all()
    .find(({ id, name }) => id.toLowerCase() === wanted || name.toLowerCase() === wanted);
  if (invited === undefined)
    throw new PersonError(404, "user_not_found", `There is nobody called "${text.trim()}" here.`);
  if (channel.kind === "direct")
    throw new PersonError(409, "not_in_direct", "Nobody can be invited into a direct message.");
  if (invited.id === APP.userId && appIsIn(channel))
    throw new PersonError(409, "already_in_channel", `${invited.name} is already in #${channel.name}.`);
  join(slack, channel, invited.id, person.id);
  return { ack_ms: 0, response: null };
}

/** A Socket Mode client acknowledges with an empty object where it has nothing to say. */
function isNothing(body: unknown): boolean {
  return body === undefined || body === null || JSON.stringify(body) === "{}";
}
