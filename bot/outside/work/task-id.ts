import type { TaskRef } from "#db/tasks.ts";
import { Refusal } from "#engine/errors.ts";

const ID = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([a-z][a-z0-9-]{0,39})\.([1-9]\d{0,8})$/;

/** A task's name outside: run, step and attempt. */
export const taskId = ({ runId, stepKey, attempt }: Pick<TaskRef, "runId" | "stepKey" | "attempt">): string =>
  `${runId}.${stepKey}.${attempt}`;

/** Reads a task's name. Refuses (`not_found`) what is none. */
export function readTaskId(workspaceId: string, id: string): TaskRef {
  const [, runId, stepKey, attempt] = ID.exec(id) ?? [];
  if (runId === undefined || stepKey === undefined || attempt === undefined) throw noSuchTask();
  return { workspaceId, runId, stepKey, attempt: Number(attempt) };
}

export const noSuchTask = (): Refusal =>
  new Refusal("not_found", "This key reaches no task with that id: take it as `claim` told it.");
