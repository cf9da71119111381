import type { PlanBlock } from "@slack/types";
import { hasEnded, type Run } from "#engine/run/run.ts";
import type { Card, CardContext } from "./card.ts";
import { actions, button, section, context as words } from "./elements.ts";
import { type GoalState, plainTitleOf, progressOf, rehearsal, stopButton, titleOf } from "./goal-words.ts";
import { plainSteps, summaryOfSteps } from "./plain.ts";
import { taskOf } from "./task.ts";
import { bare } from "./text.ts";

/** A `plan` block takes this many tasks. */
const MOST_TASKS = 50;
/** Of all tasks together: Slack refuses messages that grow too long. */
const MOST_IN_PLAN = 9_000;
const LEAST_PER_TASK = 160;
const MOST_IN_TITLE = 250;

/** The plan as the first message of a goal's thread, live: a card for each step, a summary where there are too many. */
export function planCard({ run }: GoalState, context: CardContext): Card {
  const title = `${rehearsal(run)}Plan: ${plainTitleOf(run)} · ${run.steps.length} steps`;
  const text = `${rehearsal(run)}Plan: ${titleOf(run)}. ${progressOf(run)}`;
  const row = actions(
    hasEnded(run) ? null : stopButton(run, "Stop"),
    run.steps.length === 0 ? null : button("goal.details", "Details", { run: run.id }),
  );
  const end = [
    words(run.brief?.rehearsed ? "No model is set: the steps are played, nothing is changed" : null),
    row,
  ];
  const around = (...middle: Card["blocks"]): Card["blocks"] => [
    ...middle,
    ...end.filter((part) => part !== null),
  ];
  const heading = section(`*${rehearsal(run)}Plan: ${titleOf(run)}*`, progressOf(run));
  const head = heading === null ? [] : [heading];
  if (run.steps.length === 0) return { text, blocks: around(...head) };
  if (run.steps.length > MOST_TASKS)
    return { text, blocks: around(...head, ...summaryOfSteps(run, context)) };
  return {
    text,
    blocks: around(planOf(run, title, context)),
    plainBlocks: around(...head, ...plainSteps(run, context)),
  };
}

function planOf(run: Run, title: string, context: CardContext): PlanBlock {
  const most = Math.max(LEAST_PER_TASK, Math.floor(MOST_IN_PLAN / run.steps.length));
  return {
    type: "plan",
    title: bare(title, MOST_IN_TITLE),
    tasks: run.steps.map((step) => taskOf(step, run, context, most)),
  };
}
