import type { KnownBlock, ModalView } from "@slack/types";
import type { Run, Step } from "#engine/run/run.ts";
import type { CardContext } from "./card.ts";
import { marks, plain, section, context as words } from "./elements.ts";
import { endingLine } from "./ending.ts";
import { showLeaves } from "./fold.ts";
import { numberOf, progressOf, rehearsal, titleOf } from "./goal-words.ts";
import { writeMetadata } from "./names.ts";
import { lineOf, toSections } from "./plain.ts";
import { withNames } from "./text.ts";

/** Steps up to this number are shown each with what it left behind; of longer plans there are only lines. */
const MOST_WITH_MORE = 30;
/** A modal takes 100 blocks. */
const MOST_BLOCKS = 98;
/** Characters of what steps left behind: of one, and of all together. */
const MOST_PER_STEP = 3_000;
const MOST_IN_ALL = 60_000;

/** Every step of a run with what it left behind, in a modal: the way to see what the plan's card is too small for. */
export function planDetails(run: Run, context: CardContext): ModalView {
  const head = section(
    `*${titleOf(run)}* · ${numberOf(run)}`,
    endingLine(run, context) ?? `${rehearsal(run)}${progressOf(run)}`,
  );
  const steps =
    run.steps.length <= MOST_WITH_MORE
      ? run.steps.flatMap((step) => withMore(step, run, context))
      : toSections(run.steps.map((step) => lineOf(step, run, context)));
  const missing = steps.length - MOST_BLOCKS;
  const note = missing > 0 ? words(`${missing} more blocks of steps do not fit in here`) : null;
  const blocks = [head, ...steps.slice(0, MOST_BLOCKS), note].filter((block) => block !== null);
  return {
    type: "modal",
    callback_id: "goal.details",
    private_metadata: writeMetadata("goal.details", { run: run.id }),
    title: plain("All steps", 24),
    close: plain("Close", 24),
    blocks,
  };
}

/** Texts stand open here: `container` is for messages and Home. */
function withMore(step: Step, run: Run, context: CardContext): readonly KnownBlock[] {
  const { reason, log, output, note } = step;
  const most = Math.min(MOST_PER_STEP, Math.floor(MOST_IN_ALL / run.steps.length));
  const leaves = showLeaves(
    [
      { label: "Trouble", text: withNames(reason ?? "", context.people), kind: "words" },
      { label: "Newest word", text: note ?? "", kind: "words" },
      { label: "Result", text: output?.text ?? output?.summary ?? "", kind: "words" },
      { label: "Log", text: log ?? output?.log ?? "", kind: "code" },
    ],
    most,
  );
  const line: KnownBlock = { type: "section", text: marks(lineOf(step, run, context)) };
  const mark = output?.notApplied ? words("Written, not applied") : null;
  return [line, ...(mark === null ? [] : [mark]), ...leaves];
}
