import { z } from "zod";
import { SlackError } from "../failure.ts";
import { deleteMessage, editMessage } from "../posting.ts";
import type { Slack } from "../slack.ts";
import type { Channel, Message } from "../state/records.ts";
import { APP } from "../state/seed.ts";
import { contentArgs, readBlocks, readContent, readMetadata, type Shown } from "./content.ts";
import { knownMessage, writableChannel } from "./find.ts";
import { type Method, method } from "./method.ts";

/** The limit of the text of a changed message; a new one is cut off instead. */
const TEXT_MOST = 4000;

const Update = z.object({ channel: z.string().min(1), ts: z.string().min(1), ...contentArgs });

/**
 * https://docs.slack.dev/reference/methods/chat.update: blocks stay only where neither text nor blocks are given, metadata
 * stays where none is given, and only a change without blocks is marked as edited.
 */
export const chatUpdate: Method = method({
  rate: 3,
  args: Update,
  scope: () => "chat:write",
  run({ slack, args }) {
    const channel = writableChannel(slack, args.channel);
    const before = ownMessage(slack, channel, args.ts, "cant_update_message");
    if ((args.text ?? "").length > TEXT_MOST) throw new SlackError("msg_too_long");
    const shown = shownAfter(slack, args, before);
    const isEdited = shown.blocks === undefined;
    const after: Message = {
      ...before,
      ...shown,
      metadata: args.metadata === undefined ? before.metadata : readMetadata(args.metadata),
      edited: isEdited ? { user: APP.userId, ts: slack.state.nextTs() } : before.edited,
    };
    void editMessage(slack, channel, before, after);
    return { channel: channel.id, ts: after.ts, text: after.text, message: after };
  },
});

/** https://docs.slack.dev/reference/methods/chat.delete */
export const chatDelete: Method = method({
  rate: 3,
  args: z.object({ channel: z.string().min(1), ts: z.string().min(1) }),
  scope: () => "chat:write",
  run({ slack, args }) {
    const channel = writableChannel(slack, args.channel);
    const message = ownMessage(slack, channel, args.ts, "cant_delete_message");
    void deleteMessage(slack, channel, message);
    return { channel: channel.id, ts: message.ts };
  },
});

function shownAfter(slack: Slack, args: z.infer<typeof Update>, before: Message): Shown {
  const saysSomething = [args.text, args.blocks, args.markdown_text].some((part) => part !== undefined);
  if (!saysSomething && args.metadata !== undefined) return { text: before.text, blocks: before.blocks };
  if (args.text === undefined && Array.isArray(args.blocks) && args.blocks.length > 0)
    return { text: before.text, blocks: readBlocks(slack, args.blocks, "message") };
  return readContent(slack, args);
}

function ownMessage(slack: Slack, channel: Channel, ts: string, refusal: string): Message {
  const message = knownMessage(slack, channel, ts);
  if (message.bot_id !== APP.botId) throw new SlackError(refusal);
  return message;
}
