import { z } from "zod";
import { SlackError } from "../failure.ts";
import { postMessage } from "../posting.ts";
import type { Slack } from "../slack.ts";
import { addEphemeral, type Draft } from "../state/messages.ts";
import type { Channel } from "../state/records.ts";
import { APP } from "../state/seed.ts";
import { contentArgs, readContent, readMetadata, type Shown } from "./content.ts";
import { joinedChannel, knownMessage, writableChannel } from "./find.ts";
import { flag, type Method, method, needScope } from "./method.ts";

const look = {
  username: z.string().optional(),
  icon_emoji: z.string().optional(),
  icon_url: z.string().optional(),
};
const Post = z.object({
  channel: z.string().min(1),
  thread_ts: z.string().optional(),
  reply_broadcast: flag.optional(),
  ...contentArgs,
  ...look,
});

/** A message of the app as it is stored. */
export function appDraft(shown: Shown, more: Partial<Draft> = {}): Draft {
  const { text, blocks } = shown;
  return { user: APP.userId, bot_id: APP.botId, app_id: APP.appId, text, blocks, ...more };
}

/** https://docs.slack.dev/reference/methods/chat.postMessage */
export const chatPostMessage: Method = method({
  rate: "post",
  args: Post,
  scope: () => "chat:write",
  run({ slack, args }) {
    const channel = writableChannel(slack, args.channel);
    const shown = readContent(slack, args);
    const metadata = readMetadata(args.metadata);
    const threadTs = threadOf(slack, channel, args.thread_ts);
    const subtype = args.reply_broadcast === true && threadTs !== undefined ? "thread_broadcast" : undefined;
    const more = { subtype, thread_ts: threadTs, metadata, ...lookOf(slack, args) };
    const { message } = postMessage(slack, channel, appDraft(shown, more));
    return { channel: channel.id, ts: message.ts, message };
  },
});

/** https://docs.slack.dev/reference/methods/chat.postEphemeral */
export const chatPostEphemeral: Method = method({
  rate: 4,
  args: Post.extend({ user: z.string().min(1) }),
  scope: () => "chat:write",
  run({ slack, args }) {
    const channel = writableChannel(slack, args.channel);
    const shown = readContent(slack, args);
    if (slack.state.people.get(args.user) === undefined) throw new SlackError("user_not_found");
    if (!channel.members.includes(args.user)) throw new SlackError("user_not_in_channel");
    const more = { thread_ts: args.thread_ts, ...lookOf(slack, args) };
    const where = { channel: channel.id, to: args.user };
    return { message_ts: addEphemeral(slack.state, where, appDraft(shown, more)).message.ts };
  },
});

/** Replies hang on a message that is no reply itself; one that was deleted keeps its thread. */
function threadOf(slack: Slack, channel: Channel, ts: string | undefined): string | undefined {
  if (ts === undefined || ts === "") return undefined;
  const parent = slack.state.messages(channel.id).get(ts);
  if (parent === undefined) throw new SlackError("thread_not_found");
  if (parent.thread_ts !== undefined && parent.thread_ts !== ts)
    throw new SlackError("cannot_reply_to_message");
  return ts;
}

function lookOf(slack: Slack, args: z.infer<typeof Post>): Partial<Draft> {
  const { username, icon_emoji: emoji, icon_url: url } = args;
  if (username === undefined && emoji === undefined && url === undefined) return {};
  needScope(slack, "chat:write.customize");
  return { username, icons: emoji === undefined ? undefined : { emoji } };
}

/** https://docs.slack.dev/reference/methods/chat.getPermalink */
export const chatGetPermalink: Method = method({
  rate: "unlimited",
  args: z.object({ channel: z.string(), message_ts: z.string() }),
  run({ slack, args }) {
    const channel = joinedChannel(slack, args.channel);
    const message = knownMessage(slack, channel, args.message_ts);
    const query = new URLSearchParams({ in: channel.id, thread: message.thread_ts ?? message.ts });
    return { channel: channel.id, permalink: `${slack.address()}/local?${query}` };
  },
});
