import type { Evidence } from "#engine/consultation/question.ts";

const LONGEST_LABEL = 60;
/** No piece of evidence may be longer. */
const LONGEST_TEXT = 100_000;
/** What is longer, or has lines, stands in the card's fold. */
const LONGEST_LINE = 80;

/** A value from outside as evidence: a telling line where it is short, else a text. Nothing where it says nothing. */
export function lineOrText(label: string, value: unknown): readonly Evidence[] {
  const text = toText(value);
  if (text === "") return [];
  const named = label.slice(0, LONGEST_LABEL).toWellFormed();
  const line = `${named.charAt(0).toLowerCase()}${named.slice(1)}: ${text}`; // a card shows the line without its label
  return line.length <= LONGEST_LINE && !text.includes("\n")
    ? [{ kind: "line", label: named, text: line }]
    : [{ kind: "text", label: named, text }];
}

/** Several pieces of evidence as one text. */
export const inFull = (evidence: readonly Evidence[]): string =>
  capped(
    evidence.map(({ kind, label, text }) => (kind === "line" ? text : `${label}:\n${text}`)).join("\n\n"),
  );

const capped = (text: string): string =>
  text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1).toWellFormed()}…` : text;

/** With a capital letter. */
export const sentenceOf = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;

/** Deep things grow with their indents: those that grow too long stay on one line. */
function inLines(value: object): string {
  const lines = JSON.stringify(value, null, 2);
  return lines.length > LONGEST_TEXT ? JSON.stringify(value) : lines;
}

/** Flat things as lines "name: value", a list in them as lines of its own, anything deeper as JSON. */
function toText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "object") return String(value).trim();
  if (Array.isArray(value)) return value.every(isPlain) ? value.map(String).join("\n") : inLines(value);
  const entries = Object.entries(value);
  if (!entries.every(([, one]) => isPlain(one) || (Array.isArray(one) && one.every(isPlain))))
    return inLines(value);
  return entries.flatMap(([key, one]) => named(key.replaceAll("_", " "), one)).join("\n");
}

const isPlain = (value: unknown): boolean => typeof value !== "object" || value === null;

/** "reasons: It touches payments."; of several each on a line of its own; nothing of none. */
function named(name: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [`${name}: ${String(value)}`];
  const texts = value.map(String);
  return texts.length > 1
    ? [`${name}:`, ...texts.map((text) => `- ${text}`)]
    : texts.map((text) => `${name}: ${text}`);
}
