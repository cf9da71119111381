import type { Sql } from "postgres";
import { z } from "zod";
import { type Goal, goalsPage, type RunsLike } from "#db/goals.ts";
import { projectByName } from "#db/places.ts";
import { readCursor, toCursor } from "../pages.ts";
import { type Asking, mustHave } from "../requests/asking.ts";
import type { Page } from "../requests/request.ts";
import type { GoalFilter } from "./goal.ts";
import type { GoalStatus } from "./goal-status.ts";

/** A page of the goals that this caller reaches, newest first. */
export async function listOutsideGoals(sql: Sql, by: Asking, filter: GoalFilter): Promise<Page<Goal>> {
  mustHave(by, "goals");
  const { limit, cursor, statuses = [] } = filter;
  const projectId = await projectOf(sql, by, filter);
  if (projectId === undefined) return { items: [], next: null };
  const before = cursor === undefined ? null : readCursor("goals", cursor, ByNumber)[0];
  const runs = statuses.flatMap((status) => RUNS_LIKE[status]);
  const found = await goalsPage(sql, by.caller.workspaceId, { projectId, runs, before, most: limit + 1 });
  const items = found.slice(0, limit);
  const last = found.length > limit ? items.at(-1) : undefined;
  return { items, next: last ? toCursor("goals", [last.number]) : null };
}

const ByNumber = z.tuple([z.int().positive()]);

/** Statuses as the tables know them. */
const RUNS_LIKE: Readonly<Record<GoalStatus, readonly RunsLike[]>> = {
  planning: [{ status: "planning", stuck: false }],
  proposed: [{ status: "proposed" }],
  running: [{ status: "running", stuck: false }],
  awaiting_human: [
    { status: "planning", stuck: true },
    { status: "running", stuck: true },
  ],
  completed: [{ status: "succeeded" }],
  failed: [{ status: "failed" }],
  cancelled: [{ status: "cancelled" }],
};

/** The project that is asked for, within the caller's; undefined where there is nothing to see. */
async function projectOf(
  sql: Sql,
  { caller }: Asking,
  { project: name }: GoalFilter,
): Promise<string | null | undefined> {
  if (name === undefined) return caller.projectId;
  const project = await projectByName(sql, caller.workspaceId, name);
  return caller.projectId === null || project?.id === caller.projectId ? project?.id : undefined;
}
