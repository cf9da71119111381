import { boolean, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { at, workspaceId } from "./columns.ts";

/** Slack workspaces that we are installed in. Followers and the sender touch only connected ones. */
export const installations = pgTable("installations", {
  workspaceId: text().primaryKey(),
  name: text().notNull(),
  botUserId: text().notNull(),
  connected: boolean().notNull().default(true),
  connectedAt: at().notNull().defaultNow(),
});

/** Git repositories, and what may be run in them. */
export const projects = pgTable(
  "projects",
  {
    id: uuid().primaryKey(),
    workspaceId: workspaceId(),
    name: text().notNull(),
    repository: text().notNull(),
    branch: text(),
    channelId: text(),
    testCommand: text(),
    commands: jsonb().$type<Record<string, string>>().notNull().default({}),
    reviewers: text().array().notNull().default([]),
    /** Who hears of what only an operator or admin can mend; null: its channel does. */
    ownerId: text(),
    fourEyes: text({ enum: ["always", "when_possible", "never"] })
      .notNull()
      .default("when_possible"),
    planApproval: text({ enum: ["always", "risky", "never"] })
      .notNull()
      .default("risky"),
    createdAt: at().notNull().defaultNow(),
  },
  (t) => [uniqueIndex("idx_projects_name").on(t.workspaceId, t.name)],
);

/** Plans that were saved under a name. `document` is the workflow as its file says it (engine/run/workflow.ts). */
export const workflows = pgTable(
  "workflows",
  {
    workspaceId: workspaceId(),
    name: text().notNull(),
    projectId: uuid().references(() => projects.id),
    document: jsonb().notNull(),
    createdAt: at().notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.name] })],
);

/** What a goal was asked before it could start: kept until the bot may post in its channel. */
export const keptGoals = pgTable("kept_goals", {
  id: uuid().primaryKey(),
  workspaceId: workspaceId(),
  requestedBy: text().notNull(),
  channelId: text().notNull(),
  request: jsonb().notNull(),
  createdAt: at().notNull().defaultNow(),
});

/** API keys: shown once, kept as a keyed hash. */
export const apiKeys = pgTable(
  "api_keys",
  {
    id: uuid().primaryKey(),
    workspaceId: workspaceId(),
    name: text().notNull(),
    hash: text().notNull(),
    /** The first letters, so that a person can tell keys apart. */
    prefix: text().notNull(),
    scopes: text().array().notNull(),
    /** Whose word it speaks; null for an agent's. */
    personId: text(),
    /** Who stands for the agent that has it: goals are theirs, and they approve nothing that it asks. */
    ownerId: text(),
    /** The only project that it reaches; null for all. */
    projectId: uuid(),
    expiresAt: at(),
    revokedAt: at(),
    createdAt: at().notNull().defaultNow(),
  },
  (t) => [uniqueIndex("idx_api_keys_hash").on(t.hash)],
);

/** Who has opened their Home tab, and when last: a question that is settled loses its buttons there too. */
export const homes = pgTable(
  "homes",
  { workspaceId: workspaceId(), personId: text().notNull(), openedAt: at().notNull().defaultNow() },
  (t) => [primaryKey({ columns: [t.workspaceId, t.personId] })],
);
