import { z } from "zod";
import { SlackError } from "../failure.ts";
import { appIsIn } from "../people.ts";
import { join } from "../posting.ts";
import type { Slack } from "../slack.ts";
import type { Channel } from "../state/records.ts";
import { APP, directId, newDirect } from "../state/seed.ts";
import { knownChannel, scopeFor } from "./find.ts";
import { flag, type Method, method } from "./method.ts";
import { pageArgs, pageOf } from "./paging.ts";

const One = z.object({ channel: z.string().min(1) });

/** https://docs.slack.dev/reference/methods/conversations.info */
export const conversationsInfo: Method = method({
  rate: 3,
  args: One.extend({ include_num_members: flag.optional() }),
  scope: (args) => scopeFor(args.channel, "read"),
  run({ slack, args }) {
    const channel = knownChannel(slack, args.channel);
    const count = args.include_num_members === true ? { num_members: channel.members.length } : {};
    return { channel: { ...toConversation(channel), ...count } };
  },
});

/** https://docs.slack.dev/reference/methods/conversations.members */
export const conversationsMembers: Method = method({
  rate: 4,
  args: One.extend(pageArgs),
  scope: (args) => scopeFor(args.channel, "read"),
  run({ slack, args }) {
    const page = pageOf(knownChannel(slack, args.channel).members, args, (member) => member);
    return { members: page.rows, response_metadata: { next_cursor: page.cursor } };
  },
});

const Listed = z.object({
  types: z.string().default("public_channel"),
  exclude_archived: flag.optional(),
  ...pageArgs,
});
const scopeOfTypes = ({ types }: z.output<typeof Listed>): string =>
  types === "im" ? "im:read" : "channels:read";

/** https://docs.slack.dev/reference/methods/conversations.list */
export const conversationsList: Method = method({
  rate: 2,
  args: Listed,
  scope: scopeOfTypes,
  run: ({ slack, args }) => listed(slack.state.channels.all(), args),
});

/** https://docs.slack.dev/reference/methods/users.conversations: where the app itself is a member. */
export const usersConversations: Method = method({
  rate: 3,
  args: Listed,
  scope: scopeOfTypes,
  run: ({ slack, args }) => listed(slack.state.channels.all().filter(appIsIn), args),
});

function listed(channels: readonly Channel[], args: z.output<typeof Listed>) {
  const types = args.types.split(",").map((type) => type.trim());
  const wanted = channels.filter((channel) => {
    const isHidden = args.exclude_archived === true && channel.isArchived;
    return !isHidden && types.includes(channel.kind === "direct" ? "im" : "public_channel");
  });
  const page = pageOf(wanted, args, (channel) => channel.id);
  return { channels: page.rows.map(toConversation), response_metadata: { next_cursor: page.cursor } };
}

/** https://docs.slack.dev/reference/methods/conversations.open: direct messages with one person only. */
export const conversationsOpen: Method = method({
  rate: 3,
  args: z.object({
    users: z.string().optional(),
    channel: z.string().optional(),
    return_im: flag.optional(),
  }),
  scope: () => "im:write",
  run({ slack, args }) {
    const before = slack.state.channels.get(args.channel ?? directId(args.users ?? ""));
    const channel = before ?? openDirect(slack, args.users);
    const state = before === undefined ? {} : { already_open: true, no_op: true };
    return { ...state, channel: args.return_im === true ? toConversation(channel) : { id: channel.id } };
  },
});

/** https://docs.slack.dev/reference/methods/conversations.join */
export const conversationsJoin: Method = method({
  rate: 3,
  args: One,
  scope: () => "channels:join",
  run({ slack, args }) {
    const channel = knownChannel(slack, args.channel);
    if (channel.kind === "direct") throw new SlackError("method_not_supported_for_channel_type");
    if (channel.isArchived) throw new SlackError("is_archived");
    return { channel: toConversation(join(slack, channel, APP.userId, undefined)) };
  },
});

function openDirect(slack: Slack, users: string | undefined): Channel {
  if (users === undefined || users === "") throw new SlackError("users_list_not_supplied");
  if (users.includes(",")) throw new SlackError("method_not_supported_for_channel_type");
  const person = slack.state.people.get(users);
  if (person === undefined) throw new SlackError("user_not_found");
  if (person.isBot) throw new SlackError("cannot_dm_bot");
  const channel = newDirect(person.id, slack.clock.nowMs());
  slack.state.change({ user: person.id }, () => slack.state.channels.put(channel.id, channel));
  return channel;
}

function toConversation(channel: Channel): Record<string, unknown> {
  const isDirect = channel.kind === "direct";
  const common = {
    id: channel.id,
    created: Math.floor(channel.createdAtMs / 1000),
    is_archived: channel.isArchived,
    is_im: isDirect,
    is_mpim: false,
    is_private: isDirect,
    is_org_shared: false,
    context_team_id: APP.teamId,
  };
  if (isDirect)
    return { ...common, user: channel.members.find((member) => member !== APP.userId), is_open: true };
  return {
    ...common,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: true,
    is_group: false,
    is_general: channel.id === "C01GENERAL",
    is_shared: false,
    is_ext_shared: false,
    is_member: appIsIn(channel),
    topic: { value: "", creator: "", last_set: 0 },
    purpose: { value: "", creator: "", last_set: 0 },
  };
}
