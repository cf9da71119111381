import type { Step, StepStatus } from "#engine/run/run.ts";
import {
  type Block,
  type Colour,
  type Held,
  type Inline,
  paragraph,
  status,
  table,
} from "#integrations/confluence/storage.ts";
import { changesOf, STEP_LOOKS, testsOf } from "../../slack/blocks/step-words.ts";
import { bare } from "../../slack/blocks/text.ts";
import { lasting } from "../../slack/blocks/times.ts";
import type { RunStory } from "../follower.ts";
import { named, namedLine, titleOfStep, workerOf } from "./page-words.ts";

const MOST_STEPS = 300;
const MOST_PRIORS = 10;
const MOST_IN_INSTRUCTIONS = 2_000;

const COLOURS = {
  pending: "Grey",
  ready: "Grey",
  working: "Blue",
  waiting: "Yellow",
  retrying: "Yellow",
  blocked: "Red",
  succeeded: "Green",
  failed: "Red",
  skipped: "Grey",
  cancelled: "Grey",
} as const satisfies Record<StepStatus, Colour>;

/** Every step: what it does, who does it, what must be done first, how it stands. */
export function plan(story: RunStory): readonly Block[] {
  const { steps } = story.run;
  if (steps.length === 0) return [paragraph("There is no plan.")];
  const rows = steps.slice(0, MOST_STEPS).map((step, i) => rowFor(step, i + 1, story));
  const more = steps.length - rows.length;
  return [
    table(["#", "Step", "Who", "After", "Risk", "State"], rows),
    ...(more > 0 ? [paragraph(`${more} more steps are in Countersign.`)] : []),
  ];
}

function rowFor(step: Step, number: number, story: RunStory): readonly Held[] {
  return [
    String(number),
    whatOf(step, story),
    workerOf(step, story),
    priorsOf(step, story),
    [step.risk, ...step.effects.map((effect) => `, ${effect}`)],
    stateOf(step, story),
  ];
}

function whatOf({ title, instructions, acceptance }: Step, story: RunStory): Held {
  const written = named(instructions, story, MOST_IN_INSTRUCTIONS);
  const done = acceptance.map((one) => named(one, story)).join("\n");
  return [
    paragraph(bare(title, 120)),
    ...(written === "" ? [] : [paragraph(written)]),
    ...(done === "" ? [] : [paragraph(`Done when:\n${done}`)]),
  ];
}

function priorsOf({ after }: Step, story: RunStory): string {
  const titles = after.slice(0, MOST_PRIORS).map((key) => titleOfStep(key, story));
  const more = after.length - titles.length;
  return `${titles.join("\n")}${more > 0 ? `\nand ${more} more` : ""}`;
}

/** "DONE 48 s · 214 tests passed", "BLOCKED Nobody answered in time." */
function stateOf(step: Step, story: RunStory): Inline {
  const { startedAt, endedAt, reason } = step;
  const hasStopped = step.status === "succeeded" || step.status === "failed";
  const took = hasStopped && startedAt !== null && endedAt !== null ? lasting(endedAt - startedAt) : "";
  const isTrouble = ["failed", "blocked", "retrying"].includes(step.status);
  const facts = step.status === "succeeded" ? [testsOf(step), changesOf(step)] : [];
  const said = [took, ...facts, isTrouble ? namedLine(reason ?? "", story) : ""].filter(
    (words) => words !== "",
  );
  const word = status(STEP_LOOKS[step.status].word, COLOURS[step.status]);
  return [word, said.length === 0 ? "" : ` ${said.join(" · ")}`];
}
