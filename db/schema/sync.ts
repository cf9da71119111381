import { sql } from "drizzle-orm";
import { index, integer, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { at, workspaceId } from "./columns.ts";

const system = () => text({ enum: ["jira", "confluence"] }).notNull();

/** What a project writes to: its Jira and its Confluence, with the token encrypted. */
export const connections = pgTable(
  "connections",
  {
    workspaceId: workspaceId(),
    projectId: uuid().notNull(),
    system: system(),
    /** As integrations/jira/settings.ts and integrations/confluence/settings.ts read them. */
    settings: jsonb().notNull(),
    token: text().notNull(),
    /** Signs what Jira sends us; encrypted. */
    webhookSecret: text(),
    /** Who set it: the command line wins over the settings' file. */
    source: text({ enum: ["cli", "settings"] }).notNull(),
    /** Runs that were asked for from then on are written; older ones never. */
    since: at().notNull().defaultNow(),
    removedAt: at(),
    /** Until when we have heard what happened there, where we ask for it ourselves (`inbound: poll`). */
    polledTo: at(),
    /** When one of us began to ask last. */
    polledAt: at(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.projectId, t.system] })],
);

/** Jira projects that somebody has let us write to, after they saw what the first write would be. */
export const goAheads = pgTable(
  "go_aheads",
  {
    workspaceId: workspaceId(),
    /** The system's origin and the project's key: "https://acme.atlassian.net PAY". */
    place: text().notNull(),
    /** Who pressed [Go on]; null while nobody has. */
    by: text(),
    askedAt: at().notNull().defaultNow(),
    givenAt: at(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.place] })],
);

/** What we made, or adopted, outside: an issue, a comment, a page. One row for one thing, by what it shows of which log. */
export const links = pgTable(
  "links",
  {
    workspaceId: workspaceId(),
    system: system(),
    streamId: uuid().notNull(),
    /** Which thing: "run", "step:build", "comment:17", "agents", "page". */
    key: text().notNull(),
    /** `making`: asked for, and whether it is there must be looked up. `gone`: somebody deleted it. `skipped`: an operator said so. */
    state: text({ enum: ["making", "there", "gone", "skipped"] }).notNull(),
    outsideId: text(),
    outsideKey: text(),
    url: text(),
    /** What it showed when we wrote it last: whatever the follower compares. */
    shown: jsonb(),
    triedAt: at().notNull().defaultNow(),
    changedAt: at().notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.system, t.streamId, t.key] }),
    index("idx_links_outside").on(t.workspaceId, t.system, t.outsideId),
  ],
);

/** Outside systems that are down, slow or limit us: nobody asks them anything until `openUntil`. */
export const circuits = pgTable(
  "circuits",
  {
    workspaceId: workspaceId(),
    system: system(),
    origin: text().notNull(),
    failures: integer().notNull(),
    openUntil: at().notNull(),
    lastError: text().notNull(),
    /** When it began to fail. */
    since: at().notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.system, t.origin] })],
);

/** What came in from outside: kept when it is heard, taken up after that, so that what is sent twice happens once. */
export const heard = pgTable(
  "heard",
  {
    workspaceId: workspaceId(),
    system: system(),
    /** The project whose connection heard it, and the other system's own id: "1f0c… comment:10234". */
    key: text().notNull(),
    at: at().notNull().defaultNow(),
    projectId: uuid(),
    /** `waiting`: to be taken up. `asked`: people are asked what follows. `done`: nothing (more) follows. */
    state: text({ enum: ["waiting", "asked", "done"] })
      .notNull()
      .default("done"),
    /** As integrations/jira/changes.ts has it. Null where nothing is shown of it. */
    change: jsonb(),
    /** The run that it is about, or became. */
    streamId: uuid(),
    /** What followed, and who said so; while people are asked, why they are. */
    outcome: text(),
    by: text(),
    settledAt: at(),
    notBefore: at(),
    failures: integer().notNull().default(0),
    lastError: text(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.system, t.key] }),
    index("idx_heard_waiting").on(t.notBefore).where(sql`state = 'waiting'`),
    index("idx_heard_asked").on(t.workspaceId, t.streamId).where(sql`state = 'asked'`),
  ],
);

/** What somebody was told that only they can mend: nobody hears of it twice before it has worked again. */
export const troubles = pgTable(
  "troubles",
  {
    workspaceId: workspaceId(),
    projectId: uuid().notNull(),
    system: system(),
    /** A hash of what kind of trouble it is, and of its sentence. */
    key: text().notNull(),
    /** By which people speak of it: it stands in the message, in the log and in `sync status`. */
    ref: text().notNull(),
    sentence: text().notNull(),
    toldAt: at().notNull().defaultNow(),
    overAt: at(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.projectId, t.system, t.key] })],
);
