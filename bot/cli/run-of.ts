import { goalByNumber } from "#db/goals.ts";
import { loadRun } from "#db/load.ts";
import { Refusal } from "#engine/errors.ts";
import type { Run } from "#engine/run/run.ts";
import type { Office } from "./office.ts";

const RUN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The run with this id, or the latest one of the goal with this number (`g14`). Refuses (`not_found`) what there is not. */
export async function runOf({ sql, workspaceId }: Office, name: string): Promise<Run> {
  const [, number] = /^g?(\d{1,9})$/i.exec(name) ?? [];
  const goal = number === undefined ? null : await goalByNumber(sql, workspaceId, Number(number));
  const run = goal?.run ?? (RUN_ID.test(name) ? await loadRun(sql, workspaceId, name) : null);
  if (run) return run;
  throw new Refusal(
    "not_found",
    `There is no goal or run “${name}”: give a goal's number, such as g14, or a run's id. ./countersign run list shows them.`,
  );
}
