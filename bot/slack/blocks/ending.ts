import { type Ending, endingOf, isApproval, type Run, type Step } from "#engine/run/run.ts";
import type { CardContext } from "./card.ts";
import { changesOf, testsOf } from "./step-words.ts";
import { inert } from "./text.ts";
import { lasting } from "./times.ts";
import { nameOf } from "./who.ts";

const MOST_IN_REASON = 300;

/** How a goal ended, in one line of mrkdwn: "✓ Done in 18 min · 214 tests passed · approved by Bob". Null while it goes on. */
export function endingLine(run: Run, context: CardContext): string | null {
  const ending = endingOf(run);
  if (ending === null) return null;
  const played = run.brief?.rehearsed && ending !== "Rehearsed" ? "Rehearsal" : "";
  return [
    played,
    headOf(ending, run),
    ...numbersOf(run),
    ...approvalsOf(run, context),
    reasonOf(ending, run, context),
  ]
    .filter((words) => words !== "")
    .join(" · ");
}

function headOf(ending: Ending, run: Run): string {
  const took = lasting((run.endedAt ?? 0) - (run.requestedAt ?? 0));
  switch (ending) {
    case "Done":
      return `✓ Done in ${took}`;
    case "Answered":
      return `✓ Answered in ${took} · written, not applied`;
    case "Failed":
      return `✕ Failed after ${took}`;
    case "Cancelled":
      return `– Cancelled after ${took}`;
    case "Rehearsed":
      return "✓ Rehearsed: nothing was changed";
  }
}

/** "214 tests passed", "+58 −2 in 3 files": the newest that steps left, since later ones stand on earlier ones. */
function numbersOf(run: Run): readonly string[] {
  if (run.brief?.rehearsed) return [];
  const last = (words: (step: Step) => string): string =>
    inFinishingOrder(run).map(words).findLast(Boolean) ?? "";
  return [last(testsOf), last(changesOf)].filter((words) => words !== "");
}

/** Steps that succeeded, in the order in which they did. */
export const inFinishingOrder = (run: Run): readonly Step[] =>
  run.steps
    .filter((step) => step.status === "succeeded")
    .toSorted((one, other) => (one.endedAt ?? 0) - (other.endedAt ?? 0));

/** "approved by Bob", "approved alone by Alice, who asked": only of approvals that counted. */
function approvalsOf(run: Run, { people }: CardContext): readonly string[] {
  if (run.brief?.rehearsed) return [];
  const answers = run.steps
    .filter((step) => isApproval(step) && step.status === "succeeded" && !step.question?.rehearsed)
    .flatMap((step) => (step.answer?.decision === "approve" ? [step.answer] : []));
  const words = answers.map(({ by, alone }) =>
    alone ? `approved alone by ${nameOf(by, people)}, who asked` : `approved by ${nameOf(by, people)}`,
  );
  return [...new Set(words)].slice(0, 3);
}

/** Why it failed or who cancelled it, inert; nothing for the other endings. */
function reasonOf(ending: Ending, { reason }: Run, { people }: CardContext): string {
  return reason !== null && (ending === "Failed" || ending === "Cancelled")
    ? inert(reason, MOST_IN_REASON, people)
    : "";
}
