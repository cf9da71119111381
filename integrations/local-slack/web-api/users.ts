import { z } from "zod";
import { SlackError } from "../failure.ts";
import type { Slack } from "../slack.ts";
import type { Person } from "../state/records.ts";
import { APP } from "../state/seed.ts";
import { flag, type Method, method } from "./method.ts";
import { pageArgs, pageOf } from "./paging.ts";

const OTHER_TEAM = "T02OTHER";

/** https://docs.slack.dev/reference/methods/users.info */
export const usersInfo: Method = method({
  rate: 4,
  args: z.object({ user: z.string().min(1) }),
  scope: () => "users:read",
  run({ slack, args }) {
    const person = slack.state.people.get(args.user);
    if (person === undefined) throw new SlackError("user_not_found");
    return { user: toUser(slack, person) };
  },
});

/** https://docs.slack.dev/reference/methods/users.list */
export const usersList: Method = method({
  rate: 2,
  args: z.object(pageArgs),
  scope: () => "users:read",
  run({ slack, args }) {
    const page = pageOf(slack.state.people.all(), args, (person) => person.id);
    return {
      members: page.rows.map((person) => toUser(slack, person)),
      cache_ts: Math.floor(slack.clock.nowMs() / 1000),
      response_metadata: { next_cursor: page.cursor },
    };
  },
});

/** https://docs.slack.dev/reference/methods/users.lookupByEmail */
export const usersLookupByEmail: Method = method({
  rate: 3,
  args: z.object({ email: z.string().min(1) }),
  scope: () => "users:read.email",
  run({ slack, args }) {
    const wanted = args.email.toLowerCase();
    const person = slack.state.people.all().find(({ email }) => email?.toLowerCase() === wanted);
    if (person === undefined) throw new SlackError("users_not_found");
    return { user: toUser(slack, person) };
  },
});

/** https://docs.slack.dev/reference/methods/usergroups.list */
export const usergroupsList: Method = method({
  rate: 2,
  args: z.object({ include_users: flag.optional(), include_count: flag.optional() }),
  scope: () => "usergroups:read",
  run({ slack, args }) {
    const usergroups = slack.state.groups.all().map((group) => ({
      id: group.id,
      team_id: APP.teamId,
      is_usergroup: true,
      name: group.name,
      handle: group.handle,
      description: "",
      date_delete: 0,
      ...(args.include_users === true ? { users: group.members } : {}),
      ...(args.include_count === true ? { user_count: group.members.length } : {}),
    }));
    return { usergroups };
  },
});

/** https://docs.slack.dev/reference/methods/usergroups.users.list */
export const usergroupsUsersList: Method = method({
  rate: 2,
  args: z.object({ usergroup: z.string().min(1) }),
  scope: () => "usergroups:read",
  run({ slack, args }) {
    const group = slack.state.groups.get(args.usergroup);
    if (group === undefined) throw new SlackError("no_such_subteam");
    return { users: group.members };
  },
});

/** A person in Slack's shape; the e-mail only with its own scope. */
function toUser(slack: Slack, person: Person): Record<string, unknown> {
  const { scopes } = slack.grants;
  const showsEmail = person.email !== undefined && (scopes?.has("users:read.email") ?? true);
  const handle = person.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, ".");
  const isGuest = person.isRestricted || person.isUltraRestricted;
  return {
    id: person.id,
    team_id: person.isStranger ? OTHER_TEAM : APP.teamId,
    name: handle,
    real_name: person.name,
    deleted: false,
    tz: person.timeZone,
    tz_label: person.timeZone,
    tz_offset: offsetSeconds(person.timeZone, slack.clock.nowMs()),
    profile: {
      real_name: person.name,
      display_name: person.name,
      team: person.isStranger ? OTHER_TEAM : APP.teamId,
      ...(showsEmail ? { email: person.email } : {}),
      ...(person.id === APP.userId ? { bot_id: APP.botId, api_app_id: APP.appId } : {}),
    },
    is_admin: person.id === "U01ALICE",
    is_owner: false,
    is_primary_owner: false,
    is_restricted: isGuest,
    is_ultra_restricted: person.isUltraRestricted,
    is_stranger: person.isStranger,
    is_bot: person.isBot,
    is_app_user: false,
    updated: 0,
  };
}

function offsetSeconds(timeZone: string, atMs: number): number {
  const parts = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" }).formatToParts(atMs);
  const name = parts.find((part) => part.type === "timeZoneName")?.value ?? "";
  const [, sign, hours = "0", minutes = "0"] = /GMT([+-])(\d+):(\d+)/.exec(name) ?? [];
  const seconds = Number(hours) * 3600 + Number(minutes) * 60;
  return sign === "-" ? -seconds : seconds;
}
