import type { Command } from "commander";
import type { System } from "#db/connections.ts";
import { projectByName } from "#db/places.ts";
import { StartFailure } from "#engine/errors.ts";
import type { Finding } from "#integrations/atlassian/finding.ts";
import type { Connected } from "../config/projects.ts";
import { type Config, readConfig } from "../config.ts";
import { optionsIn } from "../sync/setting-options.ts";
import { NAME_OF } from "../sync/system-names.ts";
import { type Known, knownFromDatabase, knownFromFile, meantConnection } from "./connection-known.ts";
import { withAccount } from "./connection-set.ts";
import { inOffice } from "./office.ts";
import type { Operator } from "./operator.ts";
import { inWorkspace } from "./options.ts";
import { print } from "./print.ts";
import type { Kind, Said } from "./system-kind.ts";

type Account = { readonly url: string; readonly username: string };

/** `jira check` and `confluence check`: what would work, and what would not. Nothing is written, here or there. */
export function addConnectionCheck<Options extends Said, Settings extends Account>(
  parent: Command,
  operator: Operator,
  kind: Kind<Options, Settings>,
): void {
  withAccount(kind.addOptions(inWorkspace(parent.command("check"))), kind)
    .description(`Say what would work with ${NAME_OF[kind.system]}, and what would not; nothing is written`)
    .argument("<project>", "the project; it need not be connected yet where the options say how")
    .action(async (name: string, options: Options) => {
      const { settings, token, isUnknown } = await connectionFor(operator, kind, name, options);
      const found = await kind.check({ settings, token, project: name });
      const findings = isUnknown ? [...found, unknownProject(name)] : found;
      const problems = findings.filter(({ level }) => level === "problem").length;
      if (problems > 0) operator.endWith(1);
      print(operator, options, {
        value: { project: name, system: kind.system, works: problems === 0, findings: findings.map(toWire) },
        lines: [...findings.flatMap(linesOf), "", ...settingsLine(kind, name, findings), summaryOf(findings)],
      });
    });
}

/**
 * As it is kept, else as countersign.yaml says, each with what the options say instead. Works also before the first start, while there
 * is nothing yet that anything could be kept in.
 */
async function connectionFor<Options extends Said, Settings extends Account>(
  operator: Operator,
  kind: Kind<Options, Settings>,
  name: string,
  options: Options,
): Promise<Connected<Settings> & { readonly isUnknown: boolean }> {
  const meant = (config: Config, known: Known | null) =>
    meantConnection(operator, kind, { config, known, options });
  try {
    return await inOffice(operator, options, async (office) => {
      const { config, sql, workspaceId } = office;
      const project = await projectByName(sql, workspaceId, name);
      const kept = project && (await knownFromDatabase(office, kind.system, project.id));
      const connected = await meant(config, kept ?? knownFromFile(config, kind.system, name));
      return { ...connected, isUnknown: project === null };
    });
  } catch (error) {
    if (!(error instanceof StartFailure)) throw error;
    const config = readConfig({ env: operator.env, dir: operator.home });
    const known = knownFromFile(config, kind.system, name);
    if (known === null && Object.keys(kind.said(options, {})).length === 0) throw error;
    return { ...(await meant(config, known)), isUnknown: false };
  }
}

/** It may be a slip, and it may be one that is added afterwards. */
const unknownProject = (name: string): Finding => ({
  level: "warning",
  what: `Countersign has no project “${name}” yet`,
  todo: "./countersign project list shows what there is; ./countersign project add makes one.",
});

const toWire = ({ level, what, todo }: Finding) => ({ level, what, todo: todo ?? null });

const SIGNS = { ok: "✓", warning: "!", problem: "✕" } as const satisfies Record<Finding["level"], string>;

const linesOf = ({ level, what, todo }: Finding): readonly string[] => [
  `${SIGNS[level]} ${what}`,
  ...(todo === undefined ? [] : [`    ${todo}`]),
];

/** A finding names a setting as countersign.yaml does. */
const settingsLine = (
  { system }: { readonly system: System },
  name: string,
  findings: readonly Finding[],
): readonly string[] => {
  const todos = findings.map(({ todo = "" }) => todo).filter((todo) => todo.includes(`\`${system}.`));
  if (todos.length === 0) return [];
  const set = ["./countersign", system, "set", name, ...optionsIn(todos.join("\n"), system)].join(" ");
  return [`Settings are options (${set}), or stand in countersign.yaml under projects.${name}.`];
};

function summaryOf(findings: readonly Finding[]): string {
  const count = (level: Finding["level"]) => findings.filter((one) => one.level === level).length;
  const [problems, warnings] = [count("problem"), count("warning")];
  if (problems > 0) return `It does not work yet: ${problems} to mend. Nothing was written.`;
  return warnings > 0
    ? `It works, with ${warnings} to know. Nothing was written.`
    : "It works. Nothing was written.";
}
