import type { SectionBlock } from "@slack/types";
import { isDone, type Run, type Step, type StepStatus } from "#engine/run/run.ts";
import type { CardContext } from "./card.ts";
import { marks } from "./elements.ts";
import { STEP_LOOKS, stepLine } from "./step-words.ts";
import { inert } from "./text.ts";

const MOST_IN_SECTION = 2_900;
const MOST_IN_LINE = 280;
/** Of a long plan, so many steps that matter now are named. */
const MOST_NAMED = 12;

/** Steps as lines of mrkdwn in few sections: for a Slack that refuses `plan` blocks. */
export const plainSteps = (run: Run, context: CardContext): readonly SectionBlock[] =>
  toSections(run.steps.map((step) => lineOf(step, run, context)));

/** A plan of more steps than can be shown: how many stand where, and those that matter now by name. */
export function summaryOfSteps(run: Run, context: CardContext): readonly SectionBlock[] {
  const counts = (Object.keys(STEP_LOOKS) as StepStatus[]).flatMap((status) => {
    const count = run.steps.filter((step) => step.status === status).length;
    return count === 0 ? [] : [`${STEP_LOOKS[status].sign} ${count} ${STEP_LOOKS[status].word}`];
  });
  const now = run.steps.filter(
    (step) => !isDone(step) && step.status !== "pending" && step.status !== "cancelled",
  );
  const more = now.length - MOST_NAMED;
  return toSections([
    counts.join(" · "),
    ...now.slice(0, MOST_NAMED).map((step) => lineOf(step, run, context)),
    ...(more > 0 ? [`… and ${more} more: see Details`] : []),
  ]);
}

/** "✓ Write the check · Coder · 3 min", inert, in about `most` characters. */
export const lineOf = (step: Step, run: Run, context: CardContext, most = MOST_IN_LINE): string =>
  `${STEP_LOOKS[step.status].sign} ${inert(stepLine(step, run, context), most)}`;

/** Lines gathered into as few sections as Slack's limit allows. */
export function toSections(lines: readonly string[]): readonly SectionBlock[] {
  const texts: string[] = [];
  for (const line of lines) {
    const last = texts.at(-1);
    if (last === undefined || last.length + line.length + 1 > MOST_IN_SECTION) texts.push(line);
    else texts[texts.length - 1] = `${last}\n${line}`;
  }
  return texts.map((text) => ({ type: "section", text: marks(text) }));
}
