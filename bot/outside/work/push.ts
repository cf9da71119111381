import type { Sql } from "postgres";
import { stopPush } from "#db/tasks.ts";
import type { WorkNeeds } from "#engine/work/work-on-step.ts";
import { idFrom } from "../../ids.ts";
import { queueDelivery } from "../deliveries/queue-delivery.ts";
import { toEnvelopeRun } from "../events/envelope.ts";
import type { Begun } from "./begin-task.ts";
import { taskId } from "./task-id.ts";
import { toTaskWire } from "./task-wire.ts";
import { toTask } from "./tasks.ts";

/** What an agent is told that does not claim. */
const ASSIGNED = "task.assigned";

/** Posts an attempt that has begun to its agent's address, signed, until it is taken or the attempt is over. */
export const createPush =
  (needs: { readonly sql: Sql; readonly projectOf: WorkNeeds["projectOf"] }) =>
  async (begun: Begun): Promise<void> => {
    const { endpointId } = begun.agent;
    const { workspaceId, runId: streamId } = begun.task;
    if (endpointId === null) throw new Error(`Agent ${begun.agent.id} has no address to push work to.`);
    const { correlationId: correlation_id } = toEnvelopeRun(begun.run);
    const task = toTaskWire(await toTask(needs, begun));
    await queueDelivery(needs.sql, {
      ...{ endpointId, workspaceId, streamId, event: ASSIGNED, eventKey: task.id },
      body: JSON.stringify({ event: ASSIGNED, task_id: task.id, task, metadata: { correlation_id } }),
      traceparent: begun.run.brief?.traceparent ?? null,
    });
  };

/** What has not arrived of an attempt that is over is not sent any more. */
export const forgetPush = (
  sql: Sql,
  endpointId: string,
  task: Parameters<typeof taskId>[0] & { readonly workspaceId: string },
): Promise<void> => stopPush(sql, task.workspaceId, idFrom(`${endpointId}:${taskId(task)}`, "delivery"));
