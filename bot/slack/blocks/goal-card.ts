import { hasEnded, type Run } from "#engine/run/run.ts";
import { type Card, type CardContext, toCard } from "./card.ts";
import { actions, link, section, context as words } from "./elements.ts";
import { endingLine } from "./ending.ts";
import {
  type GoalState,
  numberOf,
  progressOf,
  rehearsal,
  stopButton,
  titleOf,
  waitingLines,
} from "./goal-words.ts";
import { outsideLinks } from "./outside-links.ts";
import { inert } from "./text.ts";
import { agentName, nameOf } from "./who.ts";

const MOST_WAITING = 3;

/** A goal in its channel, from the moment it is asked for to its last line. Edited in place: it notifies nobody. */
export function goalCard(state: GoalState, context: CardContext): Card {
  const { run } = state;
  const ended = endingLine(run, context);
  const where = ended ?? `${rehearsal(run)}${progressOf(run)}`;
  const text = `${titleOf(run)}: ${where}`;
  return toCard(text, [
    section(`*${titleOf(run)}*`, where, ...waitingLines(state, context, MOST_WAITING)),
    words(...backgroundOf(run, context), ...outsideLinks(context.outside)),
    whatNext(run),
    actions(link("Open thread", context.threadLink), hasEnded(run) ? null : stopButton(run, "Stop")),
  ]);
}

function backgroundOf({ brief }: Run, { people }: CardContext): readonly string[] {
  if (!brief) return [];
  const { goalNumber, requestedBy, projectName, branch, rehearsed, agent } = brief;
  return [
    `g${goalNumber}`,
    agent === undefined
      ? `asked by ${nameOf(requestedBy, people)}`
      : `asked by ${agentName(agent)}, for ${nameOf(requestedBy, people)}`,
    ...(projectName === null || rehearsed
      ? []
      : [`project ${inert(projectName, 60)}`, `branch \`${inert(branch, 100)}\``]),
    ...(rehearsed ? ["no model is set, so this is a rehearsal: nothing is changed"] : []),
  ];
}

/** No ending without a way on. */
function whatNext(run: Run) {
  const again = `\`/goal rework ${numberOf(run)} …\` tries again with what you say`;
  switch (run.status) {
    case "failed":
      return words(`Nothing more happens by itself. ${again}.`);
    case "cancelled":
      return words(`${again}.`);
    case "planning":
    case "proposed":
    case "running":
    case "succeeded":
      return null;
  }
}
