import type { RichTextBlock, RichTextElement, TaskCardBlock } from "@slack/types";
import type { Run, Step } from "#engine/run/run.ts";
import type { CardContext } from "./card.ts";
import { tellingLines } from "./fold.ts";
import { STEP_LOOKS, taskTitle, times } from "./step-words.ts";
import { bare, withNames } from "./text.ts";

type Line = readonly RichTextElement[];

const MOST_IN_TITLE = 250;
const LEAST_IN_LINE = 20;
const MOST_IN_LINE = 300;

/** One step of a `plan` block in at most about `most` characters: its state in sign and words; the rest folds. */
export function taskOf(step: Step, run: Run, context: CardContext, most: number): TaskCardBlock {
  const title = cut(taskTitle(step, run, context, Math.min(120, Math.floor(most / 2))));
  const left = Math.max(0, most - title.length) / 2;
  const details = richLines(detailsOf(step, context), left);
  const output = richLines(outputOf(step), left);
  return {
    type: "task_card",
    task_id: step.key,
    title,
    status: STEP_LOOKS[step.status].task,
    ...(details && { details }),
    ...(output && { output }),
  };
}

/** Not `bare`: that would take away the signs that we put in front. */
const cut = (title: string): string =>
  title.length <= MOST_IN_TITLE ? title : `${title.slice(0, MOST_IN_TITLE - 1).toWellFormed()}…`;

/** Since when, the newest word, what went wrong, what was asked. The most telling first: the last ones may not fit. */
function detailsOf(step: Step, { people }: CardContext): readonly Line[] {
  const { status, note, reason, tries, startedAt, question, answer, agent } = step;
  const isUnderWay = status === "working" || status === "retrying";
  const lines: (Line | false)[] = [
    isUnderWay && note !== null && [words(note)],
    reason !== null && [words(`Trouble: ${withNames(reason, people)}`)],
    question !== null && status === "waiting" && [words(question.what)],
    isUnderWay && startedAt !== null && [{ type: "text", text: "Since " }, timeOf(startedAt)],
    tries > 0 && [words(`Failed ${times(tries)}`)],
    answer !== null && answer.note !== "" && [words(`${people(answer.by)}: ${answer.note}`)],
    agent.kind === "command" && [{ ...words(agent.run), style: { code: true } }],
  ];
  return lines.filter((line) => line !== false);
}

/** What a finished step left behind, in a few words; the whole of it stands in the details and in the result. */
function outputOf({ output }: Step): readonly Line[] {
  if (output === null) return [];
  const telling = output.text === undefined ? [] : tellingLines(output.text, 3);
  const mark = output.notApplied ? ["Written, not applied"] : [];
  return [output.summary, ...mark, ...telling].map((line) => [words(line)]);
}

const words = (text: string): RichTextElement => ({ type: "text", text: bare(text, MOST_IN_LINE) || "–" });

const timeOf = (at: number): RichTextElement => ({
  type: "date",
  timestamp: Math.floor(at / 1000),
  format: "{time}",
  fallback: `${new Date(at).toISOString().slice(11, 16)} UTC`,
});

/** Lines of rich text, in which Slack reads no markup; as many as fit. Undefined where none does. */
function richLines(lines: readonly Line[], most: number): RichTextBlock | undefined {
  const fitting = lines.slice(0, Math.floor(most / LEAST_IN_LINE));
  if (fitting.length === 0) return undefined;
  const perLine = Math.floor(most / fitting.length);
  const elements = fitting.flatMap((line, i) => [
    ...(i === 0 ? [] : [{ type: "text", text: "\n" } as const]),
    ...line.map((piece) => (piece.type === "text" ? shortened(piece, perLine) : piece)),
  ]);
  return { type: "rich_text", elements: [{ type: "rich_text_section", elements }] };
}

const shortened = <Piece extends { readonly text: string }>(piece: Piece, most: number): Piece =>
  piece.text.length <= most ? piece : { ...piece, text: bare(piece.text, most) };
