import type { CardContext } from "./card.ts";
import { type Card, toCard } from "./card.ts";
import { section } from "./elements.ts";
import { questionButtons } from "./question-buttons.ts";
import { askOf, type QuestionState } from "./question-words.ts";
import { settledLine } from "./settled-question.ts";

/**
 * For whoever writes under a request's card: words there settle nothing and reach nobody, since an answer is a decision of
 * somebody's that must not be guessed from chatter. Says so, and how to answer.
 */
export function notAnAnswer(
  state: QuestionState & { readonly requesterAlone: boolean },
  context: CardContext,
): Card {
  const { question, state: stands } = state.consultation;
  if (question === null || stands !== "open") {
    const line = `${settledLine(state, context)}. What is written here reaches nobody.`;
    return toCard(line, [section(line)]);
  }
  const how =
    question.type === "clarification" || question.options.length === 0
      ? "Press a button; what you want to say goes into its form."
      : "Press the option that you choose.";
  const line = "What is written here is no answer, and the agent that asked does not see it.";
  return toCard(`${line} ${how}`, [
    section(line, how, `✋ *${askOf(question, context)}*`),
    questionButtons({ ...state, suffix: "again" }),
  ]);
}
