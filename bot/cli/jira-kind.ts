import { type Command, InvalidArgumentError } from "commander";
import { JiraSettings } from "#integrations/jira/settings.ts";
import { oneOf, orNone, readPerson, unlessNone } from "./options.ts";
import type { Kind, Loose, Said } from "./system-kind.ts";

type Options = Said & {
  readonly key?: string;
  readonly mode?: "auto" | "issue" | "epic" | "off";
  readonly label?: readonly string[];
  readonly type?: Readonly<Record<string, string>>;
  readonly field?: Loose;
  readonly inbound?: JiraSettings["inbound"];
  readonly goalLabel?: string;
  readonly person?: Readonly<Record<string, string>>;
};

/** What `./countersign jira …` works with. */
export const JIRA: Kind<Options, JiraSettings> = {
  system: "jira",
  addOptions,
  said,
  placeOf: ({ project }) => project,
  read: (settings) => JiraSettings.parse(settings),
  flags: {
    ...{ url: "--url", username: "--username", project: "--key", labels: "--label", issueTypes: "--type" },
    ...{ goalLabel: "--goal-label", people: "--person", fields: "--field" },
  },
  toWire: (settings) => ({
    ...{ url: settings.url, username: settings.username, key: settings.project },
    ...{ mode: settings.mode ?? "auto", labels: settings.labels, issue_types: settings.issueTypes },
    ...{ fields: settings.fields, inbound: settings.inbound },
    ...{ goal_label: settings.goalLabel ?? null, people: settings.people },
  }),
  tell,
  // Only here: no other command needs Jira's client.
  check: async (connection) => (await import("#integrations/jira/check.ts")).checkJira(connection),
};

function addOptions(command: Command): Command {
  return command
    .option("--key <key>", "the Jira project's key, such as PAY")
    .option(
      "--mode <mode>",
      "issue, epic or off; auto: issue for goals in words, epic for saved workflows",
      oneOf("auto", "issue", "epic", "off"),
    )
    .option("--label <label>", 'what our issues are labelled, can be given several times; or "none"', collect)
    .option("--type <which=name>", "what a type of issue is called there: epic=…, step=… or goal=…", readType)
    .option(
      "--field <name=value>",
      "a field that Jira requires; empty: not any more. { or [ begins JSON",
      readField,
    )
    .option(
      "--inbound <how>",
      "whether what happens in Jira is heard: off, webhook or poll",
      oneOf("off", "webhook", "poll"),
    )
    .option("--goal-label <label>", 'an issue that gets this label becomes a goal; or "none"')
    .option(
      "--person <accountId=id>",
      'who an account of Jira\'s is in Slack; "none" instead of an id: nobody',
      readAccount,
    );
}

/** What is not said stays as it was. */
function said(options: Options, before: Loose): Loose {
  const { key, mode, label, type, field, inbound, goalLabel, person } = options;
  return {
    ...(key === undefined ? {} : { project: key }),
    ...(mode === undefined ? {} : { mode: mode === "auto" ? undefined : mode }),
    ...(label === undefined ? {} : { labels: label }),
    ...(type === undefined ? {} : { issueTypes: { ...section(before["issueTypes"]), ...type } }),
    ...(field === undefined ? {} : { fields: kept({ ...section(before["fields"]), ...field }, "") }),
    ...(inbound === undefined ? {} : { inbound }),
    ...(goalLabel === undefined ? {} : { goalLabel: unlessNone(goalLabel) ?? undefined }),
    ...(person === undefined ? {} : { people: kept({ ...section(before["people"]), ...person }, "none") }),
  };
}

const section = (value: unknown): Loose => (value ?? {}) as Loose;

/** Without those whose value says that they go. */
const kept = (all: Loose, gone: string): Loose =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== gone));

const HEARD = {
  webhook: "by webhook (./countersign jira webhook makes its secret)",
  poll: "by poll, once a minute",
} as const;

function tell(settings: JiraSettings): readonly string[] {
  const { mode, labels, issueTypes, fields, inbound, goalLabel, people } = settings;
  const { epic, step, goal } = issueTypes;
  const as = {
    issue: `each goal is one issue (${goal})`,
    epic: `each goal is an ${epic}, with a ${step} for each step`,
    off: "off: nothing is written",
    auto: `goals in words are one issue (${goal}), saved workflows an ${epic} with a ${step} for each step`,
  };
  const required = Object.keys(fields);
  const mapped = Object.keys(people).length;
  return [
    `Written:   ${as[mode ?? "auto"]}`,
    ...(labels.length > 0 ? [`Labels:    ${labels.join(", ")}`] : []),
    ...(required.length > 0 ? [`Fields:    ${required.join(", ")}`] : []),
    `Heard:     ${inbound === "off" ? "nothing (--inbound webhook or poll)" : `${HEARD[inbound]}${goalLabel === undefined ? "" : `; label ${goalLabel} makes an issue a goal`}`}`,
    ...(mapped > 0 ? [`People:    ${mapped} of Jira's accounts are known by --person`] : []),
  ];
}

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return text === "none" ? [] : [...before, text];
}

function readType(text: string, before: Options["type"]): Options["type"] {
  const [, which = "", name = ""] = /^(epic|step|goal)=(.+)$/.exec(text) ?? [];
  if (which === "")
    throw new InvalidArgumentError("Write it as epic=…, step=… or goal=…, such as step=Task.");
  return { ...before, [which]: name };
}

function readField(text: string, before: Options["field"]): Loose {
  const [, name = "", value = ""] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === "") throw new InvalidArgumentError("Write it as name=value, such as Team=Payments.");
  return { ...before, [name.trim()]: /^\s*[[{]/.test(value) ? readJson(value) : value };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidArgumentError(
      `What begins with { or [ must be JSON: ${cause instanceof Error ? cause.message : ""}`,
    );
  }
}

function readAccount(text: string, before: Options["person"]): Options["person"] {
  const [, account = "", person = ""] = /^([^=\s]+)=(\S+)$/.exec(text) ?? [];
  if (account === "")
    throw new InvalidArgumentError(
      "Write it as <accountId>=<Slack id>, such as 5b10a2844c20165700ede21g=U02BOB.",
    );
  return { ...before, [account]: orNone(readPerson)(person) };
}
