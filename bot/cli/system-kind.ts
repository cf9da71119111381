import type { Command } from "commander";
import type { System } from "#db/connections.ts";
import type { Finding } from "#integrations/atlassian/finding.ts";
import type { Common } from "./options.ts";

/** What every command that takes a connection's settings takes. */
export type Said = Common & {
  readonly url?: string;
  readonly username?: string;
  readonly tokenStdin?: true;
};

/** Settings as they were known before, not checked yet. */
export type Loose = Readonly<Record<string, unknown>>;

/** What the commands `jira …` and `confluence …` do differently. */
export type Kind<
  Options extends Said,
  Settings extends { readonly url: string; readonly username: string },
> = {
  readonly system: System;
  /** Adds the options that say settings. */
  addOptions(command: Command): Command;
  /** What the options change of these settings. */
  said(options: Options, before: Loose): Loose;
  /** The Jira project's or the space's key. */
  placeOf(settings: Settings): string;
  /** Throws `ZodError`. */
  read(settings: Loose): Settings;
  /** Which option says a setting: "--key" for `project`. */
  readonly flags: Readonly<Record<string, string>>;
  /** The settings for programs. */
  toWire(settings: Settings): Readonly<Record<string, unknown>>;
  /** The settings for people, a line each. */
  tell(settings: Settings): readonly string[];
  /** What would work, and what would not; nothing is written. */
  check(connection: {
    readonly settings: Settings;
    readonly token: string;
    /** What our own project is called. */
    readonly project: string;
  }): Promise<readonly Finding[]>;
};
