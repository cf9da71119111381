import { randomUUID } from "node:crypto";
import type { Command } from "commander";
import { createGoals } from "../goals.ts";
import { askerOf } from "./asking.ts";
import { inOffice } from "./office.ts";
import type { Operator } from "./operator.ts";
import { type Common, inWorkspace, readPerson } from "./options.ts";
import { print } from "./print.ts";
import { runOf } from "./run-of.ts";
import { toGoal } from "./wire.ts";

type Options = Common & { readonly as?: string };

/** `run cancel`: stops a goal for good. Work under way ends with its processes, in whichever Countersign it runs. */
export function addRunCancel(run: Command, operator: Operator): void {
  inWorkspace(run.command("cancel"))
    .description("Stop a goal for good")
    .argument("<goal>", "a goal's number, such as g14, or a run's id")
    .option("--as <person>", "the Slack id of the person who cancels (local-slack: U01ALICE)", readPerson)
    .action((name: string, options: Options) =>
      inOffice(operator, options, async (office) => {
        const { sql, engine } = office;
        const by = askerOf(office, options.as);
        // Cancelling needs no model.
        const goals = createGoals({ sql, engine, hasModel: false });
        const ended = await goals.cancel(await runOf(office, name), by, `cli:${randomUUID()}`);
        print(operator, options, {
          value: toGoal(ended),
          lines: [`g${ended.brief?.goalNumber} ${ended.brief?.title}: cancelled.`],
        });
      }),
    );
}
