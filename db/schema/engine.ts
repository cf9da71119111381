import { sql } from "drizzle-orm";
import { index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { at, instant, workspaceId } from "./columns.ts";

/** The head of every log: locked first by whoever changes a run or a consultation. */
export const streams = pgTable(
  "streams",
  {
    id: uuid().primaryKey(),
    workspaceId: workspaceId(),
    kind: text().notNull(),
    seq: integer().notNull(),
    /** When time alone changes something next: `keep time` is submitted then. */
    dueAt: instant(),
    changedAt: at().notNull().defaultNow(),
  },
  (t) => [
    index("idx_streams_due").on(t.dueAt).where(sql`${t.dueAt} is not null`),
    index("idx_streams_changed").on(t.changedAt),
  ],
);

/** The story: append-only. `seq` counts 1, 2, 3… within one stream without gaps, because the writer holds its head's lock. */
export const facts = pgTable(
  "facts",
  {
    streamId: uuid().notNull(),
    seq: integer().notNull(),
    workspaceId: workspaceId(),
    submissionId: text().notNull(),
    type: text().notNull(),
    body: jsonb().notNull(),
    actor: text().notNull(),
    at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.streamId, t.seq] })],
);

/** The last goal number handed out in a workspace: g1, g2, … A number of a refused request is not used again. */
export const goalNumbers = pgTable("goal_numbers", {
  workspaceId: text().primaryKey(),
  last: integer().notNull(),
});

/** What somebody asked for. Its state is its latest run's. */
export const goals = pgTable(
  "goals",
  {
    id: uuid().primaryKey(),
    workspaceId: workspaceId(),
    number: integer().notNull(),
    title: text().notNull(),
    requestedBy: text().notNull(),
    channelId: text().notNull(),
    projectId: uuid(),
    latestRunId: uuid().notNull(),
    createdAt: instant().notNull(),
  },
  (t) => [
    uniqueIndex("idx_goals_number").on(t.workspaceId, t.number),
    index("idx_goals_requester").on(t.workspaceId, t.requestedBy, t.channelId),
    index("idx_goals_latest_run").on(t.latestRunId),
  ],
);

/** One execution of a plan for a goal. */
export const runs = pgTable(
  "runs",
  {
    id: uuid().primaryKey(),
    workspaceId: workspaceId(),
    seq: integer().notNull(),
    goalId: uuid().notNull(),
    status: text().notNull(),
    brief: jsonb().notNull(),
    /** Guidance, rounds, reasons and the working clock: what only the rules read. */
    state: jsonb().notNull(),
    requestedAt: instant(),
    endedAt: instant(),
  },
  (t) => [
    index("idx_runs_goal").on(t.goalId),
    index("idx_runs_open").on(t.workspaceId).where(sql`${t.endedAt} is null`),
  ],
);

/** One row for each step of a run. */
export const steps = pgTable(
  "steps",
  {
    runId: uuid().notNull(),
    key: text().notNull(),
    workspaceId: workspaceId(),
    position: integer().notNull(),
    status: text().notNull(),
    agent: text().notNull(),
    attempt: integer().notNull(),
    lease: text(),
    worker: uuid(),
    /** The step as it was planned. */
    planned: jsonb().notNull(),
    /** The rest of what happened to it: tries, output, question, answer, checkpoint. */
    state: jsonb().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.runId, t.key] }),
    index("idx_steps_at_work").on(t.agent, t.workspaceId).where(sql`${t.status} in ('working', 'ready')`),
  ],
);

/** Questions put to people. */
export const consultations = pgTable(
  "consultations",
  {
    id: uuid().primaryKey(),
    workspaceId: workspaceId(),
    seq: integer().notNull(),
    state: text().notNull(),
    runId: uuid(),
    stepKey: text(),
    /** Null where no outside agent asked: a step of a run did. */
    workflowId: text(),
    checkpointId: text(),
    projectId: uuid(),
    openedAt: instant(),
    /** The whole consultation, as the rules know it. */
    body: jsonb().notNull(),
  },
  (t) => [
    index("idx_consultations_run").on(t.runId),
    index("idx_consultations_open").on(t.workspaceId).where(sql`${t.state} = 'open'`),
    index("idx_consultations_requests")
      .on(t.workspaceId, t.openedAt.desc().nullsFirst(), t.id.desc().nullsFirst())
      .where(sql`${t.workflowId} is not null`),
    index("idx_consultations_workflow")
      .on(t.workspaceId, t.workflowId)
      .where(sql`${t.workflowId} is not null`),
  ],
);

/** The model calls of each goal (S3-49): what is used and what is allowed. */
export const modelBudgets = pgTable(
  "model_budgets",
  {
    workspaceId: workspaceId(),
    goalId: uuid().notNull(),
    calls: integer().notNull(),
    inputTokens: integer().notNull().default(0),
    outputTokens: integer().notNull().default(0),
    cachedTokens: integer().notNull().default(0),
    /** 1 at first; a person may allow as much again. */
    allowance: integer().notNull().default(1),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.goalId] })],
);

/** Process groups that attempts started and that may outlive a killed worker. */
export const processGroups = pgTable("process_groups", {
  lease: text().primaryKey(),
  workspaceId: workspaceId(),
  runId: uuid().notNull(),
  stepKey: text().notNull(),
  host: text().notNull(),
  groupId: integer().notNull(),
  startTime: text().notNull(),
});
