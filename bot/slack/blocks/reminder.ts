import type { Consultation } from "#engine/consultation/consultation.ts";
import { type Card, toCard } from "./card.ts";
import { actions, link, section, context as words } from "./elements.ts";
import { numberOf, rehearsal, titleOf } from "./goal-words.ts";
import {
  askedBy,
  askOf,
  calling,
  type QuestionContext,
  type QuestionState,
  whoCanAnswer,
  workflowOf,
} from "./question-words.ts";
import { settledLine } from "./settled-question.ts";
import { inert } from "./text.ts";
import { dayTime } from "./times.ts";
import { mention } from "./who.ts";

/**
 * Asks once more, half-way to the deadline: a new message, since an edit notifies nobody. It leads to the question and has
 * no buttons of its own. `questionLink` is the permalink of the question's message.
 */
export function reminderCard(
  state: QuestionState,
  context: QuestionContext & { readonly questionLink?: string | undefined },
): Card {
  const { consultation, run } = state;
  const { question, outside, expiresAt } = consultation;
  if (question === null) return toCard("A question", [section("This question has not been opened.")]);
  if (consultation.state !== "open") {
    const line = settledLine(state, context);
    return toCard(line, [section(line), words(`Asked once more: ${askOf(question, context)}`)]);
  }
  const stands =
    context.audience === "thread"
      ? "The question stands above in this thread."
      : "The question stands above.";
  const where = context.questionLink === undefined ? stands : "";
  const ask = inert(question.what, 300, context.people);
  return toCard(`${rehearsal(run)}Still open: ${ask} Until ${dayTime(expiresAt)}`, [
    section(
      `✋ ${calledAgain(consultation, context)}*${askOf(question, context)}*`,
      `${rehearsal(run)}Still open, until ${dayTime(expiresAt)}. Then it expires, which is no rejection.`,
      where,
    ),
    actions(link("Open the question", context.questionLink)),
    words(
      whoCanAnswer(consultation, context),
      outside ? askedBy(state, context) : null,
      workflowOf(consultation),
      run && `${numberOf(run)} ${titleOf(run)}`,
    ),
  ]);
}

/** Whoever is to answer; where nobody is named, whoever asked; a direct message calls by itself. */
function calledAgain(consultation: Consultation, context: QuestionContext): string {
  if (context.audience === "direct") return "";
  const { requester } = consultation;
  const asker = requester === "" ? "Nobody" : `${mention(requester, context.people)}, nobody`;
  return calling(consultation, context) || `${asker} has answered: `;
}
