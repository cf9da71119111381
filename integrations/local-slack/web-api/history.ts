import { z } from "zod";
import { SlackError } from "../failure.ts";
import { channelMessages, threadMessages } from "../state/messages.ts";
import type { Message } from "../state/records.ts";
import { joinedChannel, scopeFor } from "./find.ts";
import { flag, type Method, method } from "./method.ts";
import { pageArgs, pageOf } from "./paging.ts";

const Window = z.object({
  channel: z.string().min(1),
  oldest: z.coerce.number().optional(),
  latest: z.coerce.number().optional(),
  inclusive: flag.optional(),
  include_all_metadata: flag.optional(),
  ...pageArgs,
});

/** https://docs.slack.dev/reference/methods/conversations.history: newest first, without replies. */
export const conversationsHistory: Method = method({
  rate: 3,
  args: Window,
  scope: (args) => scopeFor(args.channel, "history"),
  run({ slack, args }) {
    const channel = joinedChannel(slack, args.channel);
    const inside = channelMessages(slack.state, channel.id).filter(isInside(args)).reverse();
    return toAnswer(inside, args);
  },
});

/** https://docs.slack.dev/reference/methods/conversations.replies: oldest first; the parent always leads. */
export const conversationsReplies: Method = method({
  rate: 3,
  args: Window.extend({ ts: z.string().min(1) }),
  scope: (args) => scopeFor(args.channel, "history"),
  run({ slack, args }) {
    const channel = joinedChannel(slack, args.channel);
    const thread = threadMessages(slack.state, channel.id, args.ts);
    if (thread.length === 0) throw new SlackError("thread_not_found");
    const isWanted = isInside(args);
    return toAnswer(
      thread.filter((message) => message.ts === args.ts || isWanted(message)),
      args,
    );
  },
});

function toAnswer(messages: readonly Message[], args: z.infer<typeof Window>): Record<string, unknown> {
  const page = pageOf(messages, args, (message) => message.ts);
  return {
    messages: args.include_all_metadata === true ? page.rows : page.rows.map(withoutMetadata),
    has_more: page.hasMore,
    response_metadata: { next_cursor: page.cursor },
  };
}

function isInside(args: z.infer<typeof Window>): (message: Message) => boolean {
  const { oldest = 0, latest = Number.POSITIVE_INFINITY, inclusive = false } = args;
  return (message) => {
    const at = Number(message.ts);
    return inclusive ? at >= oldest && at <= latest : at > oldest && at < latest;
  };
}

function withoutMetadata(message: Message): Omit<Message, "metadata"> {
  const { metadata, ...rest } = message;
  return rest;
}
