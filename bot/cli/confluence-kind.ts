import type { Command } from "commander";
import { ConfluenceSettings } from "#integrations/confluence/settings.ts";
import { unlessNone } from "./options.ts";
import type { Kind, Loose, Said } from "./system-kind.ts";

type Options = Said & {
  readonly space?: string;
  readonly parent?: string;
  readonly label?: readonly string[];
};

/** What `./countersign confluence …` works with. */
export const CONFLUENCE: Kind<Options, ConfluenceSettings> = {
  system: "confluence",
  addOptions,
  said,
  placeOf: ({ space }) => space,
  read: (settings) => ConfluenceSettings.parse(settings),
  flags: {
    ...{ url: "--url", username: "--username", space: "--space", parent: "--parent", labels: "--label" },
  },
  toWire: ({ url, username, space, parent, labels }) => ({ url, username, space, parent, labels }),
  tell: ({ parent, labels }) => [
    `Pages:     under ${parent === null ? "the space's home page (--parent names another)" : `page ${parent}`}`,
    ...(labels.length > 0 ? [`Labels:    ${labels.join(", ")}`] : []),
  ],
  // Only here: no other command needs Confluence's client.
  check: async (connection) =>
    (await import("#integrations/confluence/check.ts")).checkConfluence(connection),
};

function addOptions(command: Command): Command {
  return command
    .option("--space <key>", "the space's key, such as ENG")
    .option("--parent <id>", 'the page under which pages stand, by the number in its address; or "none"')
    .option("--label <label>", 'what our pages are labelled, can be given several times; or "none"', collect);
}

/** What is not said stays as it was. */
function said({ space, parent, label }: Options): Loose {
  return {
    ...(space === undefined ? {} : { space }),
    ...(parent === undefined ? {} : { parent: unlessNone(parent) }),
    ...(label === undefined ? {} : { labels: label }),
  };
}

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return text === "none" ? [] : [...before, text];
}
