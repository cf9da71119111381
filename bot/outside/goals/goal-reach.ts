import type { Sql } from "postgres";
import { type Goal, goalById, goalByNumber } from "#db/goals.ts";
import { loadRun } from "#db/load.ts";
import { Refusal } from "#engine/errors.ts";
import type { Run } from "#engine/run/run.ts";
import type { Asking, Caller } from "../requests/asking.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whose goals this caller brings. Refuses a key that nobody stands for: who would start the plan, or answer for it? */
export function ownerOf({ ownerId }: Caller): string {
  if (ownerId !== null) return ownerId;
  throw new Refusal(
    "not_allowed",
    "This key has no owner, and a goal belongs to a person: make one with ./countersign key create --owner U0123456789 --scopes goals.",
  );
}

/** The goal with this id or number ("g14"). Refuses (`not_found`) what this caller does not reach. */
export async function reachedGoal(sql: Sql, { caller }: Asking, id: string): Promise<Goal> {
  const { workspaceId } = caller;
  const [, number] = /^g?(\d{1,9})$/i.exec(id) ?? [];
  const goal =
    number !== undefined
      ? await goalByNumber(sql, workspaceId, Number(number))
      : UUID.test(id)
        ? await goalById(sql, workspaceId, id)
        : null;
  if (goal && reaches(caller, goal.run)) return goal;
  throw new Refusal("not_found", "This key reaches no goal with that id.");
}

/** The run with this id. Refuses (`not_found`) what this caller does not reach. */
export async function reachedRun(sql: Sql, { caller }: Asking, id: string): Promise<Run> {
  const run = UUID.test(id) ? await loadRun(sql, caller.workspaceId, id) : null;
  if (run && reaches(caller, run)) return run;
  throw new Refusal("not_found", "This key reaches no run with that id.");
}

const reaches = ({ projectId }: Caller, { brief }: Run): boolean =>
  projectId === null || brief?.projectId === projectId;

/**
 * Who changes a goal that is there. A person's token may what the person may in Slack: any full member cancels and reworks
 * any goal. An agent's key only what its owner asked for.
 */
export function mayChange({ caller }: Asking, { run }: Goal): void {
  const owner = ownerOf(caller);
  if (caller.personId !== null || run.brief?.requestedBy === owner) return;
  throw new Refusal(
    "not_allowed",
    "Somebody else asked for this goal: an agent's key changes only what its owner asked for.",
  );
}
