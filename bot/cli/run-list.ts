import type { Command } from "commander";
import { listGoals } from "#db/goals.ts";
import { endingOf, isDone } from "#engine/run/run.ts";
import { inOffice } from "./office.ts";
import type { Operator } from "./operator.ts";
import { type Common, inWorkspace } from "./options.ts";
import { print, timeOf } from "./print.ts";
import { toGoal } from "./wire.ts";

const MOST = 100;

type Options = Common & { readonly open?: true };

/** `run list`: each goal by its latest run, newest first. */
export function addRunList(run: Command, operator: Operator): void {
  inWorkspace(run.command("list"))
    .description(`List goals by their latest run, the newest ${MOST}`)
    .option("--open", "only those that go on")
    .action((options: Options) =>
      inOffice(operator, options, async ({ sql, workspaceId }) => {
        const goals = await listGoals(sql, workspaceId, { most: MOST, isOpen: options.open ?? false });
        print(operator, options, {
          value: goals.map((goal) => toGoal(goal.run)),
          head: ["goal", "state", "steps", "project", "asked by", "asked at", "title"],
          rows: goals.map(({ number, run: { brief, ...rest } }) => [
            `g${number}`,
            endingOf({ brief, ...rest }) ?? rest.status,
            `${rest.steps.filter(isDone).length}/${rest.steps.length}`,
            brief?.projectName ?? "-",
            brief?.requestedBy ?? "",
            rest.requestedAt === null ? "" : timeOf(rest.requestedAt),
            brief?.title ?? "",
          ]),
          none: options.open ? "No goal goes on now." : "No goals yet.",
        });
      }),
    );
}
