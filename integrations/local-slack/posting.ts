import type { Ack } from "./app/envelope.ts";
import type { Event } from "./app/events.ts";
import { appIsIn } from "./people.ts";
import type { Slack } from "./slack.ts";
import { addMessage, type Draft, removeMessage, replaceMessage } from "./state/messages.ts";
import type { Channel, Message } from "./state/records.ts";
import { APP } from "./state/seed.ts";

/** What became of the events about one change; empty where the app hears of none. */
export type Told = Promise<readonly Ack[]>;

/** Adds a message and tells the app: also of its own, which Slack sends with the `bot_id`. */
export function postMessage(
  slack: Slack,
  channel: Channel,
  draft: Draft,
): { readonly message: Message; readonly told: Told } {
  const message = addMessage(slack.state, channel.id, draft);
  const event = { ...inEvent(message), ...placeOf(channel), event_ts: message.ts };
  const told = [tell(slack, channel, { ...event, type: "message" })];
  if (mentionsApp(channel, message)) told.push(tell(slack, channel, toMention(event)));
  return { message, told: gather(told) };
}

/** Puts a changed message in its place and tells the app. */
export function editMessage(slack: Slack, channel: Channel, before: Message, after: Message): Told {
  replaceMessage(slack.state, channel.id, after);
  const event = {
    type: "message",
    subtype: "message_changed",
    ...hiddenAt(slack, channel),
    message: inEvent(after),
    previous_message: inEvent(before),
  };
  return gather([tell(slack, channel, event)]);
}

/** Takes a message away and tells the app. */
export function deleteMessage(slack: Slack, channel: Channel, message: Message): Told {
  removeMessage(slack.state, channel.id, message);
  const event = {
    type: "message",
    subtype: "message_deleted",
    ...hiddenAt(slack, channel),
    deleted_ts: message.ts,
    previous_message: inEvent(message),
  };
  return gather([tell(slack, channel, event)]);
}

/** Lets somebody into a channel, says so there, and tells the app. */
export function join(slack: Slack, channel: Channel, user: string, inviter: string | undefined): Channel {
  if (channel.members.includes(user)) return channel;
  const joined: Channel = { ...channel, members: [...channel.members, user] };
  slack.state.change({ channel: channel.id }, () => slack.state.channels.put(channel.id, joined));
  const text = `<@${user}> has joined the channel`;
  postMessage(slack, joined, { subtype: "channel_join", user, text });
  const event = {
    type: "member_joined_channel",
    user,
    channel: channel.id,
    channel_type: "C",
    team: APP.teamId,
  };
  void tell(slack, joined, inviter === undefined ? event : { ...event, inviter });
  return joined;
}

async function tell(slack: Slack, channel: Channel, event: Event): Promise<Ack | undefined> {
  return appIsIn(channel) ? await slack.events.tell(event) : undefined;
}

async function gather(told: readonly Promise<Ack | undefined>[]): Promise<readonly Ack[]> {
  return (await Promise.all(told)).filter((ack) => ack !== undefined);
}

/** Metadata is not part of message events: https://docs.slack.dev/messaging/message-metadata */
function inEvent(message: Message): Omit<Message, "metadata"> {
  const { metadata, ...rest } = message;
  return rest;
}

function placeOf(channel: Channel): { channel: string; channel_type: string } {
  return { channel: channel.id, channel_type: channel.kind === "direct" ? "im" : "channel" };
}

function hiddenAt(slack: Slack, channel: Channel): Record<string, unknown> {
  const ts = slack.state.nextTs();
  return { hidden: true, ts, event_ts: ts, ...placeOf(channel) };
}

/** In a direct message Slack sends `message.im` alone, and no app hears of its own mentions. */
function mentionsApp(channel: Channel, message: Message): boolean {
  if (channel.kind === "direct" || message.bot_id !== undefined || message.subtype !== undefined)
    return false;
  return new RegExp(`<@${APP.userId}(\\|[^>]*)?>`).test(message.text);
}

function toMention(
  event: Omit<Message, "metadata"> & { readonly channel: string; readonly event_ts: string },
): Event {
  const { user, text, ts, team, blocks, thread_ts, parent_user_id, channel, event_ts } = event;
  return { type: "app_mention", user, text, ts, team, blocks, thread_ts, parent_user_id, channel, event_ts };
}
