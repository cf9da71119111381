import { z } from "zod";
import { invalidArguments, SlackError } from "../failure.ts";
import type { Slack } from "../slack.ts";
import type { Rate } from "./rates.ts";

/** What a method answers besides `ok: true`. */
export type Answer = Readonly<Record<string, unknown>>;

/** A method as the dispatcher uses it. */
export type Method = {
  readonly rate: Rate;
  /** Which of the app's tokens it takes. */
  readonly token: "bot" | "app";
  /** Throws SlackError where it refuses. `origin` is the address under which the app reached this Slack. */
  run(slack: Slack, args: Readonly<Record<string, unknown>>, origin: string): Answer | Promise<Answer>;
};

/** What a method's own code gets. */
type Call<Args> = { readonly slack: Slack; readonly args: Args; readonly origin: string };

type Definition<Schema extends z.ZodType> = {
  readonly rate: Rate;
  readonly token?: "bot" | "app";
  readonly args: Schema;
  /** The scope that it needs with these arguments. */
  readonly scope?: (args: z.output<Schema>) => string | undefined;
  readonly run: (call: Call<z.output<Schema>>) => Answer | Promise<Answer>;
};

/** A method whose arguments are read and whose scope is checked before its own code runs. */
export function method<Schema extends z.ZodType>(definition: Definition<Schema>): Method {
  const { rate, token = "bot", args: schema, scope, run } = definition;
  return {
    rate,
    token,
    run(slack, raw, origin) {
      const args = readArgs(schema, raw);
      const needed = scope?.(args);
      if (needed !== undefined) needScope(slack, needed);
      return run({ slack, args, origin });
    },
  };
}

/** Throws Slack's `missing_scope` where the app's manifest does not ask for it. */
export function needScope(slack: Slack, needed: string): void {
  const { scopes } = slack.grants;
  if (scopes === undefined || scopes.has(needed)) return;
  throw new SlackError("missing_scope", { needed, provided: [...scopes].join(",") });
}

/** A yes or no, also as a form writes it. */
export const flag = z.union([
  z.boolean(),
  z.enum(["true", "1", "false", "0", ""]).transform((word) => word === "true" || word === "1"),
]);

/** A whole number, also as a form writes it. */
export const whole = z.coerce.number().int();

/** How many per page: Slack refuses more than 1000. */
export const limit = whole.min(1).max(1000);

function readArgs<Schema extends z.ZodType>(schema: Schema, raw: unknown): z.output<Schema> {
  const read = schema.safeParse(raw, { reportInput: true });
  if (read.success) return read.data;
  const sentences = read.error.issues.map((issue) => {
    const name = issue.path.join("/");
    return issue.input === undefined ? `missing required field: ${name}` : `${name}: ${issue.message}`;
  });
  throw invalidArguments(sentences);
}
