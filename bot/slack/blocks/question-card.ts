import type { Consultation } from "#engine/consultation/consultation.ts";
import type { Question } from "#engine/consultation/question.ts";
import { type Card, type Part, toCard } from "./card.ts";
import { actions, link, section, context as words } from "./elements.ts";
import { numberOf, rehearsal, titleOf } from "./goal-words.ts";
import { isAloneAllowed, isUnanswerable, questionButtons } from "./question-buttons.ts";
import {
  askOf,
  calledLength,
  calling,
  evidenceFold,
  groundsOf,
  linesLeft,
  needsFourEyes,
  type QuestionContext,
  type QuestionState,
  tellingEvidence,
  whoCanAnswer,
} from "./question-words.ts";
import { settledLine } from "./settled-question.ts";
import { inert } from "./text.ts";
import { dayTime } from "./times.ts";
import { mention, nameOf } from "./who.ts";

/**
 * A question as its own message, in the thread or as a direct message: with buttons while it is open, with the line of
 * what came of it afterwards. Every copy is rendered from the same state, so every copy loses its buttons.
 */
export function questionCard(state: QuestionState, context: QuestionContext): Card {
  const { consultation } = state;
  const { question } = consultation;
  if (question === null) return toCard("A question", [section("This question has not been opened.")]);
  return consultation.state === "open"
    ? openCard(state, question, context)
    : settledCard(state, question, context);
}

function openCard(state: QuestionState, question: Question, context: QuestionContext): Card {
  const { consultation, run } = state;
  const asked = { consultation, run, requesterAlone: context.requesterAlone };
  const isCalled = context.audience === "thread";
  const taken = isCalled ? calledLength(consultation, context) : 0;
  const ask = askOf(question, context, taken);
  const alone = aloneNote(asked, context);
  const lines = linesLeft(taken + ask.length + 2, alone === "" ? 1 : 3);
  return toCard(lockScreen(state, question, context), [
    section(
      `✋ ${isCalled ? calling(consultation, context) : ""}*${ask}*`,
      termsOf(consultation, question, rehearsal(run)),
      ...groundsOf(question, context, lines),
      alone,
    ),
    evidenceFold(question, context, taken),
    questionButtons(asked),
    words(...footOf(state, context)),
    context.audience === "direct" ? actions(link("Open thread", context.threadLink)) : null,
  ]);
}

/** "*high risk* · until Tue 14:00". */
function termsOf({ expiresAt }: Consultation, { type, risk, rehearsed }: Question, prefix: string): string {
  const isRisky = (type === "approval" && !rehearsed) || risk !== "low";
  const grave = risk === "high" ? `*${risk} risk*` : `${risk} risk`;
  return `${prefix}${isRisky ? `${grave} · ` : ""}until ${dayTime(expiresAt)}`;
}

function aloneNote(asked: Parameters<typeof isAloneAllowed>[0], { people }: QuestionContext): string {
  const who = nameOf(asked.consultation.requester, people);
  if (isUnanswerable(asked)) return `Nobody but ${who}, who asked, is here to answer. Name somebody else.`;
  return isAloneAllowed(asked) ? `Nobody but ${who}, who asked, may answer this.` : "";
}

/** Where nobody is named, whoever asked is told that the question stands. */
function footOf({ consultation, run }: QuestionState, context: QuestionContext): readonly string[] {
  const { requester, policy } = consultation;
  const isNamed = (policy?.people.length ?? 0) > 0 || context.audience === "direct";
  const asker = isNamed ? nameOf(requester, context.people) : mention(requester, context.people);
  const isAlone = context.requesterAlone && needsFourEyes(consultation);
  const who = isAlone ? "" : whoCanAnswer(consultation, context);
  return [who, `asked by ${asker}`, ...(run ? [`${numberOf(run)} ${titleOf(run)}`] : [])];
}

/** The whole ask in one line: "Tag billing v0.2.0? Asked by Alice, 214 tests passed, until Tue 14:00". */
function lockScreen(
  { consultation, run }: QuestionState,
  question: Question,
  context: QuestionContext,
): string {
  const { what, risk } = question;
  const parts = [
    `Asked by ${nameOf(consultation.requester, context.people)}`,
    ...(risk === "high" ? ["high risk"] : []),
    inert(tellingEvidence(question), 120),
    `until ${dayTime(consultation.expiresAt)}`,
  ];
  return `${rehearsal(run)}${inert(what, 300, context.people)} ${parts.filter((part) => part !== "").join(", ")}`;
}

function settledCard(state: QuestionState, question: Question, context: QuestionContext): Card {
  const line = settledLine(state, context);
  const note = state.consultation.answer?.note ?? "";
  const parts: readonly Part[] = [
    section(line, note === "" ? null : `› ${inert(note, 600, context.people)}`),
    words(`${rehearsal(state.run)}${askOf(question, context)}`, state.run ? numberOf(state.run) : null),
    evidenceFold(question, context),
    context.audience === "direct" ? actions(link("Open thread", context.threadLink)) : null,
  ];
  return toCard(`${line} (${askOf(question, context)})`, parts);
}
