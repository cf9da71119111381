import type { Question } from "#engine/consultation/question.ts";
import { type Card, type CardContext, toCard } from "./card.ts";
import { actions, button, section } from "./elements.ts";
import { questionButtons } from "./question-buttons.ts";
import { askOf, type QuestionState } from "./question-words.ts";
import { settledLine } from "./settled-question.ts";
import { inert } from "./text.ts";

/**
 * For whoever writes under a request's card: words there settle nothing and reach nobody, since an answer is a decision of
 * somebody's that must not be guessed from chatter. Says so, and how to answer.
 */
export function notAnAnswer(state: Asked, context: CardContext): Card {
  const { question, state: stands } = state.consultation;
  if (question === null || stands !== "open") {
    const line = `${settledLine(state, context).replace(/\.$/, "")}. What is written here reaches nobody.`;
    return toCard(line, [section(line)]);
  }
  const line = "What is written here is no answer, and the agent that asked does not see it.";
  const how = howToAnswer(question);
  return toCard(`${line} ${how}`, [
    section(line, how, `✋ *${askOf(question, context)}*`),
    questionButtons({ ...state, suffix: "again" }),
  ]);
}

/** For words that may be meant as the answer to what we asked last, or as a goal: neither has happened. */
export function perhapsAnAnswer(
  state: Asked,
  { draft, typed }: { readonly draft: string; readonly typed: string },
  context: CardContext,
): Card {
  const { question } = state.consultation;
  const line = `Is “${inert(typed, 150)}” your answer? Nothing has been answered or begun yet.`;
  return toCard(line, [
    section(`*${line}*`, question && `✋ ${askOf(question, context)}`, question && howToAnswer(question)),
    questionButtons({ ...state, suffix: "again" }),
    actions(button("draft.start", `Start it as a goal: ${typed}`, { draft, reading: "goal" })),
  ]);
}

type Asked = QuestionState & { readonly requesterAlone: boolean };

const howToAnswer = ({ type, options }: Question): string =>
  type === "decision" && options.length > 0
    ? "Press the option that you choose."
    : "Press a button; what you want to say goes into its form.";
