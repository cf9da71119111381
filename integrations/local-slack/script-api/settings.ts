import { z } from "zod";
import type { Slack } from "../slack.ts";
import type { Channel, Person } from "../state/records.ts";
import { APP, newDirect, newPerson } from "../state/seed.ts";
import { readKey } from "../state.ts";

/** Somebody more in the workspace: a guest, a stranger, a bot. In the first two channels unless it says otherwise. */
export const NewPerson = z.strictObject({
  id: z.string().regex(/^[UW][A-Z0-9]+$/),
  name: z.string().min(1).max(80),
  email: z.email().optional(),
  tz: z.string().optional(),
  is_restricted: z.boolean().default(false),
  is_ultra_restricted: z.boolean().default(false),
  is_stranger: z.boolean().default(false),
  is_bot: z.boolean().default(false),
  channels: z.array(z.string()).default(["C01GENERAL", "C02DEPLOYS"]),
});

/** Puts a person into the workspace, or changes the one with this id. */
export function addPerson(slack: Slack, given: z.infer<typeof NewPerson>): Person {
  const first = newPerson(given.id, given.name);
  const person: Person = {
    ...first,
    email: given.email ?? first.email,
    timeZone: given.tz ?? first.timeZone,
    isRestricted: given.is_restricted,
    isUltraRestricted: given.is_ultra_restricted,
    isStranger: given.is_stranger,
    isBot: given.is_bot,
  };
  const { state } = slack;
  return state.change({}, () => {
    state.people.put(person.id, person);
    const direct = newDirect(person.id, slack.clock.nowMs());
    if (!person.isBot && state.channels.get(direct.id) === undefined) state.channels.put(direct.id, direct);
    for (const id of given.channels) {
      const channel = state.channels.get(id);
      if (channel !== undefined && !channel.members.includes(person.id))
        state.channels.put(id, { ...channel, members: [...channel.members, person.id] });
    }
    return person;
  });
}

/** One channel more, or another shape of the one with this id. */
export const NewChannel = z.strictObject({
  id: z.string().regex(/^C[A-Z0-9]+$/),
  name: z.string().regex(/^[a-z0-9_-]{1,80}$/),
  members: z.array(z.string()).default([]),
  bot_in: z.boolean().default(false),
  is_archived: z.boolean().default(false),
});

/** Makes it. */
export function addChannel(slack: Slack, given: z.infer<typeof NewChannel>): Channel {
  const { id, name, members, bot_in: isAppIn, is_archived: isArchived } = given;
  const all = [...new Set([...members, ...(isAppIn ? [APP.userId] : [])])];
  const createdAtMs = slack.state.channels.get(id)?.createdAtMs ?? slack.clock.nowMs();
  const channel: Channel = { id, name, kind: "channel", members: all, isArchived, createdAtMs };
  slack.state.change({}, () => slack.state.channels.put(id, channel));
  return channel;
}

/** How far somebody has read, in a channel or in one of its threads. */
export const Read = z.strictObject({
  user: z.string(),
  channel: z.string(),
  ts: z.string().regex(/^\d+\.\d+$/),
  thread_ts: z
    .string()
    .regex(/^\d+\.\d+$/)
    .optional(),
});

/** Keeps it; never goes back. */
export function markRead(slack: Slack, { user, channel, ts, thread_ts }: z.infer<typeof Read>): void {
  const key = readKey(user, channel, thread_ts);
  if (Number(slack.state.reads.get(key) ?? 0) >= Number(ts)) return;
  slack.state.change({ user }, () => slack.state.reads.put(key, ts));
}
