import type { ActionsBlock } from "@slack/types";
import { type Ending, endingOf, type Run, type Step } from "#engine/run/run.ts";
import { type Card, type CardContext, type Part, toCard } from "./card.ts";
import { actions, button, section, context as words } from "./elements.ts";
import { endingLine, inFinishingOrder } from "./ending.ts";
import { fold, tellingLines } from "./fold.ts";
import { numberOf, titleOf } from "./goal-words.ts";
import { outsideLinks } from "./outside-links.ts";
import { inert, lineCount, linesOf } from "./text.ts";
import { agentOf, mention } from "./who.ts";

/** `proof`: a command that shows the result to whoever doubts it, where there is one. */
export type ResultContext = CardContext & { readonly proof?: string | undefined };

const MOST_TELLING = 3;
const MOST_IN_TELLING = 160;

/** How a goal ended, as a new message that reaches whoever asked. For a run that goes on it says only that. */
export function resultCard(run: Run, context: ResultContext): Card {
  const ending = endingOf(run);
  const line = endingLine(run, context) ?? "◐ Still going on";
  const who = mention(run.brief?.requestedBy ?? "", context.people);
  const written = ending === "Cancelled" ? undefined : resultOf(run);
  return toCard(`${titleOf(run)} · ${line}`, [
    section(
      line,
      `*${titleOf(run)}* · ${numberOf(run)} · for ${who}`,
      whereOf(run, ending),
      proofOf(context),
    ),
    ...(written ? resultParts(written, run, context) : []),
    failureFold(run, ending),
    ending === null ? null : whatNext(run, ending),
    words(...outsideLinks(context.outside), hintFor(ending)),
  ]);
}

/** The text that the goal was for: the last one that a step wrote. */
const resultOf = (run: Run): Step | undefined =>
  run.brief?.rehearsed
    ? undefined
    : inFinishingOrder(run).findLast((step) => (step.output?.text ?? "") !== "");

function whereOf({ brief, steps }: Run, ending: Ending | null): string {
  const hasChanged = steps.some((step) => (step.output?.filesChanged ?? 0) > 0);
  if (!brief || !hasChanged || ending === "Rehearsed") return "";
  return `On branch \`${inert(brief.branch, 120)}\``;
}

const proofOf = ({ proof }: ResultContext): string =>
  proof === undefined ? "" : `See for yourself: \`${inert(proof, 500).replaceAll("`", "'")}\``;

function resultParts(step: Step, run: Run, context: CardContext): readonly Part[] {
  const text = step.output?.text ?? "";
  const lines = linesOf(text);
  const by = inert(agentOf(step, run, context), 100);
  const mark = step.output?.notApplied && endingOf(run) !== "Answered" ? "written, not applied" : "";
  const isLong = lines.length > MOST_TELLING || lines.some((line) => line.length > MOST_IN_TELLING);
  return [
    section(...tellingLines(text, MOST_TELLING).map((line) => `› ${inert(line, MOST_IN_TELLING)}`)),
    isLong
      ? fold(`The whole result (${lineCount(text)})`, [{ label: step.title, text, kind: "words" }])
      : null,
    words(`${by}${mark === "" ? "" : ` · ${mark}`}`),
  ];
}

/** The log of the step that ended the goal. */
function failureFold(run: Run, ending: Ending | null): Part {
  if (ending !== "Failed") return null;
  const failed = run.steps.find((step) => step.status === "failed" && step.log !== null);
  const log = failed?.log ?? "";
  return fold(`Log (${lineCount(log)})`, [{ label: failed?.title ?? "", text: log, kind: "code" }]);
}

function whatNext(run: Run, ending: Ending): ActionsBlock | null {
  switch (ending) {
    case "Rehearsed":
      return actions(
        button("demo.start", "Run the real demo", {}, { style: "primary" }),
        button("model.connect", "Connect a model", {}),
      );
    case "Done":
    case "Answered":
    case "Failed":
    case "Cancelled":
      return actions(button("goal.rework", "Rework…", { run: run.id }));
  }
}

function hintFor(ending: Ending | null): string {
  switch (ending) {
    case "Failed":
      return "Rework starts a new run with what you say should be different";
    case "Rehearsed":
      return "A rehearsal shows the way and does none of the work: no model is set";
    case "Answered":
    case "Done":
    case "Cancelled":
    case null:
      return "";
  }
}
