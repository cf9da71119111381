import type { Naming } from "#db/story.ts";
import { type Card, type CardContext, toCard } from "./card.ts";
import { section, context as words } from "./elements.ts";
import { askedBy, askOf, type QuestionState } from "./question-words.ts";
import { clock } from "./times.ts";
import { either, nameOf } from "./who.ts";

/** What stays of a direct message whose question was put to somebody else meanwhile: no buttons, and who has it now. */
export function handedOnCard(state: QuestionState, { people, by, at }: Naming, context: CardContext): Card {
  const { question, openedAt } = state.consultation;
  const now = either(people.map((id) => nameOf(id, context.people)));
  const who = nameOf(by.replace(/^person:/, ""), context.people);
  const line = `– Handed on by ${who} ${clock(at, openedAt)}: ${now} can answer`;
  return toCard(line, [
    section(line),
    words(question === null ? null : askOf(question, context), askedBy(state, context)),
  ]);
}
