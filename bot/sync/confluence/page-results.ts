import { hasEnded, isApproval, type Step } from "#engine/run/run.ts";
import {
  type Block,
  codeBlock,
  cut,
  type Held,
  heading,
  legible,
  mono,
  paragraph,
  table,
} from "#integrations/confluence/storage.ts";
import { inFinishingOrder } from "../../slack/blocks/ending.ts";
import { changesOf, testsOf } from "../../slack/blocks/step-words.ts";
import { bare } from "../../slack/blocks/text.ts";
import type { RunStory } from "../follower.ts";
import { namedLine, namedParagraphs } from "./page-words.ts";

const MOST_ROWS = 300;
const MOST_VALUES = 20;
const MOST_IN_LOG = 5_000;

/** What came of it: the text that the goal was for, what each step left, and the log of what failed. */
export function results(story: RunStory): readonly Block[] {
  const finished = inFinishingOrder(story.run);
  const rows = finished.slice(-MOST_ROWS).map((step) => rowFor(step, story));
  const nothing = hasEnded(story.run) ? "No step left anything." : "No step is done yet.";
  return [
    ...writtenIn(story),
    ...(rows.length === 0
      ? [paragraph(nothing)]
      : [table(["Step", "Result", "Numbers", "Left behind"], rows)]),
    ...branchOf(story),
    ...failureOf(story),
  ];
}

/** The last text that a step wrote; a rehearsal's is none, and what somebody said to an approval stands with the questions. */
function writtenIn(story: RunStory): readonly Block[] {
  const last = inFinishingOrder(story.run).findLast(
    (step) => !isApproval(step) && (step.output?.text ?? "") !== "",
  );
  if (last === undefined || story.brief.rehearsed || !hasEnded(story.run)) return [];
  const mark = last.output?.notApplied ? " (written, not applied)" : "";
  return [heading(3, `${bare(last.title, 120)}${mark}`), ...namedParagraphs(last.output?.text ?? "", story)];
}

function rowFor(step: Step, story: RunStory): readonly Held[] {
  const numbers = [testsOf(step), changesOf(step)].filter((words) => words !== "");
  return [
    bare(step.title, 120),
    namedLine(step.output?.summary ?? "", story),
    numbers.join("\n"),
    leftBy(step),
  ];
}

/** A person's decision stands with the questions. */
function leftBy({ agent, output }: Step): Held {
  const values = agent.kind === "person" ? [] : Object.entries(output?.values ?? {}).slice(0, MOST_VALUES);
  const lines = values.map(([name, value]) => paragraph(mono(`${bare(name, 60)} = ${bare(value, 300)}`)));
  const commit = output?.commit === undefined ? [] : [paragraph("Commit ", mono(output.commit.slice(0, 12)))];
  return [...lines, ...commit].length === 0 ? "" : [...lines, ...commit];
}

function branchOf({ run, brief }: RunStory): readonly Block[] {
  const hasChanged = run.steps.some(({ output }) => (output?.filesChanged ?? 0) > 0);
  return hasChanged && !brief.rehearsed ? [paragraph("On branch ", mono(brief.branch))] : [];
}

/** The end of a log tells why; its beginning is what is cut. */
function failureOf({ run }: RunStory): readonly Block[] {
  const failed = run.steps.find(({ status, log }) => status === "failed" && (log ?? "") !== "");
  if (!failed) return [];
  const log = legible(failed.log ?? "");
  const isCut = log.length > MOST_IN_LOG;
  const shown = isCut ? `(The beginning is cut off.)\n…${log.slice(-MOST_IN_LOG).toWellFormed()}` : log;
  return [heading(3, `Log of ${bare(failed.title, 120)}`), codeBlock(cut(shown, MOST_IN_LOG + 100))];
}
