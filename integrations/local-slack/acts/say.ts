import { z } from "zod";
import { PersonError } from "../failure.ts";
import { actingPerson, appIsIn, channelOf } from "../people.ts";
import { deleteMessage, postMessage } from "../posting.ts";
import type { Slack } from "../slack.ts";
import { addEphemeral } from "../state/messages.ts";
import type { Channel, Message } from "../state/records.ts";
import { APP } from "../state/seed.ts";

/** A message as somebody writes it; `thread_ts` is the message that it answers. */
export const Say = z.strictObject({
  user: z.string(),
  channel: z.string(),
  text: z.string().trim().min(1).max(40_000),
  thread_ts: z.string().optional(),
});

/** Posts it. `ack_ms` is the slowest acknowledgement of its events; null where the app hears of none, or took none. */
export async function say(
  slack: Slack,
  { user, channel: id, text, thread_ts }: z.infer<typeof Say>,
): Promise<{ readonly ts: string; readonly ack_ms: number | null }> {
  const person = actingPerson(slack, user);
  const channel = channelOf(slack, person, id);
  if (channel.isArchived) throw new PersonError(409, "is_archived", `#${channel.name} is archived.`);
  if (thread_ts !== undefined) knownThread(slack, channel, thread_ts);
  const { message, told } = postMessage(slack, channel, { user: person.id, text, thread_ts });
  if (!appIsIn(channel) && text.includes(`<@${APP.userId}>`)) tellToInvite(slack, channel, message);
  const acked = (await told).flatMap((ack) => (ack.kind === "acked" ? [ack.ackMs] : []));
  return { ts: message.ts, ack_ms: acked.length === 0 ? null : Math.max(...acked) };
}

/** A message that an admin of the workspace takes away. */
export const Remove = z.strictObject({ user: z.string(), channel: z.string(), ts: z.string() });

/** Deletes any message, as admins can. */
export function remove(slack: Slack, { user, channel: id, ts }: z.infer<typeof Remove>): void {
  const channel = channelOf(slack, actingPerson(slack, user), id);
  const message = slack.state.messages(channel.id).get(ts);
  if (message === undefined)
    throw new PersonError(404, "message_not_found", `There is no message ${ts} in ${id}.`);
  void deleteMessage(slack, channel, message);
}

function knownThread(slack: Slack, channel: Channel, ts: string): void {
  const parent = slack.state.messages(channel.id).get(ts);
  if (parent === undefined || (parent.thread_ts !== undefined && parent.thread_ts !== ts))
    throw new PersonError(404, "thread_not_found", `No thread hangs on ${ts} in ${channel.id}.`);
}

/** What Slack's own bot says to somebody who mentions an app that is not there. */
function tellToInvite(slack: Slack, channel: Channel, { user, thread_ts }: Message): void {
  const text = `You mentioned <@${APP.userId}>, but they're not in this channel. Type \`/invite @${APP.name}\` to let them in.`;
  addEphemeral(slack.state, { channel: channel.id, to: user }, { user: "USLACKBOT", text, thread_ts });
}
