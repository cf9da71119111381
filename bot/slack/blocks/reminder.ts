import { type Card, toCard } from "./card.ts";
import { actions, link, section, context as words } from "./elements.ts";
import { numberOf, rehearsal, titleOf } from "./goal-words.ts";
import { askOf, calling, type QuestionContext, type QuestionState, whoCanAnswer } from "./question-words.ts";
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
  const { question, requester, expiresAt } = consultation;
  if (question === null) return toCard("A question", [section("This question has not been opened.")]);
  if (consultation.state !== "open") {
    const line = settledLine(state, context);
    return toCard(line, [section(line), words(`Asked once more: ${askOf(question, context)}`)]);
  }
  const called =
    calling(consultation, context) || `${mention(requester, context.people)}, nobody has answered: `;
  const where = context.questionLink === undefined ? "The question stands above in this thread." : "";
  const ask = inert(question.what, 300, context.people);
  return toCard(`${rehearsal(run)}Still open: ${ask} Until ${dayTime(expiresAt)}`, [
    section(
      `✋ ${called}*${askOf(question, context)}*`,
      `${rehearsal(run)}Still open, until ${dayTime(expiresAt)}. Then it expires, which is no rejection.`,
      where,
    ),
    actions(link("Open the question", context.questionLink)),
    words(whoCanAnswer(consultation, context), ...(run ? [`${numberOf(run)} ${titleOf(run)}`] : [])),
  ]);
}
