import { clean, oneLine, panel, paragraph, paragraphs } from "#integrations/jira/adf.ts";
import type { AdfNode } from "#integrations/jira/adf-node.ts";
import { withNames } from "../../slack/blocks/text.ts";
import type { RunStory } from "../follower.ts";

/** A text from outside with people's names in the place of their Slack ids. */
export const named = (text: string, { context }: RunStory): string => withNames(clean(text), context.people);

/** The same in one line. */
export const namedLine = (text: string, most: number, story: RunStory): string =>
  oneLine(named(text, story), most);

/** The same as paragraphs. */
export const namedParagraphs = (text: string, story: RunStory): readonly AdfNode[] =>
  paragraphs(named(text, story));

/** Somebody's name; "Countersign" for what happened by itself. */
export function nameOfActor(actor: string, { context }: RunStory): string {
  const id = /^person:(.+)$/.exec(actor)?.[1];
  return id === undefined ? "Countersign" : oneLine(context.people(id), 80);
}

/** Somebody's name, by their Slack id. */
export const nameOfPerson = (id: string, { context }: RunStory): string =>
  oneLine(context.people(id), 80) || "somebody";

/** What stands before whatever a rehearsed run says, so that nobody takes it for work. */
export const rehearsed = ({ brief }: RunStory): readonly AdfNode[] =>
  brief.rehearsed
    ? [panel("warning", [paragraph("A rehearsal: no model is set, so nothing is changed.")])]
    : [];
