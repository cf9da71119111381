import type { Naming } from "#db/story.ts";
import type { Consultation } from "#engine/consultation/consultation.ts";
import { type Card, type CardContext, toCard } from "./card.ts";
import { section, context as words } from "./elements.ts";
import { askedBy, askOf, type QuestionState } from "./question-words.ts";
import { settledLine } from "./settled-question.ts";
import { clock } from "./times.ts";
import { either, nameOf } from "./who.ts";

/**
 * What stays of a direct message whose question was put to somebody else meanwhile: no buttons, and who has it now; then what
 * they said. It does not grow to what follows, which would be an edit for each step on the way.
 */
export function handedOnCard(state: QuestionState, naming: Naming, context: CardContext): Card {
  const { consultation } = state;
  const line =
    consultation.state === "open"
      ? handedLine(consultation, naming, context)
      : settledLine({ consultation, run: null }, context);
  const ask = consultation.question === null ? null : askOf(consultation.question, context);
  return toCard(ask === null ? line : `${line} (${ask})`, [
    section(line),
    words(ask, askedBy(state, context)),
  ]);
}

function handedLine({ openedAt }: Consultation, { people, by, at }: Naming, context: CardContext): string {
  const now = either(people.map((id) => nameOf(id, context.people)));
  const who = nameOf(by.replace(/^person:/, ""), context.people);
  return `– Handed on by ${who} ${clock(at, openedAt)}: ${now} can answer`;
}
