import type { z } from "zod";

/** What is wrong with a payload, and where. */
export type Flaw = { readonly pointer: string; readonly message: string };

/** Slack's sentence for a flaw. */
export function toSentence(flaw: Flaw): string {
  return `${flaw.message} [json-pointer:${flaw.pointer}]`;
}

/** What a schema finds wrong, said as Slack says it; empty where the value fits. `base` is where the value stands. */
export function flawsOf(schema: z.ZodType, value: unknown, base: string): Flaw[] {
  const read = schema.safeParse(value, { reportInput: true });
  return read.success ? [] : read.error.issues.map((issue) => toFlaw(issue, base));
}

function toFlaw(issue: z.core.$ZodIssue, base: string): Flaw {
  const isMissing = issue.code === "invalid_type" && issue.input === undefined;
  const path = isMissing ? issue.path.slice(0, -1) : issue.path;
  const pointer = [base, ...path.map(String)].join("/");
  if (isMissing) return { pointer, message: `missing required field: ${String(issue.path.at(-1))}` };
  return { pointer, message: messageOf(issue) };
}

function messageOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "unrecognized_keys":
      return `invalid additional property: ${issue.keys.join(", ")}`;
    case "too_big":
      return tooBig(issue);
    case "too_small":
      return tooSmall(issue);
    case "invalid_type":
      return `must provide ${/^[aio]/.test(issue.expected) ? "an" : "a"} ${issue.expected}`;
    case "invalid_union":
      return issue.discriminator === undefined
        ? "failed to match any allowed schema"
        : `unsupported type: ${typeIn(issue.input)}`;
    case "invalid_value":
      return `must be one of: ${issue.values.map(String).join(", ")}`;
    case "invalid_format":
    case "custom":
    case "invalid_key":
    case "invalid_element":
    case "not_multiple_of":
      return issue.message;
  }
}

function tooBig(issue: z.core.$ZodIssueTooBig): string {
  if (issue.origin === "string") return `must be less than ${Number(issue.maximum) + 1} characters`;
  if (issue.origin === "array") return `no more than ${issue.maximum} items allowed`;
  return `must be at most ${issue.maximum}`;
}

function tooSmall(issue: z.core.$ZodIssueTooSmall): string {
  if (issue.origin === "string") return `must be more than ${Number(issue.minimum) - 1} characters`;
  if (issue.origin === "array") return `must have at least ${issue.minimum} items`;
  return `must be at least ${issue.minimum}`;
}

function typeIn(value: unknown): string {
  return typeof value === "object" && value !== null && "type" in value ? String(value.type) : "undefined";
}
