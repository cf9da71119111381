import { z } from "zod";
import type { RowChange } from "./journal.ts";
import {
  Call,
  Channel,
  Delivery,
  Ephemeral,
  Group,
  Message,
  Person,
  ResponseUrl,
  Stack,
  Upload,
  View,
} from "./records.ts";
import { createTable, type OwnedTable, type Table } from "./table.ts";

const MESSAGES = "messages:";

/** Everything this Slack keeps. */
export type Tables = {
  readonly people: Table<Person>;
  readonly channels: Table<Channel>;
  readonly groups: Table<Group>;
  /** The modals of each person who has some open. */
  readonly stacks: Table<Stack>;
  /** The Home tab of each person for whom the app published one. */
  readonly homes: Table<View>;
  readonly ephemerals: Table<Ephemeral>;
  /** How far somebody has read, a `ts`: see `readKey`. */
  readonly reads: Table<string>;
  readonly calls: Table<Call>;
  readonly responseUrls: Table<ResponseUrl>;
  readonly deliveries: Table<Delivery>;
  readonly uploads: Table<Upload>;
  /** The messages of one channel by `ts`, oldest first, replies among them. */
  messages(channel: string): Table<Message>;
};

/** The tables as their owner needs them. */
export type OwnedTables = Tables & {
  /** Takes one change from the file. Throws where a row is not of its table's kind. */
  load(change: RowChange): void;
  rows(): RowChange[];
  clear(): void;
};

/** Empty tables that tell `write` of each change. */
export function createTables(write: (change: RowChange) => void): OwnedTables {
  const fixed = {
    people: createTable("people", Person, write),
    channels: createTable("channels", Channel, write),
    groups: createTable("groups", Group, write),
    stacks: createTable("stacks", Stack, write),
    homes: createTable("homes", View, write),
    ephemerals: createTable("ephemerals", Ephemeral, write),
    reads: createTable("reads", z.string(), write),
    calls: createTable("calls", Call, write),
    responseUrls: createTable("responseUrls", ResponseUrl, write),
    deliveries: createTable("deliveries", Delivery, write),
    uploads: createTable("uploads", Upload, write),
  };
  const byName = new Map<string, OwnedTable>(Object.entries(fixed));
  const channels = new Map<string, OwnedTable & Table<Message>>();

  function messages(channel: string): OwnedTable & Table<Message> {
    const table = channels.get(channel) ?? createTable(`${MESSAGES}${channel}`, Message, write);
    channels.set(channel, table);
    return table;
  }
  const everyTable = () => [...byName.values(), ...channels.values()];
  return {
    ...fixed,
    messages,
    load([name, key, value]) {
      if (name.startsWith(MESSAGES)) messages(name.slice(MESSAGES.length)).load(key, value);
      else byName.get(name)?.load(key, value);
    },
    rows: () => everyTable().flatMap((table) => [...table.rows()]),
    clear() {
      for (const table of everyTable()) table.clear();
    },
  };
}
