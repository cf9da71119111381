import type { Consultation } from "#engine/consultation/consultation.ts";
import type { Answer } from "#engine/consultation/question.ts";
import { hasEnded, type Run, type Step } from "#engine/run/run.ts";
import type { CardContext } from "./card.ts";
import type { QuestionState } from "./question-words.ts";
import { STEP_LOOKS, testsOf } from "./step-words.ts";
import { inert } from "./text.ts";
import { clock, lasting } from "./times.ts";
import { nameOf } from "./who.ts";

const MOST_OUTCOMES = 2;

/** What came of a question, growing to what followed: "✓ Approved by Bob 14:32 → Tag v0.2.0 ✓ 14:33". */
export function settledLine(state: QuestionState, context: CardContext): string {
  const { consultation, run } = state;
  const { openedAt, endedAt, expiresAt, reason, answer } = consultation;
  switch (consultation.state) {
    case "open":
      return "✋ Still open";
    case "expired":
      return `⏱ Nobody answered in ${lasting(expiresAt - openedAt)}: expired${expiredOutcome(consultation, run)}`;
    case "withdrawn":
      return `– Withdrawn ${clock(endedAt ?? openedAt, openedAt)}${reason ? `: ${inert(reason, 200, context.people)}` : ""}`;
    case "settled":
      if (answer === null) return "✓ Settled";
      return [answerLine(consultation, answer, context), outcomeOf(consultation, run, answer)]
        .filter((words) => words !== "")
        .join(" → ");
  }
}

/** "✓ Approved by Bob 14:32": what was decided, by whom, and when. The verb first: a name must not read like one of our lines. */
export function answerLine(
  { question, openedAt, outside }: Consultation,
  answer: Answer,
  { people }: CardContext,
): string {
  const who = nameOf(answer.by, people);
  const when = `${clock(answer.at, openedAt)}${answer.byToken ? " over the API" : ""}`;
  const option = question?.options.find(({ key }) => key === answer.decision);
  if (option) return `✓ Chosen by ${who} ${when}: “${inert(option.label, 75)}”`;
  switch (answer.decision) {
    case "approve":
      if (question?.rehearsed) return `✓ Rehearsed approval by ${who} ${when}: it decides nothing`;
      if (!answer.alone) return `✓ Approved by ${who} ${when}`;
      return `✓ Approved alone by ${who}, ${outside ? "whose agent asked" : "who asked"}, ${when}`;
    case "reject":
      return `✕ Rejected by ${who} ${when}`;
    case "request_changes":
      return `↺ Changes asked for by ${who} ${when}`;
    case "done":
      return `✓ Called done by ${who} ${when}`;
    default:
      return `✓ Answered by ${who} ${when}`;
  }
}

const stepFor = ({ id }: Consultation, run: Run | null): Step | undefined =>
  run?.steps.find((step) => step.consultationId === id);

function expiredOutcome(consultation: Consultation, run: Run | null): string {
  if (run !== null && hasEnded(run)) return ".";
  const isBlocked = stepFor(consultation, run)?.status === "blocked";
  return isBlocked ? ", the step is blocked. Nothing is discarded." : ". That is no rejection.";
}

function outcomeOf(consultation: Consultation, run: Run | null, answer: Answer): string {
  if (run === null || consultation.origin === null) return "";
  if (run.endedAt !== null && answer.at > run.endedAt) return "the goal had already ended";
  const step = stepFor(consultation, run);
  switch (answer.decision) {
    case "reject":
      return hasEnded(run) ? "the goal ends here" : "";
    case "request_changes":
      return step?.status === "blocked" ? "a person must say how it goes on" : "work goes on with the note";
    default:
      return step === undefined ? "" : whatFollowed(step, run, consultation.openedAt);
  }
}

/** The steps that waited for this one, as far as they have come; the step itself where it came no further. */
function whatFollowed(step: Step, run: Run, since: number): string {
  const begun = run.steps.filter(
    ({ after, status }) => after.includes(step.key) && status !== "pending" && status !== "cancelled",
  );
  const told = begun.length === 0 && step.status === "blocked" ? [step] : begun;
  return told
    .slice(0, MOST_OUTCOMES)
    .map((one) => outcome(one, since))
    .join(", ");
}

function outcome(step: Step, since: number): string {
  const title = inert(step.title, 60);
  if (step.status !== "succeeded") return `${title}: ${STEP_LOOKS[step.status].word}`;
  const tests = testsOf(step);
  return `${title} ✓ ${clock(step.endedAt ?? since, since)}${tests === "" ? "" : `, ${tests}`}`;
}
