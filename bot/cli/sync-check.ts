import type { Command } from "commander";
import type { System } from "#db/connections.ts";
import { loadRuns } from "#db/load.ts";
import { runsWithLinks } from "#db/sync-status.ts";
import type { Run } from "#engine/run/run.ts";
import { createSecrets } from "../outside/deliveries/secrets.ts";
import type { Difference } from "../sync/difference.ts";
import { NAME_OF, SYSTEMS } from "../sync/system-names.ts";
import { inOffice, type Office } from "./office.ts";
import type { Operator } from "./operator.ts";
import { type Common, inWorkspace, oneOf } from "./options.ts";
import { print } from "./print.ts";
import { runOf } from "./run-of.ts";

type Options = Common & { readonly system?: System };
type Found = Difference & { readonly system: System; readonly goal: string };

/** Each costs some calls, and the sites limit these. */
const MOST_RUNS = 100;

/** `sync check`: compares every issue, comment and page of ours with what it should be. Nothing is written. */
export function addSyncCheck(sync: Command, operator: Operator): void {
  inWorkspace(sync.command("check"))
    .description("Compare every issue, comment and page with what it should be; nothing is written")
    .argument(
      "[goal]",
      `a goal's number, such as g14, or a run's id (the newest ${MOST_RUNS} that are written)`,
    )
    .option("--system <name>", "only in jira, or only in confluence", oneOf(...SYSTEMS))
    .action((name: string | undefined, options: Options) =>
      inOffice(operator, options, async (office) => {
        const runs = await runsFor(office, name);
        const found = await compareAll(office, runs, options.system);
        const compared = found.filter((one) => one !== null).length;
        const differences = found.flatMap((one) => one ?? []);
        if (differences.length > 0) operator.endWith(1);
        print(operator, options, {
          value: { runs: runs.length, differences: differences.map(toWire) },
          lines: [
            ...differences.map(lineOf),
            ...(differences.length > 0 ? [""] : []),
            summaryOf(runs, compared, differences),
          ],
        });
      }),
    );
}

async function runsFor(office: Office, name: string | undefined): Promise<readonly Run[]> {
  if (name !== undefined) return [await runOf(office, name)];
  const { sql, workspaceId } = office;
  const runs = await loadRuns(sql, await runsWithLinks(sql, workspaceId, MOST_RUNS));
  return runs.toSorted((a, b) => (b.requestedAt ?? 0) - (a.requestedAt ?? 0));
}

/** One after the other: whoever follows needs the sites' limits too. */
async function compareAll(
  { sql, config }: Office,
  runs: readonly Run[],
  only: System | undefined,
): Promise<readonly (readonly Found[] | null)[]> {
  // Only here: no other command needs the clients of Jira and Confluence.
  const { compareRun } = await import("../sync/looks.ts");
  const secrets = createSecrets(config.secret);
  const all: (readonly Found[] | null)[] = [];
  for (const run of runs)
    for (const system of SYSTEMS.filter((one) => (only ?? one) === one)) {
      const goal = `g${run.brief?.goalNumber}`;
      const differences = await compareRun({ sql, secrets }, system, run);
      all.push(differences?.map((one) => ({ ...one, system, goal })) ?? null);
    }
  return all;
}

const lineOf = ({ system, goal, what, url }: Found): string =>
  `${goal} in ${NAME_OF[system]}: ${what}${url === null ? "" : ` (${url})`}`;

function summaryOf(runs: readonly Run[], compared: number, differences: readonly Found[]): string {
  if (compared === 0)
    return runs.length === 1
      ? "The project of this goal is not connected, so there is nothing to compare."
      : "Nothing is written yet, so there is nothing to compare.";
  const { length } = differences;
  const count = `${runs.length} ${runs.length === 1 ? "run" : "runs"} compared`;
  return length === 0
    ? `${count}: all is as it should be.`
    : `${count}: ${length} ${length === 1 ? "difference" : "differences"}. ./countersign sync retry ${differences[0]?.goal} makes again what was deleted, and moves and writes the rest.`;
}

const toWire = ({ system, goal, key, what, url }: Found) => ({ goal, system, key, what, url });
