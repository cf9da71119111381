import type { Sql } from "postgres";
import { z } from "zod";
import { isRun, keepEvent, listEvents } from "#db/published-events.ts";
import { subscriptionsOf } from "#db/subscriptions.ts";
import type { Clock } from "#engine/ports.ts";
import { idFrom } from "../../ids.ts";
import { queueDelivery } from "../deliveries/queue-delivery.ts";
import { newestFirst, type Paging } from "../newest-first.ts";
import { createCheckAgent } from "../requests/agent-names.ts";
import { type Asking, mustHave } from "../requests/asking.ts";
import type { Directory } from "../requests/directory.ts";
import type { Page } from "../requests/request.ts";
import { refuseWrong } from "../wrong-fields.ts";
import type { Envelope } from "./envelope.ts";
import { identityOf, isSame, refuseLater, takenId } from "./event-identity.ts";
import { aliasesOf } from "./event-names.ts";
import { hearersOf } from "./subscribed-names.ts";

/** What an agent tells others. */
type NewEvent = {
  /** The agent's own id of it: told twice, it happens once. One is made where there is none. */
  readonly eventId?: string | undefined;
  /** When it happened, as the agent says; now where it says nothing. */
  readonly happenedAt?: Date | undefined;
  readonly eventType: string;
  readonly workflowId?: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
};

/** These say that a person answered, or what the engine did: whoever hears them must be able to rely on that. */
const OURS: readonly string[] = [
  "request",
  "human",
  "run",
  "plan",
  "step",
  "steps",
  "attempt",
  "consultation",
];
/** These may be told of work that goes on elsewhere, not of our runs. */
const OF_WORK: readonly string[] = ["workflow", "task", "agent"];

export type PublishedEvents = ReturnType<typeof createPublishedEvents>;

/** Events that agents outside publish (S0-50): kept, and told to whoever subscribes to them. */
export function createPublishedEvents({
  sql,
  clock,
  directory,
}: {
  readonly sql: Sql;
  readonly clock: Clock;
  /** Null where there is no Slack. */
  readonly directory: Directory | null;
}) {
  const checkAgent = directory && createCheckAgent(directory);

  return {
    /** Refuses (`bad_input`) names that are Countersign's own to tell. */
    async publish(by: Asking, event: NewEvent): Promise<unknown> {
      mustHave(by, "events");
      const { workspaceId, projectId, name } = by.caller;
      await refuseOurs(sql, workspaceId, event);
      const agentId = checkAgent ? await checkAgent(by, event.metadata) : name;
      const at = clock.now();
      refuseLater(event.happenedAt, at);
      const [id, once] = await identityOf(sql, by, event.eventId);
      const { eventType, workflowId = `wf-${idFrom(once, "workflow")}` } = event;
      const envelope = toEnvelope(by, { ...event, workflowId }, { id, agentId, at });
      const row = { id, workspaceId, projectId, eventType, workflowId, agentId, envelope };
      return sql.begin(async (tx) => {
        const kept = (await keepEvent(tx, row)) as Envelope;
        if (!isSame(kept, envelope)) throw takenId();
        const subscriptions = await subscriptionsOf(tx, workspaceId);
        const happened = { names: aliasesOf(eventType), projectId, at };
        for (const { endpointId, event: heard } of hearersOf(subscriptions, happened))
          await queueDelivery(tx, {
            ...{ endpointId, workspaceId, streamId: null, event: heard, eventKey: id },
            traceparent: by.traceparent,
            body: JSON.stringify({ ...kept, event_type: heard }),
          });
        return kept;
      });
    },

    /** What was published, newest first. */
    async list(
      by: Asking,
      {
        eventType,
        workflowId,
        ...paging
      }: Paging & { readonly eventType?: string | undefined; readonly workflowId?: string | undefined },
    ): Promise<Page<unknown>> {
      mustHave(by, "events");
      const { workspaceId, projectId } = by.caller;
      const filter = { workspaceId, projectId, eventType, workflowId };
      const { items, next } = await newestFirst("events", paging, (one) => listEvents(sql, filter, one));
      return { items: items.map(({ envelope }) => envelope), next };
    },
  };
}

/** The documented envelope (S0-66). What else the agent says of itself stays beside what we say. */
function toEnvelope(
  { correlationId }: Asking,
  { eventId, happenedAt, eventType, workflowId, data, metadata }: NewEvent & { readonly workflowId: string },
  { id, agentId, at }: { readonly id: string; readonly agentId: string; readonly at: number },
) {
  return {
    ...{ event_id: eventId ?? `evt-${id}`, event_type: eventType, workflow_id: workflowId },
    ...{ timestamp: (happenedAt ?? new Date(at)).toISOString(), data },
    metadata: { correlation_id: correlationId, ...metadata, agent_id: agentId },
  };
}

async function refuseOurs(sql: Sql, workspaceId: string, { eventType, workflowId }: NewEvent): Promise<void> {
  const [first = ""] = eventType.split(".");
  const isOfOurRun =
    OF_WORK.includes(first) &&
    workflowId !== undefined &&
    z.uuid().safeParse(workflowId).success &&
    (await isRun(sql, workspaceId, workflowId));
  refuseWrong([
    ...(OURS.includes(first)
      ? [{ field: "event_type", detail: `Only Countersign tells “${first}.…”: choose another name.` }]
      : []),
    ...(isOfOurRun
      ? [{ field: "workflow_id", detail: `Of this run, Countersign itself tells “${first}.…”.` }]
      : []),
  ]);
}
