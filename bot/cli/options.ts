import { type Command, InvalidArgumentError } from "commander";

/** What `--json` and `--workspace` were set to. */
export type Common = { readonly json?: true; readonly workspace?: string };

/** Adds `--json`. What a program reads stands on stdout alone; what went wrong is a sentence on stderr, with exit code 1. */
export const forPrograms = (command: Command): Command =>
  command.option("--json", "print JSON, for programs");

/** Adds `--json` and `--workspace`, for what belongs to one Slack workspace. */
export const inWorkspace = (command: Command): Command =>
  forPrograms(command).option(
    "--workspace <id>",
    "the Slack workspace, such as T0123456789, where there are several",
  );

/** A Slack person's id. */
export const readPerson = (text: string): string =>
  fitting(text, /^[UW][A-Z0-9]{2,20}$/, "a person's id in Slack, such as U0123456789");

/** A Slack channel's id. */
export const readChannel = (text: string): string =>
  fitting(text, /^[CGD][A-Z0-9]{2,20}$/, "a channel's id in Slack, such as C0123456789");

/** The same; "none" stays, for `unlessNone`. */
export const orNone =
  (read: (text: string) => string) =>
  (text: string): string =>
    text === "none" ? text : read(text);

/** What an option was set to: null for "none". Commander itself would make an empty text of a null. */
export const unlessNone = (text: string | undefined): string | null | undefined =>
  text === "none" ? null : text;

/** One of a few words. */
export const oneOf =
  <T extends string>(...words: readonly T[]) =>
  (text: string): T => {
    const word = words.find((one) => one === text);
    if (word === undefined) throw new InvalidArgumentError(`Write one of ${words.join(", ")}.`);
    return word;
  };

function fitting(text: string, pattern: RegExp, wanted: string): string {
  if (!pattern.test(text)) throw new InvalidArgumentError(`Give ${wanted}.`);
  return text;
}
