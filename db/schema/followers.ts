import { sql } from "drizzle-orm";
import {
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { at, workspaceId } from "./columns.ts";

/** How far each follower has read each log, and who is reading now. */
export const cursors = pgTable(
  "cursors",
  {
    follower: text().notNull(),
    streamId: uuid().notNull(),
    workspaceId: workspaceId(),
    seq: integer().notNull(),
    heldBy: uuid(),
    notBefore: at(),
    failures: integer().notNull().default(0),
    lastError: text(),
    /** What no retry can mend: nothing is tried until somebody says so (`sync retry`, `sync skip`). */
    stuckAt: at(),
  },
  (t) => [
    primaryKey({ columns: [t.follower, t.streamId] }),
    index("idx_cursors_waiting").on(t.notBefore).where(sql`${t.notBefore} is not null`),
  ],
);

/** A Slack message of ours: what it should show, and what Slack shows. */
export const messages = pgTable(
  "messages",
  {
    id: uuid().primaryKey(),
    workspaceId: workspaceId(),
    /** Which card this is: `run:<id>:plan`. One row for one card. */
    key: text().notNull(),
    streamId: uuid(),
    channelId: text().notNull(),
    /** The key of the message whose thread this goes into. */
    threadKey: text(),
    rank: integer().notNull(),
    desired: jsonb().notNull(),
    /** Counts up whenever `desired` changes; `shownVersion` is the one that Slack shows. */
    version: integer().notNull(),
    shownVersion: integer().notNull().default(0),
    state: text({ enum: ["wanted", "posting", "posted", "refused"] }).notNull(),
    ts: text(),
    plain: boolean().notNull().default(false),
    reposts: integer().notNull().default(0),
    failures: integer().notNull().default(0),
    lastError: text(),
    notBefore: at(),
    heldBy: uuid(),
    heldUntil: at(),
    createdAt: at().notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex("idx_messages_key").on(t.workspaceId, t.key),
    index("idx_messages_behind")
      .on(t.workspaceId, t.rank, t.createdAt)
      .where(sql`${t.version} > ${t.shownVersion} and ${t.state} <> 'refused'`),
    index("idx_messages_ts").on(t.workspaceId, t.channelId, t.ts),
    index("idx_messages_stream").on(t.streamId),
  ],
);

/** One row for each running process; `poolId` is graphile's name for its pool. Not of any workspace. */
export const workers = pgTable("workers", {
  id: uuid().primaryKey(),
  poolIds: text().array().notNull(),
  host: text().notNull(),
  pid: integer().notNull(),
  startTime: text().notNull(),
  beatAt: at().notNull().defaultNow(),
});
