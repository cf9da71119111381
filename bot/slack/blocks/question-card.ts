import type { Consultation } from "#engine/consultation/consultation.ts";
import type { Attachment, Question } from "#engine/consultation/question.ts";
import { type Card, type Part, toCard } from "./card.ts";
import { actions, link, section, context as words } from "./elements.ts";
import type { Leaf } from "./fold.ts";
import { numberOf, rehearsal, titleOf } from "./goal-words.ts";
import { isAloneAllowed, isUnanswerable, questionButtons } from "./question-buttons.ts";
import {
  askedBy,
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
  workflowOf,
} from "./question-words.ts";
import { settledLine } from "./settled-question.ts";
import { inert } from "./text.ts";
import { dayTime } from "./times.ts";
import { nameOf } from "./who.ts";

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
  const isCalled = context.audience !== "direct";
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
function termsOf(
  { expiresAt, outside }: Consultation,
  { type, risk, rehearsed }: Question,
  prefix: string,
): string {
  const isRated = type === "approval" && !rehearsed && !outside; // nobody has called an agent's request harmless
  const isRisky = isRated || risk !== "low";
  const grave = risk === "high" ? `*${risk} risk*` : `${risk} risk`;
  return `${prefix}${isRisky ? `${grave} · ` : ""}until ${dayTime(expiresAt)}`;
}

function aloneNote(asked: Parameters<typeof isAloneAllowed>[0], { people }: QuestionContext): string {
  const { requester, outside } = asked.consultation;
  const who = `${nameOf(requester, people)}, ${outside ? "whose agent asked" : "who asked"},`;
  if (isUnanswerable(asked)) return `Nobody but ${who} is here to answer. Name somebody else.`;
  return isAloneAllowed(asked) ? `Nobody but ${who} may answer this.` : "";
}

/** Where nobody is named, whoever asked is told that the question stands. */
function footOf(state: QuestionState, context: QuestionContext): readonly (string | null)[] {
  const { consultation, run } = state;
  const isNamed = (consultation.policy?.people.length ?? 0) > 0 || context.audience === "direct";
  const isAlone = context.requesterAlone && needsFourEyes(consultation);
  return [
    isAlone ? null : whoCanAnswer(consultation, context),
    askedBy(state, context, !isNamed),
    workflowOf(consultation),
    run && `${numberOf(run)} ${titleOf(run)}`,
  ];
}

/** The whole ask in one line: "Tag billing v0.2.0? Asked by Alice, 214 tests passed, until Tue 14:00". */
function lockScreen(state: QuestionState, question: Question, context: QuestionContext): string {
  const { consultation, run } = state;
  const { what, risk } = question;
  const parts = [
    `A${askedBy(state, context).slice(1)}`,
    ...(risk === "high" ? ["high risk"] : []),
    inert(tellingEvidence(question), 120),
    `until ${dayTime(consultation.expiresAt)}`,
  ];
  return `${rehearsal(run)}${inert(what, 300, context.people)} ${parts.filter((part) => part !== "").join(", ")}`;
}

function settledCard(state: QuestionState, question: Question, context: QuestionContext): Card {
  const line = settledLine(state, context);
  const { answer, outside } = state.consultation;
  const note = answer?.note ?? "";
  const parts: readonly Part[] = [
    section(
      line,
      note === "" ? null : `› ${inert(note, MOST_IN_NOTE, context.people)}`,
      ...attachmentLines(answer?.attachments ?? []),
    ),
    words(
      `${rehearsal(state.run)}${askOf(question, context)}`,
      outside ? askedBy(state, context) : null,
      workflowOf(state.consultation),
      state.run ? numberOf(state.run) : null,
    ),
    evidenceFold(question, context, 0, wholeNote(note)),
    context.audience === "direct" ? actions(link("Open thread", context.threadLink)) : null,
  ];
  return toCard(`${line} (${askOf(question, context)})`, parts);
}

const MOST_IN_NOTE = 600;
const MOST_ATTACHMENTS = 5;

/** For the fold, where the card can't hold all of it. */
const wholeNote = (note: string): readonly Leaf[] =>
  note.length > MOST_IN_NOTE ? [{ label: "The whole answer", text: note, kind: "words" }] : [];

/** What came with an answer. Its addresses stand as text: nobody follows one without having read it. */
function attachmentLines(attachments: readonly Attachment[]): readonly string[] {
  const more = attachments.length - MOST_ATTACHMENTS;
  const lines = attachments
    .slice(0, MOST_ATTACHMENTS)
    .map(({ name, url }) => `+ ${inert(name, 80)}: ${inert(url, 300)}`);
  return more > 0 ? [...lines, `+ ${more} more`] : lines;
}
