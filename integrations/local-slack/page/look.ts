import { ephemeralsFor, isInChannel } from "../state/messages.ts";
import type { Channel, Message, Person } from "../state/records.ts";
import { APP } from "../state/seed.ts";
import { openModal } from "../state/views.ts";
import type { State } from "../state.ts";
import type { Address } from "./address.ts";
import type { Screen, ShownConversation, ShownPlace, ShownThread } from "./screen.ts";
import { toHome, toModal, toShown } from "./shown.ts";
import type { Named, Reader } from "./text/reader.ts";
import { threadOf, type Unread, unreadFor } from "./unread.ts";

/** What the browser told about itself: its time zone, and whether the hint was hidden. */
export type Settings = { readonly zone?: string | undefined; readonly hint?: "off" | undefined };

type UnreadPlaces = ReadonlyMap<string, Unread>;

// Enough to read on; each change draws them all again, in the same process as the app by default.
const SHOWN_MESSAGES = 100;
const NONE: Unread = { isUnread: false, mentions: 0, inThread: new Map() };

/** What one person sees at an address. Who or what is unknown there gives way to the first person and channel. */
export function lookAt(state: State, address: Address, settings: Settings, nowSeconds: number): Screen {
  const people = state.people.all().filter((person) => !person.isBot);
  const person = people.find(({ id }) => id === address.as) ?? people[0];
  if (person === undefined) throw new Error("This Slack has no people. Empty its folder to begin anew.");
  const mine = channelsOf(person.id, state);
  const unread = new Map(mine.map((channel) => [channel.id, unreadFor(person.id, channel, state)]));
  const reader = readerOf(person, mine, state, settings, nowSeconds);
  const open = openAt(address, mine, unread, reader, state);
  const thread =
    open.kind === "home" ? undefined : threadAt(address.thread, open.conversation, reader, state);
  return {
    workspace: `${APP.name} · ${APP.teamName}`,
    appName: APP.name,
    reader,
    actAs: people.map(({ id, name }) => ({
      id,
      name,
      mentions: id === person.id ? 0 : allMentions(id, state),
    })),
    channels: placesOf("channel", mine, unread),
    directs: placesOf("direct", mine, unread),
    open,
    thread,
    modal: toModal(openModal(state, person.id)),
    column: address.at ?? (thread === undefined ? "main" : "thread"),
    showsHint: settings.hint !== "off",
  };
}

function readerOf(
  person: Person,
  mine: readonly Channel[],
  state: State,
  settings: Settings,
  nowSeconds: number,
): Reader {
  const named = (isBot: boolean) =>
    state.people
      .all()
      .filter((other) => other.isBot === isBot)
      .map(toNamed);
  return {
    id: person.id,
    timeZone: settings.zone ?? person.timeZone,
    nowSeconds,
    people: named(false),
    bots: named(true),
    channels: mine.filter(({ kind }) => kind === "channel").map(toNamed),
    groups: state.groups.all().map(({ id, handle, members }) => ({ id, name: handle, members })),
  };
}

function openAt(
  address: Address,
  mine: readonly Channel[],
  unread: UnreadPlaces,
  reader: Reader,
  state: State,
): Screen["open"] {
  const channel = mine.find(({ id }) => id === address.in) ?? mine[0];
  if (address.in === "home" || channel === undefined) {
    return { kind: "home", home: toHome(state.homes.get(reader.id)) };
  }
  const { inThread } = unread.get(channel.id) ?? NONE;
  const all = both(state, channel.id, reader, isInChannel);
  const messages = all
    .slice(-SHOWN_MESSAGES)
    .map(({ message, isPrivate }) => toShown(message, reader, isPrivate, inThread.get(message.ts) ?? 0));
  const isDirect = channel.kind === "direct";
  const title = isDirect ? APP.name : `#${channel.name}`;
  const hidden = all.length - messages.length;
  return {
    kind: "conversation",
    conversation: { id: channel.id, title, isDirect, members: channel.members.length, messages, hidden },
  };
}

function threadAt(
  ts: string | undefined,
  conversation: ShownConversation,
  reader: Reader,
  state: State,
): ShownThread | undefined {
  if (ts === undefined) return undefined;
  const parent = state.messages(conversation.id).get(ts);
  const replies = both(state, conversation.id, reader, (message) => threadOf(message) === ts);
  return {
    ts,
    parent: parent === undefined ? undefined : toShown(parent, reader, false, 0),
    replies: replies.map(({ message, isPrivate }) => toShown(message, reader, isPrivate, 0)),
  };
}

/** What everybody sees and what only the reader sees, as one row of messages, oldest first. */
function both(state: State, channelId: string, reader: Reader, wanted: (message: Message) => boolean) {
  const open = state.messages(channelId).all().filter(wanted);
  const hidden = ephemeralsFor(state, reader.id, channelId).filter(wanted);
  return [
    ...open.map((message) => ({ message, isPrivate: false })),
    ...hidden.map((message) => ({ message, isPrivate: true })),
  ].sort((one, other) => Number(one.message.ts) - Number(other.message.ts));
}

function placesOf(kind: Channel["kind"], mine: readonly Channel[], unread: UnreadPlaces): ShownPlace[] {
  return mine
    .filter((channel) => channel.kind === kind)
    .map((channel) => {
      const { isUnread, mentions } = unread.get(channel.id) ?? NONE;
      return { id: channel.id, name: kind === "direct" ? APP.name : channel.name, isUnread, mentions };
    });
}

function allMentions(personId: string, state: State): number {
  return channelsOf(personId, state).reduce(
    (sum, channel) => sum + unreadFor(personId, channel, state).mentions,
    0,
  );
}

function channelsOf(personId: string, state: State): Channel[] {
  return state.channels.all().filter((channel) => channel.members.includes(personId));
}

function toNamed({ id, name }: Named): Named {
  return { id, name };
}
