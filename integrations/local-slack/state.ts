import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openJournal, type RowChange, readJournal } from "./state/journal.ts";
import { FIRST_GROUP, FIRST_PEOPLE, firstChannels } from "./state/seed.ts";
import { createTables, type Tables } from "./state/tables.ts";
import { createTimestamps } from "./state/timestamps.ts";

/** Where something visible changed: in a channel, for one person, or (with neither) for everybody. */
export type Where = { readonly channel?: string | undefined; readonly user?: string | undefined };

/** All that this Slack knows, on disk as soon as it is said. What may happen to it stands in `state/*.ts`. */
export type State = Tables & {
  /** Does `work` as one transaction: on disk before this returns, and told to whoever listens. */
  change<T>(where: Where, work: () => T): T;
  /** Like `change` for what nobody sees: nobody is told. */
  keep<T>(work: () => T): T;
  /** Calls `listener` after each visible change; the returned function ends that. */
  onChange(listener: (where: Where) => void): () => void;
  /** A `ts` later than every one given before, also before a restart. */
  nextTs(): string;
  /** Empties everything and begins a new workspace. */
  reset(): void;
  close(): void;
};

/** The key of `reads`: a channel's own line, or one of its threads. */
export function readKey(user: string, channel: string, threadTs?: string): string {
  return [user, channel, threadTs ?? "channel"].join("/");
}

/** Opens what is kept in `dir`, and begins a new workspace where nothing is. Throws where the file is damaged. */
export function openState(dir: string, nowMs: () => number): State {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const path = join(dir, "state.jsonl");
  const timestamps = createTimestamps(nowMs);
  const listeners = new Set<(where: Where) => void>();
  let gathered: RowChange[] | undefined;
  const tables = createTables((change) => {
    if (gathered === undefined) journal.append([change]);
    else gathered.push(change);
  });
  for (const change of readJournal(path)) {
    tables.load(change);
    timestamps.seen(change[1]);
  }
  const journal = openJournal(path);
  // Also cuts off a half-written last line, after which nothing could be appended.
  journal.rewrite(tables.rows());
  const keep = <T>(work: () => T): T => {
    if (gathered !== undefined) return work();
    const changes: RowChange[] = [];
    gathered = changes;
    try {
      return work();
    } finally {
      gathered = undefined;
      if (changes.length > 0) journal.append(changes);
      if (journal.isLong()) journal.rewrite(tables.rows());
    }
  };
  const change: State["change"] = (where, work) => {
    const result = keep(work);
    for (const listener of listeners) listener(where);
    return result;
  };
  if (tables.people.all().length === 0) keep(() => seed(tables, nowMs()));
  return {
    ...tables,
    keep,
    change,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    nextTs: timestamps.next,
    reset() {
      change({}, () => {
        tables.clear();
        seed(tables, nowMs());
      });
    },
    close: () => journal.close(),
  };
}

function seed(tables: Tables, nowMs: number): void {
  for (const person of FIRST_PEOPLE) tables.people.put(person.id, person);
  for (const channel of firstChannels(nowMs)) tables.channels.put(channel.id, channel);
  tables.groups.put(FIRST_GROUP.id, FIRST_GROUP);
}
