import type { Command } from "commander";
import type { System } from "#db/connections.ts";
import { tryAgain } from "#db/sync-again.ts";
import { hasWorker } from "#db/workers.ts";
import { NAME_OF, SYSTEMS } from "../sync/system-names.ts";
import { inOffice } from "./office.ts";
import type { Operator } from "./operator.ts";
import { type Common, inWorkspace, oneOf } from "./options.ts";
import { print } from "./print.ts";
import { runOf } from "./run-of.ts";

type Options = Common & { readonly system?: System };

/** `sync retry`: what waits or is stuck is tried now; one goal wholly, with what people deleted or moved and what was skipped. */
export function addSyncRetry(sync: Command, operator: Operator): void {
  inWorkspace(sync.command("retry"))
    .description("Try now what waits or is stuck; of one goal also what was deleted, moved or skipped")
    .argument("[goal]", "a goal's number, such as g14, or a run's id (all that wait)")
    .option("--system <name>", "only in jira, or only in confluence", oneOf(...SYSTEMS))
    .action((name: string | undefined, options: Options) =>
      inOffice(operator, options, async (office) => {
        const { sql, workspaceId } = office;
        const runId = name === undefined ? undefined : (await runOf(office, name)).id;
        const systems = SYSTEMS.filter((system) => options.system === undefined || system === options.system);
        const tried = await Promise.all(
          systems.map(async (system) => ({
            system,
            runs: await tryAgain(sql, { workspaceId, system, ...(runId === undefined ? {} : { runId }) }),
          })),
        );
        const isCarriedOut = await hasWorker(sql);
        print(operator, options, {
          value: {
            ...Object.fromEntries(tried.map(({ system, runs }) => [system, runs])),
            worker_running: isCarriedOut,
          },
          lines: [
            ...tried.map(
              ({ system, runs }) =>
                `${NAME_OF[system]}: ${runs.length === 0 ? "nothing waits or is stuck" : `${runs.length} ${runs.length === 1 ? "run is" : "runs are"} tried again now`}`,
            ),
            ...(isCarriedOut
              ? ["What comes of it: ./countersign sync status"]
              : [
                  "No Countersign works on this database now: it is done as soon as one is started (npm start).",
                ]),
          ],
        });
      }),
    );
}
