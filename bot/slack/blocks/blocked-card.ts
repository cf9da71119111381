import type { ActionsBlock } from "@slack/types";
import {
  hasEnded,
  type Instant,
  isApproval,
  isSecurityAudit,
  isTest,
  type Run,
  type Step,
} from "#engine/run/run.ts";
import { MOST_ROUNDS } from "#engine/run/step.ts";
import { type Card, type CardContext, type Part, toCard } from "./card.ts";
import { actions, button, section, context as words } from "./elements.ts";
import { fold, tellingLines } from "./fold.ts";
import { numberOf, rehearsal, stopButton, titleOf } from "./goal-words.ts";
import { STEP_LOOKS, times } from "./step-words.ts";
import { inert, lineCount, linesOf, withNames } from "./text.ts";
import { clock } from "./times.ts";
import { mention, nameOf } from "./who.ts";

/** A step of a run. */
export type StepState = { readonly run: Run; readonly step: Step };

/** What somebody did about a blocked step, as the log tells it. */
export type Acted = {
  readonly by: string;
  readonly at: Instant;
  readonly how: "retried" | "skipped" | "taken" | "cancelled";
};

/** `acted`: what the log says came after the block that this card is about; without it the step's state decides. */
export type BlockedContext = CardContext & { readonly acted?: Acted | undefined };

const MOST_TELLING = 2;
const MOST_TOLD = 160;

/** What test runners put behind a name: "(93.663206ms)". */
const TOOK = /\s*\([\d.]+ ?m?s\)$/;

/** A step that cannot go on by itself: what happened, what was tried, and everything that can be done now. */
export function blockedCard(state: StepState, context: BlockedContext): Card {
  const { run, step } = state;
  if (context.acted !== undefined || step.status !== "blocked" || hasEnded(run))
    return actedOn(state, context);
  const reason = inert(step.reason ?? "It cannot go on.", 240, context.people);
  const [first = reason, ...rest] = linesOf(step.reason ?? "");
  const title = inert(step.title, 80);
  const who = mention(run.brief?.requestedBy ?? "", context.people);
  return toCard(`${rehearsal(run)}Stuck: ${title}. ${reason}`, [
    section(
      `✕ ${who}, *${title}* is stuck: how should it go on?`,
      `${rehearsal(run)}${inert(first, 240, context.people)}`,
      ...telling(step, reason, inert(rest.join(" "), MOST_TOLD, context.people)),
      triedOf(step, run),
    ),
    logFold(step, context),
    whatCanBeDone(state),
    worksOnBranch(state)
      ? words("Try again: on its branch as it is", "Rework…: anew, from the project's newest commit")
      : null,
    words(numberOf(run), titleOf(run)),
  ]);
}

/** The rest of the reason, then lines of the log that say something which the reason does not say already. */
function telling({ log }: Step, reason: string, rest: string): readonly string[] {
  const lines = tellingLines(log ?? "", MOST_TELLING + 1).map((line) => inert(line.replace(TOOK, ""), 80));
  const news = lines.filter((line) => !reason.includes(line));
  return [rest, ...news]
    .filter((line) => line !== "")
    .slice(0, MOST_TELLING)
    .map((line) => `› ${line}`);
}

function triedOf(step: Step, run: Run): string {
  if (isExpired(step)) return "Nobody has said no. Nothing is discarded.";
  if (wantsChanges(step))
    return run.rounds >= MOST_ROUNDS
      ? `Tried: the work was sent back ${times(run.rounds)} already.`
      : "No agent wrote this, so the changes need a person.";
  return step.tries > 0
    ? `Tried ${step.tries === 1 ? "once" : `${times(step.tries)}, with pauses between`}.`
    : "";
}

function logFold({ log, reason }: Step, { people }: CardContext): Part {
  const isCut = (reason ?? "").length > 240;
  return fold(log ? `Log (${lineCount(log)})` : "The whole reason", [
    { label: "What happened", text: isCut ? withNames(reason ?? "", people) : "", kind: "words" },
    { label: "Log", text: log ?? "", kind: "code" },
  ]);
}

/** The step waited for an answer and got none. */
const isExpired = ({ consultationId, answer, question }: Step): boolean =>
  question !== null && consultationId !== null && answer === null;

const wantsChanges = (step: Step): boolean => isApproval(step) && step.answer?.decision === "request_changes";

/** Only what the rules allow (`engine/run/step.ts`): nobody stands in for an approval, or for tests or an audit that must be. */
function whatCanBeDone({ run, step }: StepState): ActionsBlock | null {
  const value = { run: run.id, key: step.key };
  const { testsMustPass, securityAudit } = run.brief ?? {};
  const isRequired = (isTest(step) && testsMustPass) || (isSecurityAudit(step) && securityAudit);
  const isReplaceable = !isApproval(step) && !isRequired;
  const isAsk = isApproval(step) || isExpired(step);
  return actions(
    isAsk
      ? button("step.ask-again", "Ask again", value, { style: "primary" })
      : button("step.retry", "Try again", value, { style: "primary" }),
    wantsChanges(step) ? button("goal.rework", "Rework…", { run: run.id }) : null,
    isReplaceable ? button("step.skip", "Skip", value) : null,
    isReplaceable ? button("step.take", "Take it myself", value) : null,
    worksOnBranch({ run, step }) ? button("goal.rework", "Rework…", { run: run.id }) : null,
    stopButton(run, "Cancel the goal"),
  );
}

/** What somebody mends in the project meanwhile does not reach a run's branch: only a new run begins there. */
const worksOnBranch = ({ run, step }: StepState): boolean =>
  step.agent.kind === "command" && !run.brief?.rehearsed && run.brief?.projectId !== null;

function actedOn({ run, step }: StepState, context: BlockedContext): Card {
  const line = `${rehearsal(run)}${actedLine({ run, step }, context)}`;
  return toCard(`${line} (${inert(step.title, 80)})`, [
    section(line),
    words(
      `Was stuck: ${inert(step.title, 80)}`,
      step.reason === null ? null : inert(step.reason, 160, context.people),
      numberOf(run),
    ),
  ]);
}

function actedLine({ run, step }: StepState, { acted, people }: BlockedContext): string {
  if (acted !== undefined)
    return `${ACTS[acted.how]} ${nameOf(acted.by, people)} ${clock(acted.at, step.endedAt ?? acted.at)}`;
  if (run.status === "cancelled") return "– The goal was cancelled";
  if (hasEnded(run) && step.status === "cancelled") return "✕ The goal ended before somebody decided";
  if (step.status === "skipped") return "– Skipped";
  return `↺ Goes on: ${STEP_LOOKS[step.status].word}`;
}

const ACTS = {
  retried: "↺ Tried again by",
  skipped: "– Skipped by",
  taken: "✋ Taken over by",
  cancelled: "– Goal cancelled by",
} as const satisfies Record<Acted["how"], string>;
