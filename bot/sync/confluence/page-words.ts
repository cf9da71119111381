import type { Instant, Run, Step } from "#engine/run/run.ts";
import { type Block, cut, legible, paragraph } from "#integrations/confluence/storage.ts";
import { bare, withNames } from "../../slack/blocks/text.ts";
import { agentOf } from "../../slack/blocks/who.ts";
import type { RunStory } from "../follower.ts";

const MOST_IN_NAME = 80;
const MOST_IN_LINE = 1_000;

/** A text from outside with people's names in the place of their Slack ids. Its lines stay; too long a one is cut with a word. */
export const named = (text: string, { context }: RunStory, most?: number): string =>
  cut(withNames(legible(text), context.people).trim(), most);

/** The same in one line. */
export const namedLine = (text: string, { context }: RunStory, most = MOST_IN_LINE): string =>
  bare(withNames(text, context.people), most);

/** The same as paragraphs: an empty line ends one. */
export const namedParagraphs = (text: string, story: RunStory, most?: number): readonly Block[] =>
  named(text, story, most)
    .split(/\n\s*\n/)
    .filter((part) => part.trim() !== "")
    .map((part) => paragraph(part));

/** Somebody's name, by their Slack id. */
export const nameOfPerson = (id: string, { context }: RunStory): string =>
  bare(context.people(id), MOST_IN_NAME) || "somebody";

/** Who did something: a person, an agent, or Countersign by itself. */
export function nameOfActor(actor: string, story: RunStory): string {
  const [, kind, name = ""] = /^(person|agent):(.+)$/s.exec(actor) ?? [];
  if (kind === "person") return nameOfPerson(name, story);
  return kind === "agent" ? `${bare(name, MOST_IN_NAME)} · agent` : "Countersign";
}

/** Who works on a step: "Coder · claude-opus-5-5", "command npm test", "Bob". */
export const workerOf = (step: Step, { run, context }: RunStory): string =>
  agentOf(step, run, context).replaceAll("`", "");

/** A step by its title; by its key where the plan does not have it any more. */
export function titleOfStep(key: string, { run }: { readonly run: Run }): string {
  const step = run.steps.find((one) => one.key === key);
  return bare(step?.title ?? key, 120);
}

/** What stands above `rowTime`: a page knows no reader's zone. */
export const WHEN = "When (UTC)";

/** "2026-01-02 12:00:05", for the rows of a table. */
export const rowTime = (at: Instant): string => new Date(at).toISOString().slice(0, 19).replace("T", " ");

/** "Friday 2 January 2026, 12:00 UTC". */
export function timeInWords(at: Instant): string {
  const shape = { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" } as const;
  const day = new Intl.DateTimeFormat("en-GB", shape).format(at).replace(",", "");
  return `${day}, ${rowTime(at).slice(11, 16)} UTC`;
}

/** The first and the last of many, and how many stand between them: what is left out is said. */
export function ends<T>(
  all: readonly T[],
  most: { readonly first: number; readonly last: number },
): { readonly first: readonly T[]; readonly last: readonly T[]; readonly between: number } {
  const between = all.length - most.first - most.last;
  if (between <= 0) return { first: all, last: [], between: 0 };
  return { first: all.slice(0, most.first), last: all.slice(-most.last), between };
}
