import type { Command } from "commander";
import { type ConnectionRow, connectionOf, removeConnection, type System } from "#db/connections.ts";
import { Refusal } from "#engine/errors.ts";
import { createSecrets } from "../outside/deliveries/secrets.ts";
import { settleConnections } from "../sync/settle-connections.ts";
import { NAME_OF } from "../sync/system-names.ts";
import { inOffice, quietLogger } from "./office.ts";
import type { Operator } from "./operator.ts";
import { type Common, inWorkspace } from "./options.ts";
import { print } from "./print.ts";
import { projectNamed } from "./project-of.ts";

/** `jira unset` and `confluence unset`: nothing is written there any more, unless countersign.yaml says so. */
export function addConnectionUnset(parent: Command, operator: Operator, system: System): void {
  inWorkspace(parent.command("unset"))
    .description(`Stop writing a project's goals to ${NAME_OF[system]}; what is there stays`)
    .argument("<project>", "the project, as ./countersign project list shows it")
    .action((name: string, options: Common) => unset(operator, system, name, options));
}

async function unset(operator: Operator, system: System, name: string, options: Common): Promise<void> {
  await inOffice(operator, options, async (office) => {
    const { config, sql, workspaceId } = office;
    const project = await projectNamed(office, name);
    const isInFile = Boolean(config.projects[name]?.[system]);
    const had = await connectionOf(sql, workspaceId, project.id, system);
    refuseUnless(had, { isInFile, name, system });
    await removeConnection(sql, { workspaceId, projectId: project.id, system });
    if (isInFile) {
      const secrets = createSecrets(config.secret);
      await settleConnections({ sql, secrets, config, workspaceId, log: quietLogger(operator) });
    }
    print(operator, options, {
      value: { project: name, system, connected: isInFile },
      lines: [
        isInFile
          ? `${name} is connected to ${NAME_OF[system]} as countersign.yaml says, from now on.`
          : `${name} is not written to ${NAME_OF[system]} any more. What is there stays; its token is forgotten.`,
      ],
    });
  });
}

function refuseUnless(
  had: ConnectionRow | null,
  { isInFile, name, system }: { readonly isInFile: boolean; readonly name: string; readonly system: System },
): void {
  if (!had) throw new Refusal("wrong_state", `${name} is not connected to ${NAME_OF[system]}.`);
  if (had.source === "settings" && isInFile)
    throw new Refusal(
      "wrong_state",
      `countersign.yaml connects ${name} to ${NAME_OF[system]}: remove projects.${name}.${system} there, and start Countersign again.`,
    );
}
