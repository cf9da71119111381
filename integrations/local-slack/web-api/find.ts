import { SlackError } from "../failure.ts";
import { appIsIn } from "../people.ts";
import type { Slack } from "../slack.ts";
import type { Channel, Message } from "../state/records.ts";
import { directId } from "../state/seed.ts";

/** A conversation that the app may know of. Throws `channel_not_found`. */
export function knownChannel(slack: Slack, id: string): Channel {
  const channel = slack.state.channels.get(id);
  if (channel === undefined) throw new SlackError("channel_not_found");
  return channel;
}

/** A conversation that the app is in; a person's id stands for their direct message. Throws Slack's codes. */
export function joinedChannel(slack: Slack, id: string): Channel {
  const isPerson = slack.state.people.get(id) !== undefined;
  const channel = knownChannel(slack, isPerson ? directId(id) : id);
  if (!appIsIn(channel)) throw new SlackError("not_in_channel");
  return channel;
}

/** A conversation into which the app may write. */
export function writableChannel(slack: Slack, id: string): Channel {
  const channel = joinedChannel(slack, id);
  if (channel.isArchived) throw new SlackError("is_archived");
  return channel;
}

/** A message that is there. Throws `message_not_found`. */
export function knownMessage(slack: Slack, channel: Channel, ts: string): Message {
  const message = slack.state.messages(channel.id).get(ts);
  if (message === undefined || message.subtype === "tombstone") throw new SlackError("message_not_found");
  return message;
}

/** `channels:` or `im:`, as the id of a conversation wants it. */
export function scopeFor(id: string, right: "read" | "history"): string {
  return `${id.startsWith("D") ? "im" : "channels"}:${right}`;
}
