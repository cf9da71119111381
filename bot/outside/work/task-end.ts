import type { Sql } from "postgres";
import { loadRun } from "#db/load.ts";
import { endOfAttempt, type TaskRef } from "#db/tasks.ts";
import { Refusal } from "#engine/errors.ts";
import { hasEnded, type Run } from "#engine/run/run.ts";
import type { Caller } from "../requests/asking.ts";
import { noSuchTask } from "./task-id.ts";

/** Why nobody outside holds this attempt: a refusal that says what became of it. `not_found` for what the caller does not reach. */
export async function whyNotHeld(sql: Sql, { projectId }: Caller, ref: TaskRef): Promise<Refusal> {
  const run = await loadRun(sql, ref.workspaceId, ref.runId);
  const step = run?.steps.find(({ key }) => key === ref.stepKey);
  if (!run || !step || ref.attempt > step.attempt) return noSuchTask();
  if (projectId !== null && run.brief?.projectId !== projectId) return noSuchTask();
  const end = await endOfAttempt(sql, ref);
  if (end === null && step.agent.kind !== "remote") return noSuchTask();
  return new Refusal("stale_attempt", sentenceFor(run, step.title, end));
}

/** What the agent is to know: what it did comes too late, and why. */
function sentenceFor(run: Run, title: string, end: Awaited<ReturnType<typeof endOfAttempt>>): string {
  const reason = end?.reason ?? run.reason ?? "";
  switch (end?.type) {
    case "attempt.lost":
      return `This attempt at “${title}” is yours no more: ${reason} Claim again: it is offered anew.`;
    case "step.failed":
      return `This attempt at “${title}” has ended: it failed. ${reason}`;
    case "step.asked":
      return `This attempt at “${title}” has ended with a question: claim again once it is answered.`;
    case "step.succeeded":
      return `This attempt at “${title}” is complete already.`;
    case "steps.reopened":
      return `A reviewer sent “${title}” back: claim again, it is offered anew with what should change.`;
    default:
      return hasEnded(run)
        ? `This run ${ENDINGS[run.status]}: leave off. ${reason}`.trimEnd()
        : `This attempt at “${title}” is not the one being worked on: leave off.`;
  }
}

const ENDINGS: Readonly<Record<string, string>> = {
  cancelled: "was cancelled",
  failed: "has failed",
  succeeded: "is done",
};
