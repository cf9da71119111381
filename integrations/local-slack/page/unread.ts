import type { Channel, Group, Message } from "../state/records.ts";
import { readKey, type State } from "../state.ts";

/** What is unread in one conversation for one person: anything at all, and how many messages want them. */
export type Unread = {
  readonly isUnread: boolean;
  readonly mentions: number;
  /** Of the mentions, how many stand in the thread of this `ts`. */
  readonly inThread: ReadonlyMap<string, number>;
};

type Mentions = { readonly ids: ReadonlySet<string>; readonly isForAll: boolean };

// Rows are replaced, never changed, so what was found in one stays true.
const found = new WeakMap<Message, Mentions>();

/** Counts what a person has not read. In a direct message everything wants them; in a channel what mentions them, their group, or all. */
export function unreadFor(personId: string, channel: Channel, state: State): Unread {
  const groups = state.groups.all();
  const inThread = new Map<string, number>();
  let isUnread = false;
  let mentions = 0;
  for (const message of state.messages(channel.id).all()) {
    if (message.user === personId || !isNew(message, personId, channel, state)) continue;
    const thread = threadOf(message);
    const wants = channel.kind === "direct" || isMentioned(personId, message, groups);
    isUnread ||= wants || thread === undefined;
    if (!wants) continue;
    mentions += 1;
    if (thread !== undefined) inThread.set(thread, (inThread.get(thread) ?? 0) + 1);
  }
  return { isUnread, mentions, inThread };
}

/** The thread that a message is a reply in, or undefined where it stands in the conversation itself. */
export function threadOf(message: Message): string | undefined {
  return message.thread_ts === message.ts ? undefined : message.thread_ts;
}

function isMentioned(personId: string, message: Message, groups: readonly Group[]): boolean {
  const { ids, isForAll } = mentionsIn(message);
  if (isForAll || ids.has(personId)) return true;
  return groups.some((group) => ids.has(group.id) && group.members.includes(personId));
}

function isNew(message: Message, personId: string, channel: Channel, state: State): boolean {
  const mark = state.reads.get(readKey(personId, channel.id, threadOf(message)));
  return mark === undefined || Number(message.ts) > Number(mark);
}

function mentionsIn(message: Message): Mentions {
  const known = found.get(message);
  if (known !== undefined) return known;
  const text = `${message.text} ${JSON.stringify(message.blocks ?? [])}`;
  const marks = text.matchAll(/<@(\w+)|<!subteam\^(\w+)|"user_id":"(\w+)"|"usergroup_id":"(\w+)"/g);
  const ids = new Set([...marks].flatMap(([, ...parts]) => parts.filter((part) => part !== undefined)));
  const mentions = { ids, isForAll: /<!(?:here|channel|everyone)\b|"type":"broadcast"/.test(text) };
  found.set(message, mentions);
  return mentions;
}
