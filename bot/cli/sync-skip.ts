import type { Command } from "commander";
import type { System } from "#db/connections.ts";
import { goOn } from "#db/sync-again.ts";
import { Refusal } from "#engine/errors.ts";
import { createSecrets } from "../outside/deliveries/secrets.ts";
import { syncStatus } from "../sync/status.ts";
import { NAME_OF, SYSTEMS } from "../sync/system-names.ts";
import { inOffice } from "./office.ts";
import type { Operator } from "./operator.ts";
import { type Common, inWorkspace, oneOf } from "./options.ts";
import { print } from "./print.ts";
import { runOf } from "./run-of.ts";

type Options = Common & { readonly system?: System };

/** `sync skip`: what a goal is stuck on is left out, the rest of it goes on. `sync retry` takes that back. */
export function addSyncSkip(sync: Command, operator: Operator): void {
  inWorkspace(sync.command("skip"))
    .description("Leave out what a goal is stuck on, so that the rest goes on; sync retry takes it back")
    .argument("<goal>", "a goal's number, such as g14, or a run's id")
    .option("--system <name>", "only in jira, or only in confluence", oneOf(...SYSTEMS))
    .action((name: string, options: Options) =>
      inOffice(operator, options, async (office) => {
        const { sql, config, workspaceId } = office;
        const run = await runOf(office, name);
        const secrets = createSecrets(config.secret);
        const all = await syncStatus(sql, workspaceId, { runId: run.id });
        const stuck = all.filter(
          (one) => one.stuck.length > 0 && (options.system ?? one.system) === one.system,
        );
        if (stuck.length === 0)
          throw new Refusal(
            "wrong_state",
            `g${run.brief?.goalNumber} is not stuck, so there is nothing to leave out. ./countersign sync status shows how it stands.`,
          );
        const { skipStuck } = await import("../sync/looks.ts");
        const skipped: { readonly system: System; readonly what: readonly string[] }[] = [];
        for (const {
          system,
          stuck: [at],
        } of stuck) {
          if (!at) continue;
          skipped.push({
            system,
            what: await skipStuck({ sql, secrets }, { system, run, stuckAt: at.since }),
          });
          await goOn(sql, { workspaceId, system, runId: run.id });
        }
        print(operator, options, {
          value: skipped.map(({ system, what }) => ({ system, skipped: what })),
          lines: [
            ...skipped.map(
              ({ system, what }) =>
                `${NAME_OF[system]}: ${what.length === 0 ? "there was nothing to leave out; it is tried again" : `left out ${what.join(", ")}`}`,
            ),
            `The rest goes on. ./countersign sync retry ${name} takes it back.`,
          ],
        });
      }),
    );
}
