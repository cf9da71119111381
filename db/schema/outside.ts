import { sql } from "drizzle-orm";
import { index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { at, workspaceId } from "./columns.ts";

/** Addresses outside that we post to: callbacks of requests, subscriptions to events, agents that take work by push. */
export const endpoints = pgTable(
  "endpoints",
  {
    id: uuid().primaryKey(),
    workspaceId: workspaceId(),
    kind: text({ enum: ["callback", "subscription", "agent"] }).notNull(),
    keyId: uuid(),
    projectId: uuid(),
    url: text().notNull(),
    /** Encrypted under COUNTERSIGN_SECRET, like the one before it, which signs too until `previousUntil`. */
    secret: text().notNull(),
    previousSecret: text(),
    previousUntil: at(),
    /** What a subscription hears of. */
    events: text().array(),
    disabledAt: at(),
    disabledReason: text(),
    createdAt: at().notNull().defaultNow(),
  },
  (t) => [
    index("idx_endpoints_subscriptions").on(t.workspaceId).where(sql`${t.kind} = 'subscription'`),
    index("idx_endpoints_url").on(t.workspaceId, t.url),
  ],
);

/** Bytes that somebody outside is to have: written once, sent until the far side has taken them. */
export const deliveries = pgTable(
  "deliveries",
  {
    /** Also the webhook's id: repeats carry the same one. */
    id: uuid().primaryKey(),
    workspaceId: workspaceId(),
    endpointId: uuid().notNull(),
    /** The run or consultation that it tells of. */
    streamId: uuid(),
    event: text().notNull(),
    /** The exact bytes that are signed and sent. */
    body: text().notNull(),
    traceparent: text(),
    state: text({ enum: ["waiting", "delivered", "failed"] }).notNull(),
    attempts: integer().notNull().default(0),
    /** Null: not any more. */
    nextAt: at(),
    heldBy: uuid(),
    heldUntil: at(),
    /** When the bytes were first handed to the far side. */
    sentAt: at(),
    doneAt: at(),
    createdAt: at().notNull().defaultNow(),
  },
  (t) => [
    index("idx_deliveries_due").on(t.nextAt).where(sql`${t.state} = 'waiting'`),
    index("idx_deliveries_stream").on(t.streamId),
    index("idx_deliveries_endpoint").on(t.endpointId),
    index("idx_deliveries_created").on(
      t.workspaceId,
      t.createdAt.desc().nullsFirst(),
      t.id.desc().nullsFirst(),
    ),
  ],
);

/** Each time that a delivery was tried, and what came of it. */
export const deliveryAttempts = pgTable(
  "delivery_attempts",
  {
    deliveryId: uuid().notNull(),
    number: integer().notNull(),
    workspaceId: workspaceId(),
    at: at().notNull(),
    tookMs: integer().notNull(),
    status: integer(),
    error: text(),
    /** The first kilobyte of the answer. */
    answer: text(),
  },
  (t) => [primaryKey({ columns: [t.deliveryId, t.number] })],
);

/** What outside agents leave behind to go on from later (S0-48). Marked when it was used, purged when it expires (X15). */
export const checkpoints = pgTable(
  "checkpoints",
  {
    workspaceId: workspaceId(),
    workflowId: text().notNull(),
    checkpointId: text().notNull(),
    projectId: uuid(),
    /** The key that kept it; null where keys are off, and in old rows. */
    keyId: uuid(),
    agentId: text().notNull(),
    schemaVersion: integer().notNull().default(1),
    stateData: jsonb().notNull(),
    eventHistory: jsonb(),
    createdAt: at().notNull().defaultNow(),
    updatedAt: at().notNull().defaultNow(),
    consumedAt: at(),
    expiresAt: at(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.workflowId, t.checkpointId] }),
    index("idx_checkpoints_expires").on(t.expiresAt).where(sql`${t.expiresAt} is not null`),
  ],
);

/** Events that outside agents publish (S0-50): `code.approved`, `deployment.started`… */
export const publishedEvents = pgTable(
  "published_events",
  {
    id: uuid().primaryKey(),
    workspaceId: workspaceId(),
    projectId: uuid(),
    eventType: text().notNull(),
    workflowId: text(),
    agentId: text().notNull(),
    /** The event as it is told: the documented envelope. */
    envelope: jsonb().notNull(),
    createdAt: at().notNull().defaultNow(),
  },
  (t) => [
    index("idx_published_events_created").on(
      t.workspaceId,
      t.createdAt.desc().nullsFirst(),
      t.id.desc().nullsFirst(),
    ),
  ],
);

/** What was answered to a POST under its `Idempotency-Key`: kept for a day, and answered again. */
export const idempotency = pgTable(
  "idempotency",
  {
    workspaceId: workspaceId(),
    /** The key's id; `-` where keys are off. */
    caller: text().notNull(),
    idempotencyKey: text().notNull(),
    /** What was asked: method, path and body, hashed. */
    requestHash: text().notNull(),
    status: integer(),
    /** Encrypted: an answer may hold a secret that is shown once. */
    response: text(),
    heldUntil: at().notNull(),
    createdAt: at().notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.caller, t.idempotencyKey] }),
    index("idx_idempotency_created").on(t.createdAt),
  ],
);

/** Agents outside that have registered to take work (S2-42, S2-43). */
export const outsideAgents = pgTable(
  "outside_agents",
  {
    id: uuid().primaryKey(),
    workspaceId: workspaceId(),
    projectId: uuid(),
    keyId: uuid(),
    name: text().notNull(),
    description: text().notNull().default(""),
    capabilities: text().array().notNull().default([]),
    maxConcurrent: integer().notNull().default(1),
    /** How long its signs of life hold, where a claim says nothing else. */
    leaseMs: integer().notNull().default(60_000),
    /** Its card (A2A-shaped), as it gave it. */
    card: jsonb(),
    /** Where work is pushed to; null where it claims. */
    endpointId: uuid(),
    heartbeatAt: at().notNull().defaultNow(),
    /** When OPS_CHANNEL was told that it fell silent. */
    silentSince: at(),
    registeredAt: at().notNull().defaultNow(),
  },
  (t) => [uniqueIndex("idx_outside_agents_name").on(t.workspaceId, sql`lower(${t.name})`)],
);

/** Attempts that agents outside hold: the lease is theirs until `leaseUntil`, and each sign of life moves that. */
export const tasks = pgTable(
  "tasks",
  {
    lease: text().primaryKey(),
    workspaceId: workspaceId(),
    runId: uuid().notNull(),
    stepKey: text().notNull(),
    attempt: integer().notNull(),
    agentId: uuid().notNull(),
    leaseUntil: at().notNull(),
    /** How long each sign of life holds. */
    leaseMs: integer().notNull(),
    /** The step's time limit. */
    deadline: at().notNull(),
    beganAt: at().notNull().defaultNow(),
  },
  (t) => [
    index("idx_tasks_lease_until").on(t.leaseUntil),
    uniqueIndex("idx_tasks_attempt").on(t.runId, t.stepKey, t.attempt),
    index("idx_tasks_agent").on(t.agentId),
  ],
);
