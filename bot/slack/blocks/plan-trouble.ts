import type { Run } from "#engine/run/run.ts";
import { type Card, type CardContext, toCard } from "./card.ts";
import { actions, button, section, context as words } from "./elements.ts";
import { fold } from "./fold.ts";
import { numberOf, rehearsal, stopButton, titleOf } from "./goal-words.ts";
import { inertLines, linesOf } from "./text.ts";
import { mention } from "./who.ts";

const MOST_TELLING = 3;

/** The planner could not make a plan, twice: a person must say how it goes on. */
export function planTroubleCard(run: Run, context: CardContext): Card {
  const trouble = run.planTrouble;
  if (trouble === null || run.status !== "planning") return overcome(run);
  const reasons = linesOf(trouble);
  const [first = ""] = inertLines(trouble, 1, 120, context.people);
  return toCard(`${rehearsal(run)}No plan for ${titleOf(run)}: ${first}`, [
    section(
      `✕ ${mention(run.brief?.requestedBy ?? "", context.people)}, *there is no plan yet: what now?*`,
      `${rehearsal(run)}${titleOf(run)}`,
      ...inertLines(trouble, MOST_TELLING, 120, context.people).map((line) => `› ${line}`),
    ),
    reasons.length > MOST_TELLING
      ? fold(`All ${reasons.length} reasons`, [{ label: "What is wrong", text: trouble, kind: "words" }])
      : null,
    actions(
      button("plan.again", "Plan again", { run: run.id }, { style: "primary" }),
      stopButton(run, "Cancel the goal"),
    ),
    words("Tried: one plan, and one more with these reasons", numberOf(run)),
  ]);
}

function overcome(run: Run): Card {
  const line = run.status === "planning" ? "◐ Planning again" : progressWord(run);
  return toCard(`${rehearsal(run)}${line}: ${titleOf(run)}`, [
    section(line),
    words(`${rehearsal(run)}The planner was stuck`, titleOf(run), numberOf(run)),
  ]);
}

const progressWord = ({ status }: Run): string =>
  status === "cancelled"
    ? "– The goal was cancelled"
    : status === "failed"
      ? "✕ The goal failed"
      : "✓ There is a plan";
