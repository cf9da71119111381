import type { State } from "../state.ts";
import type { Ephemeral, Message } from "./records.ts";
import { APP } from "./seed.ts";

/** What a new message says; `ts` and the counts of its thread come from here. */
export type Draft = Omit<Message, "type" | "ts" | "team" | "parent_user_id">;

/** Adds a message, and counts it at its parent when it is a reply. */
export function addMessage(state: State, channel: string, draft: Draft): Message {
  return state.change({ channel }, () => {
    const messages = state.messages(channel);
    const parent = draft.thread_ts === undefined ? undefined : messages.get(draft.thread_ts);
    const message: Message = {
      type: "message",
      ts: state.nextTs(),
      team: APP.teamId,
      ...draft,
      ...(parent === undefined ? {} : { parent_user_id: parent.user }),
    };
    messages.put(message.ts, message);
    if (parent !== undefined) messages.put(parent.ts, withCounts(state, channel, parent));
    return message;
  });
}

/** Puts a changed message in the place of the one with the same `ts`. */
export function replaceMessage(state: State, channel: string, message: Message): void {
  state.change({ channel }, () => state.messages(channel).put(message.ts, message));
}

/** Takes a message away. Where replies hang on it, a tombstone stays in its place, as in Slack. */
export function removeMessage(state: State, channel: string, message: Message): void {
  state.change({ channel }, () => {
    const messages = state.messages(channel);
    if (message.reply_count !== undefined) {
      messages.put(message.ts, toTombstone(message));
      return;
    }
    messages.remove(message.ts);
    const parent = message.thread_ts === undefined ? undefined : messages.get(message.thread_ts);
    if (parent !== undefined && parent.ts !== message.ts)
      messages.put(parent.ts, withCounts(state, channel, parent));
  });
}

/** Shows a message to one person only. */
export function addEphemeral(
  state: State,
  where: { readonly channel: string; readonly to: string },
  draft: Draft,
): Ephemeral {
  const { channel, to } = where;
  return state.change({ channel, user: to }, () => {
    const message: Message = { type: "message", ts: state.nextTs(), team: APP.teamId, ...draft };
    const ephemeral = { channel, to, message };
    state.ephemerals.put(ephemeralKey(to, channel, message.ts), ephemeral);
    return ephemeral;
  });
}

/** The key of an ephemeral message. */
export function ephemeralKey(user: string, channel: string, ts: string): string {
  return [user, channel, ts].join("/");
}

/** What only this person sees in a channel, its threads among them, oldest first. */
export function ephemeralsFor(state: State, user: string, channel: string): Message[] {
  return state.ephemerals
    .all()
    .filter((ephemeral) => ephemeral.to === user && ephemeral.channel === channel)
    .map((ephemeral) => ephemeral.message);
}

/** Whether a message stands in the channel itself: no reply, or one that was also sent to the channel. */
export function isInChannel(message: Message): boolean {
  return (
    message.thread_ts === undefined ||
    message.thread_ts === message.ts ||
    message.subtype === "thread_broadcast"
  );
}

/** The messages of the channel itself, oldest first. */
export function channelMessages(state: State, channel: string): Message[] {
  return state.messages(channel).all().filter(isInChannel);
}

/** A message and its replies, oldest first; empty where there is no such message. */
export function threadMessages(state: State, channel: string, ts: string): Message[] {
  return state
    .messages(channel)
    .all()
    .filter((message) => message.ts === ts || message.thread_ts === ts);
}

function withCounts(state: State, channel: string, parent: Message): Message {
  const replies = threadMessages(state, channel, parent.ts).filter((message) => message.ts !== parent.ts);
  const latest = replies.at(-1);
  if (latest === undefined) {
    const { thread_ts, reply_count, reply_users, reply_users_count, latest_reply, ...alone } = parent;
    return alone;
  }
  const users = [...new Set(replies.map((reply) => reply.user))];
  return {
    ...parent,
    thread_ts: parent.ts,
    reply_count: replies.length,
    reply_users: users.slice(0, 5),
    reply_users_count: users.length,
    latest_reply: latest.ts,
  };
}

function toTombstone(message: Message): Message {
  const { blocks, files, metadata, edited, bot_id, app_id, reactions, ...rest } = message;
  return { ...rest, subtype: "tombstone", user: "USLACKBOT", text: "This message was deleted." };
}
