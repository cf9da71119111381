import { z } from "zod";
import { SlackError } from "../failure.ts";
import { replaceMessage } from "../state/messages.ts";
import { APP } from "../state/seed.ts";
import { joinedChannel, knownMessage } from "./find.ts";
import { type Method, method } from "./method.ts";

/** https://docs.slack.dev/reference/methods/auth.test */
export const authTest: Method = method({
  rate: "unlimited",
  args: z.object({}),
  run: ({ origin }) => ({
    url: `${origin}/local`,
    team: APP.teamName,
    team_id: APP.teamId,
    user: APP.userName,
    user_id: APP.userId,
    bot_id: APP.botId,
    is_enterprise_install: false,
  }),
});

/** https://docs.slack.dev/reference/methods/apps.connections.open */
export const appsConnectionsOpen: Method = method({
  rate: 1,
  token: "app",
  args: z.object({}),
  run: ({ slack, origin }) => ({ url: `${origin.replace(/^http/, "ws")}${slack.sockets.newPath()}` }),
});

/** https://docs.slack.dev/reference/methods/bots.info */
export const botsInfo: Method = method({
  rate: 3,
  args: z.object({ bot: z.string().optional() }),
  scope: () => "users:read",
  run({ slack, args }) {
    if ((args.bot ?? APP.botId) !== APP.botId) throw new SlackError("bot_not_found");
    const name = slack.state.people.get(APP.userId)?.name ?? APP.name;
    return {
      bot: {
        id: APP.botId,
        deleted: false,
        name,
        updated: 0,
        app_id: APP.appId,
        user_id: APP.userId,
        icons: {},
      },
    };
  },
});

/** https://docs.slack.dev/reference/methods/team.info */
export const teamInfo: Method = method({
  rate: 3,
  args: z.object({ team: z.string().optional() }),
  scope: () => "team:read",
  run({ args }) {
    if ((args.team ?? APP.teamId) !== APP.teamId) throw new SlackError("team_not_found");
    const { teamId: id, teamName: name, teamDomain: domain } = APP;
    return { team: { id, name, domain, email_domain: "example.com", icon: { image_default: true } } };
  },
});

/** https://docs.slack.dev/reference/methods/reactions.add */
export const reactionsAdd: Method = method({
  rate: 3,
  args: z.object({ channel: z.string().min(1), timestamp: z.string().min(1), name: z.string().min(1) }),
  scope: () => "reactions:write",
  run({ slack, args }) {
    const channel = joinedChannel(slack, args.channel);
    const message = knownMessage(slack, channel, args.timestamp);
    if (!/^[a-z0-9_+'-]+$/.test(args.name)) throw new SlackError("invalid_name");
    const { reactions = [] } = message;
    const before = reactions.find((reaction) => reaction.name === args.name);
    if (before?.users.includes(APP.userId) === true) throw new SlackError("already_reacted");
    const users = [...(before?.users ?? []), APP.userId];
    const others = reactions.filter((reaction) => reaction !== before);
    const reaction = { name: args.name, users, count: users.length };
    replaceMessage(slack.state, channel.id, { ...message, reactions: [...others, reaction] });
    return {};
  },
});
