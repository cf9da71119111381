import type { z } from "zod";
import { Refusal } from "#engine/errors.ts";

/** A field that is wrong, by its path ("routing.recipients.0.email"), and what is wrong with it. */
export type WrongField = { readonly field: string; readonly detail: string };

/** Several fields that only a look outside could tell to be wrong. Its own sentence names the first. */
export class WrongFields extends Refusal {
  readonly errors: readonly WrongField[];

  constructor(errors: readonly [WrongField, ...WrongField[]]) {
    const [{ field, detail }, ...more] = errors;
    super("bad_input", `${field}: ${detail}${more.length > 0 ? ` (and ${more.length} more)` : ""}`);
    this.errors = errors;
  }
}

/** Refuses where anything is wrong, with all of it. */
export function refuseWrong([first, ...more]: readonly WrongField[]): void {
  if (first) throw new WrongFields([first, ...more]);
}

/** What is wrong with a value's kind, as a sentence that says what to write; where a schema has words of its own, those. */
export function inOurWords(issue: z.core.$ZodIssue): string {
  if (issue.code !== "invalid_type" || !issue.message.startsWith("Invalid input")) return issue.message;
  const wanted = KINDS[issue.expected] ?? `Write a value of the kind ${issue.expected}.`;
  return issue.message.endsWith("received undefined") ? `This must be there. ${wanted}` : wanted;
}

const KINDS: Readonly<Record<string, string>> = {
  ...{ array: "Write a list: […].", object: "Write an object: {…}.", record: "Write an object: {…}." },
  ...{ string: "Write a text.", boolean: "Write true or false." },
  ...{ number: "Write a number.", int: "Write a whole number." },
};
