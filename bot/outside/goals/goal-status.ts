import { isActive, type Run, type StepStatus } from "#engine/run/run.ts";

/** The words of the API for how a goal, and its run, stands (X7): one vocabulary for both. */
export const GOAL_STATUSES = [
  "planning", // no plan yet
  "proposed", // planned; the requester must start it
  "running",
  "awaiting_human", // nothing goes on until a person acts
  "completed",
  "failed",
  "cancelled",
] as const;
export type GoalStatus = (typeof GOAL_STATUSES)[number];

/** Words of the documents and of habit, taken where a status is asked for. */
export const STATUS_ALIASES: Readonly<Record<string, readonly GoalStatus[]>> = {
  open: ["planning", "proposed", "running", "awaiting_human"],
  ended: ["completed", "failed", "cancelled"],
  accepted: ["planning"],
  pending: ["planning"],
  todo: ["planning"],
  workflow_generated: ["proposed"],
  in_progress: ["running"],
  active: ["running"],
  waiting: ["awaiting_human"],
  blocked: ["awaiting_human"],
  paused: ["awaiting_human"],
  succeeded: ["completed"],
  complete: ["completed"],
  done: ["completed"],
  finished: ["completed"],
  error: ["failed"],
  canceled: ["cancelled"],
};

/** How a run stands, in a word. */
export function statusOf(run: Run): GoalStatus {
  switch (run.status) {
    case "planning":
      return run.planTrouble === null ? "planning" : "awaiting_human";
    case "running":
      return isActive(run) ? "running" : "awaiting_human";
    case "succeeded":
      return "completed";
    case "proposed":
    case "failed":
    case "cancelled":
      return run.status;
  }
}

/** The words of the API for how a step stands. */
export const TASK_STATUS = {
  pending: "pending",
  ready: "pending",
  working: "in_progress",
  retrying: "in_progress",
  waiting: "waiting",
  blocked: "blocked",
  succeeded: "completed",
  failed: "failed",
  skipped: "skipped",
  cancelled: "cancelled",
} as const satisfies Record<StepStatus, string>;

/** The statuses that a word asks for; null where it is no word for a status. */
export function readStatus(word: string): readonly GoalStatus[] | null {
  const known = GOAL_STATUSES.find((status) => status === word);
  return known ? [known] : Object.hasOwn(STATUS_ALIASES, word) ? (STATUS_ALIASES[word] ?? null) : null;
}
