import type { Command } from "commander";
import { CALM_MS, howLong } from "../slack/blocks/sync-lines.ts";
import { type SystemStatus, syncStatus } from "../sync/status.ts";
import { NAME_OF } from "../sync/system-names.ts";
import { inOffice } from "./office.ts";
import type { Operator } from "./operator.ts";
import { type Common, inWorkspace } from "./options.ts";
import { print, type Row, table, timeOf } from "./print.ts";
import { projectNamed } from "./project-of.ts";

/** `sync status`: how each system stands, and what is stuck. */
export function addSyncStatus(sync: Command, operator: Operator): void {
  inWorkspace(sync.command("status"))
    .description("Show how far Jira and Confluence are, and what is stuck")
    .argument("[project]", "only this project")
    .action((name: string | undefined, options: Common) =>
      inOffice(operator, options, async (office) => {
        const { sql, workspaceId } = office;
        const only = name === undefined ? {} : { projectId: (await projectNamed(office, name)).id };
        const all = await syncStatus(sql, workspaceId, only);
        print(operator, options, {
          value: all.map(toWire),
          lines: all.length === 0 ? [noneOf(name)] : linesOf(all),
        });
      }),
    );
}

const noneOf = (name: string | undefined): string =>
  `${name === undefined ? "No project is" : `${name} is not`} connected: ./countersign jira set ${name ?? "<project>"} --key PAY`;

function linesOf(all: readonly SystemStatus[]): readonly string[] {
  const rows = all.map(rowOf);
  const stuck = all.flatMap((status) => status.stuck.flatMap((run) => stuckLines(status, run)));
  const goal = `g${all.flatMap((status) => status.stuck)[0]?.goalNumber}`;
  const advice = [
    `When it is mended: ./countersign sync retry ${goal}. To leave it out: ./countersign sync skip ${goal}.`,
  ];
  return [
    ...table([["PROJECT", "SYSTEM", "PLACE", "STATE"], ...rows]),
    ...(stuck.length > 0 ? ["", ...stuck, "", ...advice] : []),
  ];
}

const rowOf = (status: SystemStatus): Row => [
  ...[status.project.name, NAME_OF[status.system], `${status.place} on ${status.origin}`],
  stateOf(status),
];

/** "in step", or everything that keeps it from that. */
function stateOf({ behind, stuck, circuit, waitsForGoOn }: SystemStatus): string {
  const since = behind[0]?.since;
  const error = circuit?.lastError ?? behind.find((row) => row.error !== null)?.error;
  const isCalm = !waitsForGoOn && !error && stuck.length === 0;
  if (isCalm && since !== undefined && Date.now() - since < CALM_MS)
    return `in step; news of ${counted(behind.length)} is on its way`;
  const said = [
    waitsForGoOn ? "waits for [Go on] in Slack" : null,
    since === undefined
      ? null
      : `${counted(behind.length)} behind since ${timeOf(since)} (${howLong(Date.now() - since)})`,
    error === undefined || error === null ? null : `last: ${error}`,
    circuit === null ? null : againAt(circuit.openUntil),
    stuck.length === 0 ? null : `${counted(stuck.length)} stuck`,
  ].filter((part) => part !== null);
  return said.length === 0 ? "in step" : said.join("; ");
}

const againAt = (at: Date): string =>
  at.getTime() <= Date.now() ? "tried again now" : `tried again at ${timeOf(at)}`;

const stuckLines = (
  { system }: SystemStatus,
  { goalNumber, since, reason, ref }: SystemStatus["stuck"][number],
): readonly string[] => [
  `g${goalNumber} is stuck in ${NAME_OF[system]} since ${timeOf(since)}${ref === null ? "" : ` (ref ${ref})`}:`,
  `  ${reason}`,
];

const counted = (count: number): string => `${count} ${count === 1 ? "run" : "runs"}`;

const toWire = (status: SystemStatus) => ({
  ...{ project: status.project.name, system: status.system, place: status.place, url: status.origin },
  ...{ source: status.source, in_step: status.behind.length + status.stuck.length === 0 },
  runs_behind: status.behind.length,
  behind_since: status.behind[0] ? new Date(status.behind[0].since).toISOString() : null,
  waits_for_go_on: status.waitsForGoOn,
  circuit: status.circuit && {
    error: status.circuit.lastError,
    since: status.circuit.since.toISOString(),
    open_until: status.circuit.openUntil.toISOString(),
  },
  stuck: status.stuck.map(({ goalNumber, runId, since, reason, ref }) => ({
    ...{ goal: `g${goalNumber}`, run_id: runId, since: since.toISOString(), reason, ref },
  })),
});
