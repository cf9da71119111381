import type { Command } from "commander";
import { saveConnection } from "#db/connections.ts";
import { tryAgain } from "#db/sync-again.ts";
import { createSecrets } from "../outside/deliveries/secrets.ts";
import { aboutConnection } from "../sync/connected.ts";
import { NAME_OF } from "../sync/system-names.ts";
import { knownFromDatabase, knownFromFile, meantConnection } from "./connection-known.ts";
import { inOffice } from "./office.ts";
import type { Operator } from "./operator.ts";
import { inWorkspace } from "./options.ts";
import { print } from "./print.ts";
import { projectNamed } from "./project-of.ts";
import type { Kind, Said } from "./system-kind.ts";

type Account = { readonly url: string; readonly username: string };

/** `jira set` and `confluence set`: connects a project, or changes how it is connected. Of one that is, only what is said changes. */
export function addConnectionSet<Options extends Said, Settings extends Account>(
  parent: Command,
  operator: Operator,
  kind: Kind<Options, Settings>,
): void {
  withAccount(kind.addOptions(inWorkspace(parent.command("set"))), kind)
    .description(`Keep a project's goals in step with ${NAME_OF[kind.system]}, or change how`)
    .argument("<project>", "the project, as ./countersign project list shows it")
    .action((name: string, options: Options) => set(operator, kind, name, options));
}

/** Adds the options that say which account writes. */
export const withAccount = <Options extends Said, Settings extends Account>(
  command: Command,
  { system }: Kind<Options, Settings>,
): Command =>
  command
    .option("--url <address>", `the site, such as https://acme.atlassian.net (${system.toUpperCase()}_URL)`)
    .option("--username <email>", `the account that writes (${system.toUpperCase()}_USERNAME)`)
    .option(
      "--token-stdin",
      `read a new API token of that account from stdin, or ask for it (${system.toUpperCase()}_API_TOKEN)`,
    );

async function set<Options extends Said, Settings extends Account>(
  operator: Operator,
  kind: Kind<Options, Settings>,
  name: string,
  options: Options,
): Promise<void> {
  await inOffice(operator, options, async (office) => {
    const { config, sql, workspaceId } = office;
    const { system } = kind;
    const project = await projectNamed(office, name);
    const place = { workspaceId, projectId: project.id, system };
    const kept = await knownFromDatabase(office, system, project.id);
    const known = kept ?? knownFromFile(config, system, name);
    const { settings, token } = await meantConnection(operator, kind, { config, known, options });
    const encrypted = createSecrets(config.secret).encrypt(token, aboutConnection(place));
    await saveConnection(sql, { ...place, settings, token: encrypted, source: "cli" });
    const again = await tryAgain(sql, { workspaceId, system, projectId: project.id });
    print(operator, options, {
      value: { project: name, ...kind.toWire(settings), source: "cli", runs_tried_again: again.length },
      lines: [
        `${name} is kept in step with ${NAME_OF[system]}, ${kind.placeOf(settings)} on ${settings.url}, as ${settings.username}`,
        ...kind.tell(settings),
        ...(again.length > 0 ? [`Tried again now: ${again.length} that waited or were stuck`] : []),
        kept === null
          ? `Goals that are asked for from now on are written. Look first: ./countersign ${system} check ${name}`
          : `Look whether it works: ./countersign ${system} check ${name}`,
      ],
    });
  });
}
