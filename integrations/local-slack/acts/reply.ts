import { z } from "zod";
import { SlackError } from "../failure.ts";
import { deleteMessage, editMessage, postMessage } from "../posting.ts";
import type { Slack } from "../slack.ts";
import { addEphemeral, ephemeralKey } from "../state/messages.ts";
import type { Channel, Ephemeral, Message } from "../state/records.ts";
import { appDraft } from "../web-api/chat-post.ts";
import { readContent } from "../web-api/content.ts";

/** What an app answers to a command, or sends to a response URL. */
export const Reply = z.object({
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  attachments: z.unknown().optional(),
  response_type: z.enum(["ephemeral", "in_channel"]).default("ephemeral"),
  replace_original: z.boolean().default(false),
  delete_original: z.boolean().default(false),
  thread_ts: z.string().optional(),
});
export type Reply = z.infer<typeof Reply>;

/** To whom and to what an answer belongs: `ts` is the message that was clicked. */
export type Answered = {
  readonly user: string;
  readonly channel: Channel;
  readonly ts?: string | undefined;
};

/** Shows an app's answer: to the person alone unless it says otherwise. Throws SlackError where it is refused. */
export function showReply(slack: Slack, answered: Answered, reply: Reply): void {
  const original = originalOf(slack, answered);
  if (reply.delete_original) {
    if (original !== undefined) remove(slack, answered.channel, original);
    return;
  }
  const shown = readContent(slack, reply);
  if (reply.replace_original && original !== undefined) {
    replace(slack, answered.channel, original, { ...original.message, ...shown });
    return;
  }
  const draft = appDraft(shown, { thread_ts: reply.thread_ts });
  if (reply.response_type === "in_channel") postMessage(slack, answered.channel, draft);
  else addEphemeral(slack.state, { channel: answered.channel.id, to: answered.user }, draft);
}

type Original =
  | { readonly kind: "message"; readonly message: Message }
  | ({ readonly kind: "ephemeral" } & Ephemeral);

function originalOf(slack: Slack, { user, channel, ts }: Answered): Original | undefined {
  if (ts === undefined) return undefined;
  const ephemeral = slack.state.ephemerals.get(ephemeralKey(user, channel.id, ts));
  if (ephemeral !== undefined) return { kind: "ephemeral", ...ephemeral };
  const message = slack.state.messages(channel.id).get(ts);
  if (message === undefined) throw new SlackError("message_not_found");
  return { kind: "message", message };
}

function remove(slack: Slack, channel: Channel, original: Original): void {
  switch (original.kind) {
    case "message":
      void deleteMessage(slack, channel, original.message);
      return;
    case "ephemeral": {
      const { to, message } = original;
      const key = ephemeralKey(to, channel.id, message.ts);
      slack.state.change({ channel: channel.id, user: to }, () => slack.state.ephemerals.remove(key));
    }
  }
}

function replace(slack: Slack, channel: Channel, original: Original, after: Message): void {
  switch (original.kind) {
    case "message":
      void editMessage(slack, channel, original.message, after);
      return;
    case "ephemeral": {
      const { to } = original;
      const key = ephemeralKey(to, channel.id, after.ts);
      slack.state.change({ channel: channel.id, user: to }, () =>
        slack.state.ephemerals.put(key, { channel: channel.id, to, message: after }),
      );
    }
  }
}
