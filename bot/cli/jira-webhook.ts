import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { type ConnectionRow, connectionOf, saveWebhookSecret } from "#db/connections.ts";
import { Refusal, StartFailure } from "#engine/errors.ts";
import { JiraSettings } from "#integrations/jira/settings.ts";
import { createSecrets } from "../outside/deliveries/secrets.ts";
import { aboutWebhook } from "../sync/inbound/signed.ts";
import { inOffice } from "./office.ts";
import type { Operator } from "./operator.ts";
import { type Common, inWorkspace } from "./options.ts";
import { print } from "./print.ts";
import { projectNamed } from "./project-of.ts";

const EVENTS = ["Issue: created, updated", "Comment: created"] as const;

/** `jira webhook`: a new secret for what a project's Jira sends us, shown this once; the one before signs nothing any more. */
export function addJiraWebhook(jira: Command, operator: Operator): void {
  inWorkspace(jira.command("webhook"))
    .description("Make the secret with which Jira signs what it tells us; it is shown this once")
    .argument("<project>", "the project, as ./countersign project list shows it")
    .action((name: string, options: Common) => makeSecret(operator, name, options));
}

async function makeSecret(operator: Operator, name: string, options: Common): Promise<void> {
  await inOffice(operator, options, async (office) => {
    const { config, sql, workspaceId } = office;
    if (config.publicUrl === null)
      throw new StartFailure(
        `Jira must be able to reach this: set PUBLIC_URL to the https address of this server first. Without one, hear it by asking: ./countersign jira set ${name} --inbound poll.`,
      );
    const project = await projectNamed(office, name);
    const row = await connectionOf(sql, workspaceId, project.id, "jira");
    if (!row)
      throw new Refusal(
        "wrong_state",
        `${name} is not connected to Jira: ./countersign jira set ${name} does it.`,
      );
    const settings = JiraSettings.parse(row.settings);
    const secret = randomBytes(32).toString("base64url");
    const address = new URL("/webhooks/jira", config.publicUrl).href;
    await saveWebhookSecret(sql, row, createSecrets(config.secret).encrypt(secret, aboutWebhook(row)));
    print(operator, options, {
      value: {
        ...{ project: name, url: address, secret, events: EVENTS },
        ...{ jql: `project = ${settings.project}`, inbound: settings.inbound },
      },
      lines: linesOf({ name, row, settings, secret, address }),
    });
  });
}

function linesOf(made: {
  readonly name: string;
  readonly row: ConnectionRow;
  readonly settings: JiraSettings;
  readonly secret: string;
  readonly address: string;
}): readonly string[] {
  const { name, row, settings, secret, address } = made;
  return [
    secret,
    row.webhookSecret === null
      ? "Shown only now: Jira gets it, and nobody else."
      : "Shown only now. It takes the place of the one before: give it to Jira at once, what the old one signs is refused.",
    `A Jira administrator makes (or changes) the webhook at ${settings.url}/plugins/servlet/webhooks:`,
    `  URL     ${address}`,
    "  Secret  the line above",
    `  JQL     project = ${settings.project}`,
    ...EVENTS.map((event, i) => `${i === 0 ? "  Events  " : "          "}${event}`),
    ...(address.startsWith("https:")
      ? []
      : ["Jira Cloud sends to https addresses only, and PUBLIC_URL is not one."]),
    ...(settings.inbound === "webhook"
      ? []
      : [`Nothing is heard by webhook yet: ./countersign jira set ${name} --inbound webhook turns it on.`]),
  ];
}
